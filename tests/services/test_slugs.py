"""Organization names become addresses, in any script, without clashes."""

import pytest

from stackdock.db.sessions import reading
from stackdock.security.scope import system_scope
from stackdock.services.slugs import LONGEST, free_slug, slugify
from tests.factories import make_organization


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme Agency", "acme-agency"),
        ("Ærø & Söhne GmbH", "aero-sohne-gmbh"),
        ("Студия", "studiya"),
        ("  --  ", "organization"),
        ("🎈", "balloon"),
        ("x" * 200, "x" * LONGEST),
    ],
)
def test_a_name_becomes_a_readable_slug(name: str, slug: str) -> None:
    assert slugify(name) == slug


async def test_a_taken_slug_gets_a_number(database: object) -> None:
    await make_organization("acme")
    await make_organization("acme-2")
    await make_organization("acme-agency")
    async with reading(system_scope(None)) as session:
        assert await free_slug(session, "Acme") == "acme-3"
        assert await free_slug(session, "Globex") == "globex"
