"""A blocking engine on a migrated database with two organizations, each with a dock, and nothing recorded yet."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert, text

from stackdock.db.database import driver_url
from stackdock.db.migrate import sync_engine
from stackdock.models import Dock, Organization


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = sync_engine(driver_url(database_url))
    with engine.begin() as connection:
        for organization in ("ours", "theirs"):
            connection.execute(insert(Organization).values(id=organization, name=organization, slug=organization))
            values = {"data_key": "-", "key_id": "-", "credential_fingerprint": "-", "provider": "hetzner"}
            connection.execute(insert(Dock).values(id=f"dock-{organization}", organization_id=organization, name="one", **values))
        connection.execute(text("DELETE FROM change_outbox"))
    yield engine
    engine.dispose()
