"""Rows put under a running console, and SQL run beside it in a process that is not the console's."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlmodel import Session, SQLModel, create_engine, select

from stackdock.columns import new_id, utc_now
from stackdock.models import Dock, DockKind, DockStatus, Membership, Organization, User
from stackdock.resources import Server, Status
from tests.fixtures.console import PASSWORD, Console

_RUN = """
import json, sqlite3, sys
statement, values = sys.argv[2], json.loads(sys.argv[3])
with sqlite3.connect(sys.argv[1], timeout=15) as connection:
    print(connection.execute(statement, values).rowcount)
"""


def run_sql(console: Console, statement: str, *values: Any) -> int:
    """Run one plain statement in another process, as a person with a database shell would. Returns how many rows it touched."""
    arguments = [sys.executable, "-c", _RUN, str(_file(console)), statement, json.dumps(values)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout)


def add_rows(console: Console, *rows: SQLModel) -> None:
    """Commit rows from this process, which is not the console's."""
    engine = create_engine(f"sqlite:///{_file(console)}", connect_args={"timeout": 15})
    with Session(engine, expire_on_commit=False) as session:
        session.add_all(rows)
        session.commit()
    engine.dispose()


def count_rows(console: Console, model: type[SQLModel]) -> int:
    engine = create_engine(f"sqlite:///{_file(console)}")
    with Session(engine) as session:
        found = len(session.exec(select(model)).all())
    engine.dispose()
    return found


def count_where(console: Console, table: str, condition: str, *values: Any) -> int:
    with closing(sqlite3.connect(_file(console), timeout=15)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}", values).fetchone()[0])


def add_quiet_dock(console: Console, name: str, server_names: tuple[str, ...] = (), **fields: Any) -> Dock:
    """A dock that nothing syncs, with servers that nothing but the test changes. Commits it."""
    organization_id = _organization_id(console)
    now = utc_now()
    values: dict[str, Any] = {
        "provider": "hetzner",
        "status": DockStatus.SUCCESS,
        "last_started_at": now,
        "last_complete_at": now,
        "next_sync_at": now + timedelta(days=1),
        "resource_count": len(server_names),
        "data_key": "-",
        "key_id": "-",
        "credential_fingerprint": new_id(),
    }
    dock = Dock(organization_id=organization_id, name=name, **(values | fields))
    kind = DockKind(
        organization_id=organization_id, dock_id=dock.id, kind="server", last_complete_at=now, resource_count=len(server_names)
    )
    add_rows(console, dock)
    add_rows(console, kind, *[make_server(dock, one) for one in server_names])
    return dock


def add_person(console: Console, email: str, name: str, role: str = "owner") -> str:
    """Another member of the organization, whose password is that of the owner. Commits it; returns the user's id."""
    user = User(email=email, name=name, password_hash=PasswordHasher().hash(PASSWORD))
    add_rows(console, user)
    add_rows(console, Membership(organization_id=_organization_id(console), user_id=user.id, role=role))
    return user.id


def make_server(dock: Dock, name: str, **fields: Any) -> Server:
    values: dict[str, Any] = {
        "external_id": name,
        "status": Status.ACTIVE,
        "status_word": "running",
        "region": "fsn1",
        "public_ipv4": "203.0.113.21",
        "size": "cx22",
        "provider_tags": ["acme"],
    }
    return Server(organization_id=dock.organization_id, dock_id=dock.id, name=name, **(values | fields))


@contextmanager
def slow_database(console: Console) -> Iterator[None]:
    """Nothing can be written to the console's database until the block is left; reading goes on."""
    connection = sqlite3.connect(_file(console), isolation_level=None, timeout=15)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()


def _organization_id(console: Console) -> str:
    engine = create_engine(f"sqlite:///{_file(console)}")
    with Session(engine) as session:
        found = session.exec(select(Organization.id)).one()
    engine.dispose()
    return found


def _file(console: Console) -> Path:
    return console.data_dir / "stackdock.db"
