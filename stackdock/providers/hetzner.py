"""Hetzner Cloud. Source: https://docs.hetzner.cloud/reference/cloud"""

from __future__ import annotations

from stackdock.adapters.auth import bearer
from stackdock.adapters.contract import Adapter, CredentialField, Resource
from stackdock.adapters.endpoint import Endpoint
from stackdock.adapters.identity import Probe, Probes
from stackdock.adapters.limits import RateLimit
from stackdock.adapters.mapper import Item, Mapper, StatusMap, as_tags
from stackdock.adapters.paginate import by_page_number
from stackdock.resources import BlockVolumeFields, ServerFields, Status


def _listing(path: str, items_at: str) -> Endpoint:
    return Endpoint(
        path=path,
        items_at=items_at,
        params={"per_page": 50},
        next_page=by_page_number("meta.pagination.next_page"),
        total_at="meta.pagination.total_entries",
    )


def _image(server: Item) -> str | None:
    image = server.get("image") or {}
    return image.get("name") or image.get("description")  # only system images have a name


SERVERS = Resource(
    source=_listing("/servers", "servers"),
    mapper=Mapper(
        kind=ServerFields,
        fields={
            "external_id": "id",
            "name": "name",
            "region": "location.name",  # `datacenter` is announced for removal
            "created_at": "created",
            "public_ipv4": "public_net.ipv4.ip",
            "public_ipv6": "public_net.ipv6.ip",
            "private_ipv4": "private_net.0.ip",
            "size": "server_type.name",
            "cpu_count": "server_type.cores",
            "memory_mib": lambda server: int(server["server_type"]["memory"] * 1024),  # the API gives GiB, also half ones
            "disk_gib": "primary_disk_size",
            "image": _image,
            "provider_tags": lambda server: as_tags(server.get("labels")),
        },
        status=StatusMap(
            source="status",
            known={
                Status.ACTIVE: ("running",),
                Status.STOPPED: ("off",),
                Status.PENDING: ("initializing", "starting", "stopping", "deleting", "migrating", "rebuilding"),
                Status.UNKNOWN: ("unknown",),  # Hetzner's own word for a lost host
            },
        ),
        facts={
            "architecture": "server_type.architecture",
            "cpu_type": "server_type.cpu_type",
            "location": "location.city",
            "backup_window": "backup_window",
            "delete_protection": "protection.delete",
            "rescue_enabled": "rescue_enabled",
        },
    ),
)

VOLUMES = Resource(
    source=_listing("/volumes", "volumes"),
    mapper=Mapper(
        kind=BlockVolumeFields,
        fields={
            "external_id": "id",
            "name": "name",
            "region": "location.name",
            "created_at": "created",
            "size_gib": "size",
            "attached_to": "server",
            "device": "linux_device",
            "filesystem": "format",
            "provider_tags": lambda volume: as_tags(volume.get("labels")),
        },
        status=StatusMap(source="status", known={Status.ACTIVE: ("available",), Status.PENDING: ("creating",)}),
        facts={"location": "location.city", "delete_protection": "protection.delete"},
    ),
)

ADAPTER = Adapter(
    slug="hetzner",
    name="Hetzner Cloud",
    base_url="https://api.hetzner.cloud/v1",
    credentials=(
        CredentialField(name="token", label="API token", help="A token of one project; the permission “Read” is enough to sync."),
    ),
    auth=bearer("token"),
    verify=Probes(Probe("/servers?per_page=1")),  # a token belongs to one project and cannot ask for its name
    resources=(SERVERS, VOLUMES),
    limits=(RateLimit(calls=3600, per_seconds=3600, refills_steadily=True),),
    token_page_url="https://console.hetzner.cloud/projects",
    scope_help="In the project, open Security, then API tokens, and create a token with the permission “Read”.",
)
