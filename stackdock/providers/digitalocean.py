"""DigitalOcean. Source: https://docs.digitalocean.com/reference/api/"""

from __future__ import annotations

from typing import Any

from stackdock.adapters.auth import bearer
from stackdock.adapters.contract import Adapter, CredentialField, Resource
from stackdock.adapters.endpoint import Endpoint
from stackdock.adapters.identity import Probe, Probes
from stackdock.adapters.limits import RateLimit
from stackdock.adapters.mapper import Item, Mapper, StatusMap, dig
from stackdock.adapters.paginate import by_next_link
from stackdock.resources import BlockVolumeFields, DatabaseFields, DomainFields, ServerFields, Status


def _listing(path: str, items_at: str) -> Endpoint:
    return Endpoint(
        path=path,
        items_at=items_at,
        params={"per_page": 200},
        next_page=by_next_link("links.pages.next"),
        total_at="meta.total",
    )


def _address(family: str, visibility: str) -> Any:
    """The first address of this kind; a droplet lists public and private ones together."""

    def read(droplet: Item) -> str | None:
        networks = dig(droplet, f"networks.{family}") or []
        return next((network["ip_address"] for network in networks if network["type"] == visibility), None)

    return read


def _image(droplet: Item) -> str | None:
    image = droplet.get("image") or {}
    return image.get("slug") or " ".join(filter(None, (image.get("distribution"), image.get("name")))) or None


def _tags(item: Item) -> list[str]:
    return sorted(item.get("tags") or [])


DROPLETS = Resource(
    source=_listing("/droplets", "droplets"),
    mapper=Mapper(
        kind=ServerFields,
        fields={
            "external_id": "id",
            "name": "name",
            "region": "region.slug",
            "created_at": "created_at",
            "console_url": lambda droplet: f"https://cloud.digitalocean.com/droplets/{droplet['id']}",
            "public_ipv4": _address("v4", "public"),
            "public_ipv6": _address("v6", "public"),
            "private_ipv4": _address("v4", "private"),
            "size": "size_slug",
            "cpu_count": "vcpus",
            "memory_mib": "memory",
            "disk_gib": "disk",
            "image": _image,
            "provider_tags": _tags,
        },
        status=StatusMap(
            source="status",
            known={Status.ACTIVE: ("active",), Status.PENDING: ("new",), Status.STOPPED: ("off",), Status.CLOSED: ("archive",)},
        ),
        facts={"features": "features", "vpc": "vpc_uuid", "region_name": "region.name"},
    ),
)

VOLUMES = Resource(
    source=_listing("/volumes", "volumes"),
    mapper=Mapper(
        kind=BlockVolumeFields,
        fields={
            "external_id": "id",
            "name": "name",
            "region": "region.slug",
            "created_at": "created_at",
            "size_gib": "size_gigabytes",
            "attached_to": "droplet_ids.0",  # a volume is attached to one droplet at most
            "filesystem": lambda volume: volume.get("filesystem_type") or None,
            "provider_tags": _tags,
        },
        facts={"description": lambda volume: volume.get("description") or None, "region_name": "region.name"},
    ),
)

DATABASES = Resource(
    source=Endpoint(path="/databases", items_at="databases"),  # this listing is never paged
    mapper=Mapper(
        kind=DatabaseFields,
        fields={
            "external_id": "id",
            "name": "name",
            "region": "region",
            "created_at": "created_at",
            "engine": "engine",
            "engine_version": "version",
            # Of the connections only host and port: user, password and uri beside them are secrets.
            "host": "connection.host",
            "port": "connection.port",
            "size": "size",
            "node_count": "num_nodes",
            "provider_tags": _tags,
        },
        status=StatusMap(
            source="status",
            known={Status.ACTIVE: ("online",), Status.PENDING: ("creating", "resizing", "migrating", "forking")},
        ),
        facts={
            "vpc": "private_network_uuid",
            "maintenance_day": "maintenance_window.day",
            "maintenance_hour": "maintenance_window.hour",
            "version_end_of_life": "version_end_of_life",
        },
    ),
)

DOMAINS = Resource(
    source=_listing("/domains", "domains"),
    mapper=Mapper(
        kind=DomainFields,
        fields={
            "external_id": "name",
            "name": "name",
            "console_url": lambda domain: f"https://cloud.digitalocean.com/networking/domains/{domain['name']}",
            "ttl_seconds": "ttl",
        },
    ),
)

ADAPTER = Adapter(
    slug="digitalocean",
    name="DigitalOcean",
    base_url="https://api.digitalocean.com/v2",
    credentials=(
        CredentialField(
            name="token",
            label="API token",
            help="A personal access token with read access, or with the custom scopes named below.",
        ),
    ),
    auth=bearer("token"),
    verify=Probes(
        Probe("/account", account=lambda body: dig(body, "account.team.name") or dig(body, "account.email")),
        Probe(
            "/droplets?per_page=1", warning="The token may not read the account (scope account:read), so its name is not shown."
        ),
        Probe("/domains?per_page=1", warning="The token may not read droplets (scope droplet:read): servers will not be synced."),
    ),
    resources=(DROPLETS, VOLUMES, DATABASES, DOMAINS),
    limits=(RateLimit(calls=5000, per_seconds=3600), RateLimit(calls=250, per_seconds=60)),
    token_page_url="https://cloud.digitalocean.com/account/api/tokens",
    scope_help="Read access is enough: account:read, droplet:read, block_storage:read, database:read, domain:read and tag:read.",
)
