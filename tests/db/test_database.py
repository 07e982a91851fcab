"""Opening the database: the data folder is StackDock's own, and what cannot be used says so in a sentence."""

from pathlib import Path

import pytest

from stackdock.db.database import close_database, database_url, open_database
from stackdock.errors import StartRefused
from stackdock.settings import Settings, settings


def test_a_new_folder_and_an_own_one_are_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for _ in ("new", "own"):
        database_url(Settings.model_construct(data_dir=folder))
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "stackdock.db").touch()
        folder.chmod(0o755)


def test_a_folder_with_other_files_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(StartRefused, match="holds other files"):
        database_url(Settings.model_construct(data_dir=tmp_path))
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_path_that_is_no_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StartRefused, match="cannot be used"):
            database_url(Settings.model_construct(data_dir=path))


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA_DIR", "PORT", "DATABASE_URL", "PUBLIC_URL"):
        monkeypatch.setenv(f"STACKDOCK_{name}", "")
    settings.cache_clear()
    assert (settings().data_dir, settings().port, settings().database_url) == (Path(".stackdock"), 3000, None)


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "stackdock.db"
    path.write_text("not a database, but a long enough text to be taken for one at first sight " * 20)
    before = path.read_bytes()
    with pytest.raises(StartRefused, match="not a database"):
        await open_database(f"sqlite:///{path}")
    assert path.read_bytes() == before


async def test_the_database_file_is_this_users_alone(tmp_path: Path) -> None:
    await open_database(f"sqlite:///{tmp_path / 'data' / 'stackdock.db'}")
    try:
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()} == {0o600}
    finally:
        await close_database()


async def test_sqlite_writes_ahead_so_that_no_reader_waits_for_a_writer(tmp_path: Path) -> None:
    opened = await open_database(f"sqlite:///{tmp_path / 'data' / 'stackdock.db'}")
    try:
        async with opened.engine.connect() as connection:
            assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar() == "wal"
            assert (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar() == 1
    finally:
        await close_database()
