"""Hetzner Cloud's API: servers, volumes, DNS zones, locations. Source: https://docs.hetzner.cloud/reference/cloud"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stackdock.simulators.agency import domain_names, ipv4, machine_names, moment
from stackdock.simulators.evolution import Evolution, Move
from stackdock.simulators.hetzner_catalog import DATACENTERS, IMAGES, LOCATIONS, SERVER_TYPES
from stackdock.simulators.listing import Item, Listing, Page
from stackdock.simulators.rate_limits import Budget, RefillingBudget
from stackdock.simulators.simulator import SECRET_MARK, Simulator

_ERRORS = {
    401: ("unauthorized", "unable to authenticate"),
    403: ("forbidden", "insufficient permissions for this request"),
    404: ("not_found", "no such resource"),
    405: ("method_not_allowed", "method not allowed"),
    422: ("invalid_input", "invalid input in field 'page'"),
    429: ("rate_limit_exceeded", "limit of requests per hour reached"),
    500: ("server_error", "an error occurred in the backend"),
}


class HetznerSimulator(Simulator):
    slug = "hetzner"
    main_kind = "servers"
    prefix = "/v1"
    default_per_page = 25
    max_per_page = 50
    pages_by_number = True

    def fill(self) -> None:
        self._names = machine_names(self.random, ("web", "app", "worker", "db", "cache", "staging"))
        self._volume_names = machine_names(self.random, ("data", "uploads", "backups"))
        self._domains = domain_names(self.random, ("shop", "staging", "status", "docs"))
        self._server_numbers = itertools.count(48_210_311, 7)
        self._volume_numbers = itertools.count(101_557_020, 3)
        self._zone_numbers = itertools.count(731_004, 5)
        self.servers = Listing("servers", self._make_server)
        self.volumes = Listing("volumes", self._make_volume)
        self.zones = Listing("zones", self._make_zone)
        locations = Listing("locations", iter(LOCATIONS).__next__)
        self.listings = {listing.name: listing for listing in (self.servers, self.volumes, self.zones, locations)}
        locations.fill(len(LOCATIONS))
        self.servers.fill(self.size)
        self.volumes.fill(self.size * 2 // 5)
        self.zones.fill(-(-self.size // 5))
        owners = self.random.sample(list(self.servers), k=min(len(self.servers), len(self.volumes)))
        for volume, server in zip(self.volumes, owners, strict=True):
            if self.random.random() < 0.8:
                self._attach(volume, server)

    def remove(self, kind: str, external_id: object) -> None:
        if kind == "servers":
            for volume_id in list(self.servers[external_id]["volumes"]):
                self._detach(self.volumes[volume_id])
        elif kind == "volumes":
            self._detach(self.volumes[external_id])
        super().remove(kind, external_id)

    def open_budget(self, least: int) -> Budget:
        return RefillingBudget(max(3600, least))

    def error(self, status: int) -> Item:
        code, message = _ERRORS[status]
        return {"error": {"code": code, "message": message, "details": None}}

    def envelope(self, listing: Listing, page: Page, url: str) -> tuple[Item, Mapping[str, str]]:
        body = {
            listing.name: page.items,
            "meta": {
                "pagination": {
                    "page": page.number,
                    "per_page": page.per_page,
                    "previous_page": page.previous_number,
                    "next_page": page.next_number,
                    "last_page": page.last_number,
                    "total_entries": page.total,
                }
            },
        }
        next_url = page.next_origin + f"{self.prefix}{listing.path}" if page.next_origin else url
        pages = (("prev", url, page.previous_number), ("next", next_url, page.next_number), ("last", url, page.last_number))
        links = [f'<{at}?page={number}&per_page={page.per_page}>; rel="{rel}"' for rel, at, number in pages if number]
        return body, {"link": ", ".join(links)}

    def moves(self) -> tuple[Move, ...]:
        return (self._reboot, self._reboot, self._rescale, self._move_volume, self._update_zone, self._create, self._delete)

    def _make_server(self) -> Item:
        number, (name, client, role) = next(self._server_numbers), next(self._names)
        place, kind = self.random.choice(LOCATIONS[:4]), self.random.choice(SERVER_TYPES)
        index = number % 60_000
        return {
            "id": number,
            "name": name,
            "status": "off" if self.random.random() < 0.06 else "running",
            "created": _written(moment(self.random)),
            "public_net": {
                "ipv4": {"id": number + 1, "ip": ipv4("198.18", index), "blocked": False, "dns_ptr": f"{name}.{client.domain}"},
                "ipv6": {"id": number + 2, "ip": f"2001:db8:{index:x}::/64", "blocked": False, "dns_ptr": []},
                "floating_ips": [],
                "firewalls": [{"id": 38, "status": "applied"}],
            },
            "private_net": [_attached(index)] if role in ("db", "web") else [],
            "server_type": kind,
            "location": place,
            "datacenter": DATACENTERS[place["name"]],
            "image": self.random.choice(IMAGES[kind["architecture"]]),
            "iso": None,
            "rescue_enabled": False,
            "locked": False,
            "backup_window": "22-02" if role == "db" else None,
            "outgoing_traffic": self.random.randrange(10**12),
            "ingoing_traffic": self.random.randrange(10**11),
            "included_traffic": 20 * 1024**4,
            "protection": {"delete": role == "db", "rebuild": role == "db"},
            "labels": {"client": client.slug, "role": role},
            "volumes": [],
            "load_balancers": [],
            "primary_disk_size": kind["disk"],
            "placement_group": None,
        }

    def _make_volume(self) -> Item:
        number, (name, client, _) = next(self._volume_numbers), next(self._volume_names)
        return {
            "id": number,
            "name": name,
            "created": _written(moment(self.random)),
            "server": None,
            "location": self.random.choice(LOCATIONS[:4]),
            "size": self.random.choice((10, 20, 50, 100, 250)),
            "linux_device": f"/dev/disk/by-id/scsi-0HC_Volume_{number}",
            "protection": {"delete": False},
            "labels": {"client": client.slug},
            "status": "available",
            "format": "ext4",
        }

    def _make_zone(self) -> Item:
        nameservers = ["hydrogen.ns.example", "helium.ns.example", "oxygen.ns.example"]
        zone: dict[str, Any] = {
            "id": next(self._zone_numbers),
            "name": next(self._domains),
            "created": _written(moment(self.random)),
            "mode": "primary",
            "labels": {},
            "protection": {"delete": False},
            "ttl": 3600,
            "status": "ok",
            "record_count": self.random.randrange(4, 30),
            "authoritative_nameservers": {
                "assigned": nameservers,
                "delegated": nameservers,
                "delegation_last_check": "2026-02-01T04:00:00Z",
                "delegation_status": "valid",
            },
            "registrar": self.random.choice(("hetzner", "other")),
        }
        if self.random.random() < 0.2:
            key = f"{SECRET_MARK}-{self.random.getrandbits(64):016x}"
            primary = {"address": "198.18.255.53", "port": 53, "tsig_key": key, "tsig_algorithm": "hmac-sha256"}
            zone |= {"mode": "secondary", "primary_nameservers": [primary]}
        return zone

    def _attach(self, volume: Item, server: Item) -> None:
        self.volumes.change(volume["id"], server=server["id"], location=server["location"])
        self.servers.change(server["id"], volumes=[*server["volumes"], volume["id"]])

    def _detach(self, volume: Item) -> None:
        if volume["server"] is not None:
            server = self.servers[volume["server"]]
            self.servers.change(server["id"], volumes=[number for number in server["volumes"] if number != volume["id"]])
            self.volumes.change(volume["id"], server=None)

    def _through(self, evolution: Evolution, server: Item, *words: str, **last_fields: Any) -> None:
        stages = [lambda word=word: self.servers.change(server["id"], status=word) for word in words[:-1]]
        last = lambda: self.servers.change(server["id"], status=words[-1], **last_fields)  # noqa: E731
        evolution.begin(self.servers, server, *stages, last)

    def _reboot(self, evolution: Evolution) -> None:
        if server := evolution.pick(self.servers, lambda server: server["status"] in ("running", "off")):
            words = ("starting", "running") if server["status"] == "off" else ("stopping", "off", "starting", "running")
            self._through(evolution, server, *words)

    def _rescale(self, evolution: Evolution) -> None:
        if server := evolution.pick(self.servers, lambda server: server["status"] == "running"):
            others = [
                kind
                for kind in SERVER_TYPES
                if kind["architecture"] == server["server_type"]["architecture"] and kind is not server["server_type"]
            ]
            kind = evolution.random.choice(others)
            self._through(evolution, server, "off", "migrating", "running", server_type=kind, primary_disk_size=kind["disk"])

    def _move_volume(self, evolution: Evolution) -> None:
        if volume := evolution.pick(self.volumes):
            if volume["server"] is not None:
                self._detach(volume)
            elif server := evolution.pick(self.servers, lambda server: server["location"] == volume["location"]):
                self._attach(volume, server)

    def _update_zone(self, evolution: Evolution) -> None:
        if zone := evolution.pick(self.zones):
            count = max(2, zone["record_count"] + evolution.random.choice((-1, 1, 2)))
            change = self.zones.change
            evolution.begin(
                self.zones,
                zone,
                lambda: change(zone["id"], status="updating"),
                lambda: change(zone["id"], status="ok", record_count=count),
            )

    def _create(self, evolution: Evolution) -> None:
        if evolution.may_add(self.servers):
            server = self.add("servers", status="initializing", created=_written(datetime.now(UTC)))
            self._through(evolution, server, "initializing", "starting", "running")

    def _delete(self, evolution: Evolution) -> None:
        server = evolution.pick(self.servers, lambda server: not server["protection"]["delete"])
        if server and evolution.claim_removal(self.servers):
            change = self.servers.change
            evolution.begin(
                self.servers,
                server,
                lambda: change(server["id"], status="deleting"),
                lambda: self.remove("servers", server["id"]),
            )


def _attached(index: int) -> Item:
    """A server's place in the project's private network."""
    mac = f"86:00:ff:2a:{index >> 8:02x}:{index & 255:02x}"
    return {"network": 4711, "ip": ipv4("10.10", index), "alias_ips": [], "mac_address": mac}


def _written(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
