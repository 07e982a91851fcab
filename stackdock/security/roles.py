"""Which permissions and which visibility a membership's role gives. A role that is not named here gives nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stackdock.security.permissions import OWNER_PERMISSIONS, Area, Level
from stackdock.security.scope import EVERYTHING, Visibility

OWNER = "owner"

_PERMISSIONS: Mapping[str, Mapping[Area, Level]] = {OWNER: MappingProxyType(OWNER_PERMISSIONS)}
_VISIBILITY: Mapping[str, Visibility] = {OWNER: EVERYTHING}


def permissions_of(role: str) -> Mapping[Area, Level]:
    return _PERMISSIONS.get(role, MappingProxyType({}))


def visibility_of(role: str) -> Visibility:
    return _VISIBILITY.get(role, Visibility())
