"""What a permission is: an area and a level."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Area(StrEnum):
    """The parts of the console that a role opens or closes."""

    AUDIT = "audit"
    DOCKS = "docks"
    FILES = "files"
    MONITORING = "monitoring"
    OPERATIONS = "operations"
    PROJECTS = "projects"
    PROVISIONING = "provisioning"
    RESOURCES = "resources"
    SETTINGS = "settings"


class Level(IntEnum):
    """How far a role reaches into an area. FULL includes READ."""

    NONE = 0
    READ = 1
    FULL = 2


OWNER_PERMISSIONS: dict[Area, Level] = dict.fromkeys(Area, Level.FULL) | {Area.AUDIT: Level.READ}
