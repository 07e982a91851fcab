"""Slugs: what an organization's name becomes in an address."""

from __future__ import annotations

import re

from anyascii import anyascii
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.models import Organization

LONGEST = 48
FALLBACK = "organization"


def slugify(name: str) -> str:
    """Latin letters, digits and single hyphens; names in other scripts are transliterated ("Студия" → "studiya")."""
    words = re.findall(r"[a-z0-9]+", anyascii(name).lower())
    return "-".join(words)[:LONGEST].strip("-") or FALLBACK


async def free_slug(session: AsyncSession, name: str) -> str:
    """The name's slug, numbered when it is taken. Two transactions at once may get the same: the unique column decides."""
    slug = slugify(name)
    taken = set(await session.exec(select(Organization.slug).where(col(Organization.slug).startswith(slug, autoescape=True))))
    number = 1
    candidate = slug
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate
