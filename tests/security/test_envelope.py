"""What is sealed opens only with its key and in its place."""

import pytest

from stackdock.security.envelope import Key, SealBroken, credential_place, data_key_place


def test_what_is_sealed_opens_in_its_place() -> None:
    key, place = Key.generate(), credential_place("org", "dock", "token", "key")
    assert key.open(key.seal(b"hunter2", place), place) == b"hunter2"


def test_a_ciphertext_moved_to_another_place_does_not_open() -> None:
    key = Key.generate()
    sealed = key.seal(b"hunter2", credential_place("org", "dock", "token", "key"))
    for place in (
        credential_place("other", "dock", "token", "key"),
        credential_place("org", "other", "token", "key"),
        credential_place("org", "dock", "other", "key"),
        credential_place("org", "dock", "token", "other"),
        data_key_place("org", "dock", "key"),
    ):
        with pytest.raises(SealBroken):
            key.open(sealed, place)


def test_another_key_or_a_changed_text_does_not_open() -> None:
    key, place = Key.generate(), "place"
    sealed = key.seal(b"hunter2", place)
    for opener, text in ((Key.generate(), sealed), (key, sealed[:-8] + "AAAAAAA="), (key, "not base64!"), (key, "")):
        with pytest.raises(SealBroken):
            opener.open(text, place)


def test_sealing_twice_never_gives_the_same_text() -> None:
    key = Key.generate()
    assert len({key.seal(b"hunter2", "place") for _ in range(100)}) == 100


def test_a_key_shows_itself_nowhere() -> None:
    key = Key(b"k" * 32)
    assert "kkk" not in repr(key)
    assert "kkk" not in key.id


def test_a_fingerprint_recognizes_the_same_credential_and_only_it() -> None:
    key = Key.generate()
    values = {"token": "a", "region": "b"}
    assert key.fingerprint(values) == key.fingerprint(dict(reversed(values.items())))
    assert key.fingerprint(values) != key.fingerprint({"token": "b", "region": "a"})
    assert key.fingerprint(values) != Key.generate().fingerprint(values)
