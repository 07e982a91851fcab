"""The master key file: made once, never overwritten, and proved to belong to its database before anything starts."""

import asyncio
import stat
from pathlib import Path

import pytest

from stackdock.db.sessions import transaction
from stackdock.errors import StartRefused
from stackdock.models import MasterKey
from stackdock.security.keyring import Keyring
from stackdock.security.scope import system_scope
from stackdock.services.master_key import FILE_NAME, open_keyring
from stackdock.settings import settings

SCOPE = system_scope(None)


def key_file() -> Path:
    return settings().data_dir / FILE_NAME


async def opened() -> Keyring:
    return await open_keyring(SCOPE, settings().data_dir)


async def test_the_first_start_makes_a_key_that_only_this_user_can_read(database: object) -> None:
    first = await opened()
    assert stat.S_IMODE(key_file().stat().st_mode) == 0o600
    assert [path.name for path in key_file().parent.iterdir()] == [FILE_NAME], "nothing half-written is left behind"
    text = key_file().read_text()
    assert (await opened()).current_id == first.current_id
    assert key_file().read_text() == text


async def test_several_first_starts_at_once_agree_on_one_key(database: object) -> None:
    assert len({keyring.current_id for keyring in await asyncio.gather(*(opened() for _ in range(5)))}) == 1


async def test_without_its_key_file_the_data_is_not_opened_and_no_new_key_is_made(database: object) -> None:
    key_id = (await opened()).current_id
    key_file().rename(key_file().with_suffix(".away"))
    with pytest.raises(StartRefused) as refused:
        await opened()
    assert key_id in refused.value.message
    assert str(key_file()) in refused.value.message
    assert not key_file().exists()
    key_file().with_suffix(".away").rename(key_file())
    assert (await opened()).current_id == key_id


async def test_the_key_of_other_data_is_refused_and_both_are_named(database: object) -> None:
    needed, other = (await opened()).current_id, Keyring.generate()
    key_file().write_text(other.dump())
    with pytest.raises(StartRefused) as refused:
        await opened()
    assert needed in refused.value.message
    assert other.current_id in refused.value.message


async def test_an_altered_proof_in_the_database_is_refused(database: object) -> None:
    key_id = (await opened()).current_id
    async with transaction(SCOPE) as session:
        row = await session.get_one(MasterKey, key_id)
        row.canary = Keyring.generate().current.seal(b"something else", "elsewhere")
    with pytest.raises(StartRefused, match=key_id):
        await opened()


@pytest.mark.parametrize("text", ["", "not json", "{}", '{"current": "x", "keys": {}}', '{"current": 1, "keys": []}'])
async def test_a_damaged_key_file_is_refused_by_the_id_it_should_hold_and_left_as_it_is(database: object, text: str) -> None:
    key_id = (await opened()).current_id
    key_file().write_text(text)
    with pytest.raises(StartRefused) as refused:
        await opened()
    assert FILE_NAME in refused.value.message
    assert key_id in refused.value.message
    assert key_file().read_text() == text


async def test_a_changed_byte_of_the_key_is_noticed_before_anything_is_decrypted(database: object) -> None:
    keyring = await opened()
    stored = keyring.dump()
    key_file().write_text(stored.replace(f'"{keyring.current_id}": "', f'"{keyring.current_id}": "AAAA', 1))
    with pytest.raises(StartRefused) as refused:
        await opened()
    secret = stored.rpartition(': "')[2].split('"')[0]
    assert secret not in refused.value.message


async def test_a_key_that_others_can_read_is_closed_again_with_a_warning(
    database: object, caplog: pytest.LogCaptureFixture
) -> None:
    await opened()
    key_file().chmod(0o644)
    await opened()
    assert stat.S_IMODE(key_file().stat().st_mode) == 0o600
    assert "0600" in caplog.text


async def test_an_older_key_still_opens_what_it_sealed(database: object) -> None:
    old = await opened()
    new = Keyring.generate()
    both = Keyring(new.current_id, {**old.keys, **new.keys})
    key_file().write_text(both.dump())
    keyring = await opened()
    assert keyring.current_id == new.current_id
    assert keyring.find(old.current_id) is not None
    key_file().write_text(new.dump())
    with pytest.raises(StartRefused, match=old.current_id):
        await opened()


def test_no_repr_shows_a_key() -> None:
    keyring = Keyring.generate()
    secret = keyring.current.secret
    for shown in (repr(keyring), str(keyring), repr(keyring.current)):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
