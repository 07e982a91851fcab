"""Change capture: database triggers that write every committed change of a live table to `change_outbox`.

A table is live when its `Table.info["live"]` names its routing columns. Triggers rather than ORM events, so that bulk
statements, another process, a migration or a person at a database prompt are seen too. Capture can die silently (Alembic's
batch operations on SQLite drop a table's triggers), hence it is installed after every migration and verified at start.

Each trigger's name carries a hash of its definition: an outdated trigger is one whose name is not among the wanted ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from sqlalchemy import Connection, MetaData, Table

from stackdock.db import capture_postgresql, capture_sqlite
from stackdock.db.trigger import Trigger
from stackdock.errors import StartRefused

DIALECTS = {"sqlite": capture_sqlite, "postgresql": capture_postgresql}


def install_capture(connection: Connection, metadata: MetaData) -> None:
    """Make the database's capture triggers exactly those that `metadata` calls for. Writes nothing when they already are."""
    dialect = DIALECTS[connection.dialect.name]
    wanted = _wanted_triggers(connection, metadata)
    found = dialect.find_triggers(connection)
    current = {name for name, trigger in wanted.items() if found.get(name) == _stored(dialect, trigger)}
    for name, (table_name, _) in found.items():
        if name not in current:
            dialect.drop_trigger(connection, name, table_name)
    for name in wanted.keys() - current:
        dialect.create_trigger(connection, wanted[name])
    dialect.drop_unused(connection, wanted.values())


def verify_capture(connection: Connection, metadata: MetaData) -> None:
    """Raise StartRefused, naming the tables, unless every live table has its current triggers, enabled."""
    dialect = DIALECTS[connection.dialect.name]
    found = dialect.find_triggers(connection)
    faults = [
        f"{trigger.table_name} ({trigger.operation}): {'outdated' if name in found else 'missing'}"
        for name, trigger in _wanted_triggers(connection, metadata).items()
        if found.get(name) != _stored(dialect, trigger)
    ]
    if faults:
        raise StartRefused(
            "Changes to these tables would not reach the browsers, because their change triggers are missing, disabled or "
            "outdated. Migrate again (a start of StackDock does it).\n" + "\n".join(sorted(faults))
        )


def live_tables(metadata: MetaData) -> list[Table]:
    return [table for table in metadata.sorted_tables if "live" in table.info]


def _stored(dialect: ModuleType, trigger: Trigger) -> tuple[str, str]:
    """What the database tells of the trigger when it is as it should be."""
    return trigger.table_name, dialect.stored_definition(trigger)


def _wanted_triggers(connection: Connection, metadata: MetaData) -> dict[str, Trigger]:
    dialect = DIALECTS[connection.dialect.name]
    triggers: Iterable[Trigger] = (
        trigger for table in live_tables(metadata) for trigger in dialect.make_triggers(connection, table)
    )
    return {trigger.name: trigger for trigger in triggers}
