"""DigitalOcean's API: droplets, volumes, databases, domains, the account. Source: https://docs.digitalocean.com/reference/api"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stackdock.simulators.agency import AGENCY, domain_names, ipv4, machine_names, moment, new_uuid
from stackdock.simulators.digitalocean_catalog import DATABASE_SIZES, ENGINES, IMAGES, REGIONS, SIZES
from stackdock.simulators.evolution import Evolution, Move
from stackdock.simulators.listing import Item, Listing, Page
from stackdock.simulators.rate_limits import Budget, SlidingBudget
from stackdock.simulators.simulator import SECRET_MARK, Simulator

_ERRORS = {
    401: ("unauthorized", "Unable to authenticate you"),
    403: ("forbidden", "You are not authorized to perform this operation"),
    404: ("not_found", "The resource you were accessing could not be found."),
    405: ("method_not_allowed", "This method is not allowed here."),
    422: ("unprocessable_entity", "The page or page size is not valid."),
    429: ("too_many_requests", "API rate limit exceeded."),
    500: ("server_error", "Unexpected server-side error"),
}


class DigitalOceanSimulator(Simulator):
    slug = "digitalocean"
    main_kind = "droplets"
    prefix = "/v2"
    default_per_page = 20
    max_per_page = 200

    def fill(self) -> None:
        self._names = machine_names(self.random, ("site", "api", "cms", "jobs", "preview"))
        self._volume_names = machine_names(self.random, ("media", "archive", "pgdata"))
        self._database_names = machine_names(self.random, ("orders", "content", "sessions"))
        self._domains = domain_names(self.random, ("api", "cdn", "preview", "mail"))
        self._droplet_numbers = itertools.count(412_906_118, 11)
        self._account = self._make_account()
        self.droplets = Listing("droplets", self._make_droplet)
        self.volumes = Listing("volumes", self._make_volume)
        self.databases = Listing("databases", self._make_database, is_paged=False)
        self.domains = Listing("domains", self._make_domain, id_key="name")
        self.listings = {kind.name: kind for kind in (self.droplets, self.volumes, self.databases, self.domains)}
        self.documents = {"/account": lambda: {"account": self._account}}
        self.droplets.fill(self.size)
        self.volumes.fill(self.size * 2 // 5)
        self.databases.fill(-(-self.size // 8))
        self.domains.fill(-(-self.size // 5))
        owners = self.random.sample(list(self.droplets), k=min(len(self.droplets), len(self.volumes)))
        for volume, droplet in zip(self.volumes, owners, strict=True):
            if self.random.random() < 0.8:
                self._attach(volume, droplet)

    def remove(self, kind: str, external_id: object) -> None:
        if kind == "droplets":
            for volume_id in list(self.droplets[external_id]["volume_ids"]):
                self._detach(self.volumes[volume_id])
        elif kind == "volumes":
            self._detach(self.volumes[external_id])
        super().remove(kind, external_id)

    def open_budget(self, least: int) -> Budget:
        """The hourly limit only; the limit of 250 a minute is left to the fault rate_limited."""
        return SlidingBudget(max(5000, least))

    def error(self, status: int) -> Item:
        code, message = _ERRORS[status]
        return {"id": code, "message": message}

    def envelope(self, listing: Listing, page: Page, url: str) -> tuple[Item, Mapping[str, str]]:
        if not listing.is_paged:
            return {listing.name: page.items}, {}
        next_url = page.next_origin + f"{self.prefix}{listing.path}" if page.next_origin else url
        pages = {
            "first": (url, 1 if page.number > 1 else None),
            "prev": (url, page.previous_number),
            "next": (next_url, page.next_number),
            "last": (url, page.last_number if page.next_number else None),
        }
        links = {rel: f"{at}?page={number}&per_page={page.per_page}" for rel, (at, number) in pages.items() if number}
        return {listing.name: page.items, "links": {"pages": links} if links else {}, "meta": {"total": page.total}}, {}

    def moves(self) -> tuple[Move, ...]:
        return (
            self._restart, self._restart, self._resize, self._move_volume,
            self._resize_database, self._change_ttl, self._create, self._delete,
        )  # fmt: skip

    def _make_account(self) -> Item:
        return {
            "droplet_limit": max(100, 2 * self.size),
            "floating_ip_limit": 10,
            "email": "ops@northlight.example",
            "name": AGENCY,
            "uuid": new_uuid(self.random),
            "email_verified": True,
            "status": "active",
            "status_message": "",
            "team": {"uuid": new_uuid(self.random), "name": AGENCY},
        }

    def _make_droplet(self) -> Item:
        number, (name, client, role) = next(self._droplet_numbers), next(self._names)
        size, index = self.random.choice(SIZES), number % 60_000
        v4 = {"netmask": "255.255.0.0", "gateway": "198.19.0.1", "type": "public", "ip_address": ipv4("198.19", index)}
        private = {"netmask": "255.240.0.0", "gateway": "", "type": "private", "ip_address": f"10.{index >> 8}.{index % 256}.5"}
        v6 = {"netmask": 64, "gateway": "2001:db8::1", "type": "public", "ip_address": f"2001:db8:{index:x}::1"}
        return {
            "id": number,
            "name": name,
            **_capacity(size),
            "locked": False,
            "status": "off" if self.random.random() < 0.06 else "active",
            "kernel": None,
            "created_at": _written(moment(self.random)),
            "features": ["ipv6", "private_networking"],
            "backup_ids": [],
            "next_backup_window": None,
            "snapshot_ids": [],
            "image": self.random.choice(IMAGES),
            "volume_ids": [],
            "networks": {"v4": [v4, private], "v6": [v6]},
            "region": self.random.choice(REGIONS[:4]),
            "tags": [client.slug, role],
            "vpc_uuid": self._account["team"]["uuid"],
        }

    def _make_volume(self) -> Item:
        name, client, _ = next(self._volume_names)
        return {
            "id": new_uuid(self.random),
            "name": name,
            "description": f"Files of {client.domain}",
            "size_gigabytes": self.random.choice((10, 25, 50, 100, 250)),
            "created_at": _written(moment(self.random)),
            "droplet_ids": [],
            "region": self.random.choice(REGIONS[:4]),
            "filesystem_type": "ext4",
            "filesystem_label": "",
            "tags": [client.slug],
        }

    def _make_database(self) -> Item:
        name, client, role = next(self._database_names)
        engine, version, port = self.random.choice(ENGINES)
        password = f"AVNS_{SECRET_MARK}-{self.random.getrandbits(64):016x}"
        host = f"{name}-do-user-10482-0.k.db.example"
        connection = {"database": role, "host": host, "port": port, "user": "doadmin", "password": password, "ssl": True}
        uri = f"{engine}://doadmin:{password}@{{}}:{port}/{role}?sslmode=require"
        return {
            "id": new_uuid(self.random),
            "name": name,
            "engine": engine,
            "version": version,
            "num_nodes": self.random.choice((1, 1, 2)),
            "size": self.random.choice(DATABASE_SIZES),
            "region": self.random.choice(REGIONS[:4])["slug"],
            "status": "online",
            "created_at": _written(moment(self.random)),
            "tags": [client.slug],
            "db_names": [role],
            "connection": {"protocol": engine, "uri": uri.format(host), **connection},
            "private_connection": {
                "protocol": engine, "uri": uri.format(f"private-{host}"), **connection, "host": f"private-{host}",
            },
            "users": [{"name": "doadmin", "role": "primary", "password": password}],
            "maintenance_window": {"day": "tuesday", "hour": "03:00:00", "pending": False},
            "storage_size_mib": 30_720,
            "private_network_uuid": self._account["team"]["uuid"],
            "version_end_of_life": "2029-11-08T00:00:00Z",
        }  # fmt: skip

    def _make_domain(self) -> Item:
        name = next(self._domains)
        zone = f"$ORIGIN {name}.\n$TTL 1800\n{name}. IN SOA ns1.dns.example. hostmaster.{name}. 1 10800 3600 604800 1800\n"
        return {"name": name, "ttl": 1800, "zone_file": zone}

    def _attach(self, volume: Item, droplet: Item) -> None:
        self.volumes.change(volume["id"], droplet_ids=[droplet["id"]], region=droplet["region"])
        self.droplets.change(droplet["id"], volume_ids=[*droplet["volume_ids"], volume["id"]])

    def _detach(self, volume: Item) -> None:
        for droplet_id in volume["droplet_ids"]:
            kept = [volume_id for volume_id in self.droplets[droplet_id]["volume_ids"] if volume_id != volume["id"]]
            self.droplets.change(droplet_id, volume_ids=kept)
        self.volumes.change(volume["id"], droplet_ids=[])

    def _through(self, evolution: Evolution, listing: Listing, item: Item, *stages: Mapping[str, Any]) -> None:
        evolution.begin(
            listing, item, *(lambda fields=fields: listing.change(item[listing.id_key], **fields) for fields in stages)
        )

    def _restart(self, evolution: Evolution) -> None:
        if droplet := evolution.pick(self.droplets, lambda droplet: droplet["status"] in ("active", "off")):
            words = ("off", "active") if droplet["status"] == "active" else ("active",)
            self._through(evolution, self.droplets, droplet, *({"status": word} for word in words))

    def _resize(self, evolution: Evolution) -> None:
        if droplet := evolution.pick(self.droplets, lambda droplet: droplet["status"] == "active"):
            size = evolution.random.choice([size for size in SIZES if size["slug"] != droplet["size_slug"]])
            stages = ({"status": "off", "locked": True}, _capacity(size), {"status": "active", "locked": False})
            self._through(evolution, self.droplets, droplet, *stages)

    def _move_volume(self, evolution: Evolution) -> None:
        if volume := evolution.pick(self.volumes):
            if volume["droplet_ids"]:
                self._detach(volume)
            elif droplet := evolution.pick(self.droplets, lambda droplet: droplet["region"] == volume["region"]):
                self._attach(volume, droplet)

    def _resize_database(self, evolution: Evolution) -> None:
        if database := evolution.pick(self.databases):
            size = evolution.random.choice([size for size in DATABASE_SIZES if size != database["size"]])
            resizing = {"status": "resizing"}
            self._through(evolution, self.databases, database, resizing, resizing, {"status": "online", "size": size})

    def _change_ttl(self, evolution: Evolution) -> None:
        if domain := evolution.pick(self.domains):
            self.domains.change(
                domain["name"], ttl=evolution.random.choice([ttl for ttl in (300, 1800, 3600) if ttl != domain["ttl"]])
            )

    def _create(self, evolution: Evolution) -> None:
        if evolution.may_add(self.droplets):
            droplet = self.add("droplets", status="new", locked=True, created_at=_written(datetime.now(UTC)))
            waiting = {"status": "new"}
            self._through(evolution, self.droplets, droplet, waiting, waiting, {"status": "active", "locked": False})

    def _delete(self, evolution: Evolution) -> None:
        if (droplet := evolution.pick(self.droplets)) and evolution.claim_removal(self.droplets):
            self.remove("droplets", droplet["id"])


def _capacity(size: Item) -> Item:
    return {"memory": size["memory"], "vcpus": size["vcpus"], "disk": size["disk"], "size": size, "size_slug": size["slug"]}


def _written(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
