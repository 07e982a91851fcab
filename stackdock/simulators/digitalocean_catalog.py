"""What DigitalOcean sells, as its API describes it: regions, sizes, images. Prices and ids are only plausible."""

from __future__ import annotations

from stackdock.simulators.listing import Item

_PLACES = (("fra1", "Frankfurt 1"), ("ams3", "Amsterdam 3"), ("lon1", "London 1"), ("nyc3", "New York 3"), ("syd1", "Sydney 1"))
_PLANS = (
    # slug, vcpus, memory in MiB, disk in GiB, transfer in TiB, dollars a month
    ("s-1vcpu-1gb", 1, 1024, 25, 1.0, 6.0),
    ("s-1vcpu-2gb", 1, 2048, 50, 2.0, 12.0),
    ("s-2vcpu-4gb", 2, 4096, 80, 4.0, 24.0),
    ("s-4vcpu-8gb", 4, 8192, 160, 5.0, 48.0),
    ("g-4vcpu-16gb", 4, 16384, 50, 5.0, 126.0),
)

REGIONS: list[Item] = [
    {
        "name": name,
        "slug": slug,
        "features": ["backups", "ipv6", "metadata", "storage"],
        "available": True,
        "sizes": [plan[0] for plan in _PLANS],
    }
    for slug, name in _PLACES
]

SIZES: list[Item] = [
    {
        "slug": slug,
        "memory": memory,
        "vcpus": vcpus,
        "disk": disk,
        "transfer": transfer,
        "price_monthly": monthly,
        "price_hourly": round(monthly / 672, 5),
        "regions": [place[0] for place in _PLACES],
        "available": True,
        "description": "Basic" if slug.startswith("s-") else "General Purpose",
    }
    for slug, vcpus, memory, disk, transfer, monthly in _PLANS
]

IMAGES: list[Item] = [
    {
        "id": number,
        "name": name,
        "type": "base",
        "distribution": distribution,
        "slug": slug,
        "public": True,
        "regions": [place[0] for place in _PLACES],
        "created_at": "2025-05-06T09:00:00Z",
        "min_disk_size": 7,
        "size_gigabytes": 0.7,
        "description": f"{distribution} {name}",
        "tags": [],
        "status": "available",
    }
    for number, distribution, name, slug in (
        (195932981, "Ubuntu", "24.04 (LTS) x64", "ubuntu-24-04-x64"),
        (201836754, "Debian", "13 x64", "debian-13-x64"),
    )
]

ENGINES = (("pg", "17", 25060), ("mysql", "8", 25060), ("valkey", "8", 25061))
DATABASE_SIZES = ("db-s-1vcpu-1gb", "db-s-1vcpu-2gb", "db-s-2vcpu-4gb", "db-s-4vcpu-8gb")
