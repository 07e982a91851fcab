"""`stackdock serve` with PostgreSQL instead of the file in the data folder."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.fixtures.console import running_console
from tests.fixtures.postgres import PostgresServer


def test_a_console_on_postgresql_is_claimed_restarted_and_asked_from_a_shell(tmp_path: Path, postgres: PostgresServer) -> None:
    name = postgres.create_database()
    with running_console(tmp_path, database_url=postgres.url(name)) as console:
        console.claim().close()
        console.restart()
        assert "/setup" not in console.output(), "what was claimed stays claimed"
        with closing(console.sign_in()) as client:
            assert client.get("/o/acme/servers").status_code == 200
        assert console.command("dock", "list") == "No dock is linked.\n"
        assert {path.name for path in console.data_dir.iterdir()} == {"master.key"}
        assert console.stop() == 0
    postgres.drop_database(name)
