"""The master key file in the data folder, and the proof that it belongs to this database.

The file is made once, never overwritten, and is all that a backup of the database lacks: without it no credential can be read.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
from pathlib import Path

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.db.sessions import transaction
from stackdock.errors import StartRefused
from stackdock.models import MasterKey
from stackdock.security.envelope import Key, SealBroken
from stackdock.security.keyring import Keyring, KeyringUnreadable
from stackdock.security.scope import Scope
from stackdock.services.operations import public

logger = logging.getLogger(__name__)

FILE_NAME = "master.key"
CANARY = b"this data belongs to this master key"
CANARY_PLACE = "master-key-canary"

_keyring: Keyring | None = None


def keyring() -> Keyring:
    """The process's one keyring."""
    if _keyring is None:
        raise StartRefused("The master key has not been opened.")
    return _keyring


@public("the instance's own start: it happens before there is anybody to ask")
async def open_keyring(scope: Scope, folder: Path) -> Keyring:
    """Read the key file of the data folder, or make it on the first start; refuse a file that is not this data's.

    Raises: StartRefused, with the ids of the keys that are needed and found.
    """
    global _keyring
    async with transaction(scope) as session:
        await _take_turns(session)
        known = (await session.exec(select(MasterKey))).all()
        opened = await asyncio.to_thread(_read_or_make, folder / FILE_NAME, [row.key_id for row in known])
        for row in known:
            _prove(opened, row, folder / FILE_NAME)
        if opened.current_id not in {row.key_id for row in known}:
            canary = opened.current.seal(CANARY, CANARY_PLACE)
            session.add(MasterKey(key_id=opened.current_id, canary=canary))
    _keyring = opened
    return opened


async def _take_turns(session: AsyncSession) -> None:
    """Two first starts on one database must agree on one key. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await (await session.connection()).execute(text("SELECT pg_advisory_xact_lock(hashtextextended('master_key', 7))"))


def _read_or_make(path: Path, needed: list[str]) -> Keyring:
    try:
        path.lstat()
    except FileNotFoundError:
        if needed:
            raise StartRefused(
                f"The credentials in this database are encrypted under the master key {', '.join(needed)}, but {path} "
                "is missing. Put the file back from your backup; without it the credentials cannot be read."
            ) from None
        _make(path)
    return _read(path, needed)


def _make(path: Path) -> None:
    """Write the file complete and only then give it its name, so that nobody ever reads half of it and none is replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unnamed = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(Keyring.generate().dump())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its key is the one
            os.link(unnamed, path)
    except OSError as error:
        raise StartRefused(f"The master key cannot be written to {path}: {error.strerror}.") from error
    finally:
        unnamed.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path, needed: list[str]) -> Keyring:
    try:
        if not path.is_file():
            raise StartRefused(f"The master key file {path} is not a file.")
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            # Mended rather than refused: the folder's 0700 has kept others out, and a restored backup often has this mode.
            path.chmod(0o600)
            logger.warning("%s was readable for others (mode %03o); it is 0600 again", path, mode)
        return Keyring.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StartRefused(f"The master key file {path} cannot be read: {error.strerror}.") from error
    except (KeyringUnreadable, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, KeyringUnreadable) else "it is not text"
        wanted = f" This data needs the master key {', '.join(needed)}." if needed else ""
        raise StartRefused(
            f"The master key file {path} cannot be used: {reason}.{wanted} Put it back from your backup."
        ) from None


def _prove(opened: Keyring, row: MasterKey, path: Path) -> None:
    key: Key | None = opened.find(row.key_id)
    if key is None:
        raise StartRefused(
            f"The credentials in this database are encrypted under the master key {row.key_id}, but {path} holds "
            f"{', '.join(opened.keys)}. Put back the file that belongs to this database, or open the database of this file."
        )
    try:
        word = key.open(row.canary, CANARY_PLACE)
    except SealBroken:
        word = b""
    if word != CANARY:
        raise StartRefused(
            f"The database's proof of the master key {row.key_id} does not open with the key of that id in {path}: "
            "the database was altered. Restore it from your backup."
        )
