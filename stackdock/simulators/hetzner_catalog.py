"""What Hetzner Cloud sells, as its API describes it: locations, server types, images. Prices and ids are only plausible."""

from __future__ import annotations

from stackdock.simulators.listing import Item

LOCATIONS = [
    {
        "id": number,
        "name": name,
        "description": f"{city} data park",
        "country": country,
        "city": city,
        "latitude": latitude,
        "longitude": longitude,
        "network_zone": zone,
    }
    for number, name, city, country, latitude, longitude, zone in (
        (1, "fsn1", "Falkenstein", "DE", 50.48, 12.37, "eu-central"),
        (2, "nbg1", "Nuremberg", "DE", 49.45, 11.08, "eu-central"),
        (3, "hel1", "Helsinki", "FI", 60.17, 24.94, "eu-central"),
        (4, "ash", "Ashburn", "US", 39.05, -77.47, "us-east"),
        (6, "sin", "Singapore", "SG", 1.28, 103.85, "ap-southeast"),
    )
]


def _money(amount: float) -> dict[str, str]:
    return {"net": f"{amount:.4f}", "gross": f"{amount * 1.19:.4f}"}


def _server_type(number: int, name: str, *, cores: int, memory: float, disk: int, cpu: str, arch: str, monthly: float) -> Item:
    traffic = {"included_traffic": 20 * 1024**4, "price_per_tb_traffic": _money(1.0)}
    return {
        "id": number,
        "name": name,
        "description": name.upper(),
        "cores": cores,
        "memory": memory,
        "disk": disk,
        "deprecated": False,
        "deprecation": None,
        "storage_type": "local",
        "cpu_type": cpu,
        "architecture": arch,
        "prices": [
            {"location": place["name"], "price_hourly": _money(monthly / 730), "price_monthly": _money(monthly), **traffic}
            for place in LOCATIONS
        ],
        "locations": [
            {"id": place["id"], "name": place["name"], "deprecation": None, "recommended": True, "available": True}
            for place in LOCATIONS
        ],
    }


SERVER_TYPES = [
    _server_type(114, "cx23", cores=2, memory=4.0, disk=40, cpu="shared", arch="x86", monthly=3.49),
    _server_type(115, "cx33", cores=4, memory=8.0, disk=80, cpu="shared", arch="x86", monthly=5.49),
    _server_type(45, "cax11", cores=2, memory=4.0, disk=40, cpu="shared", arch="arm", monthly=3.79),
    _server_type(93, "cax21", cores=4, memory=8.0, disk=80, cpu="shared", arch="arm", monthly=6.49),
    _server_type(97, "ccx23", cores=4, memory=16.0, disk=160, cpu="dedicated", arch="x86", monthly=24.49),
    _server_type(98, "ccx33", cores=8, memory=32.0, disk=240, cpu="dedicated", arch="x86", monthly=48.49),
]


def _image(number: int, flavor: str, version: str, arch: str) -> Item:
    return {
        "id": number,
        "type": "system",
        "status": "available",
        "name": f"{flavor}-{version}",
        "description": f"{flavor.capitalize()} {version}",
        "image_size": None,
        "disk_size": 5,
        "created": "2025-04-29T07:15:00Z",
        "created_from": None,
        "bound_to": None,
        "os_flavor": flavor,
        "os_version": version,
        "rapid_deploy": True,
        "protection": {"delete": False},
        "deprecated": None,
        "deleted": None,
        "labels": {},
        "architecture": arch,
    }


IMAGES = {
    "x86": [_image(161547269, "ubuntu", "24.04", "x86"), _image(310557660, "debian", "13", "x86")],
    "arm": [_image(161547270, "ubuntu", "24.04", "arm"), _image(310557661, "debian", "13", "arm")],
}

_TYPE_IDS = [kind["id"] for kind in SERVER_TYPES]
DATACENTERS = {
    place["name"]: {
        "id": place["id"],
        "name": f"{place['name']}-dc{place['id']}",
        "description": f"{place['city']} virtual DC {place['id']}",
        "location": place,
        "server_types": {"supported": _TYPE_IDS, "available": _TYPE_IDS, "available_for_migration": _TYPE_IDS},
    }
    for place in LOCATIONS
}
