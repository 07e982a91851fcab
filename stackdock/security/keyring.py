"""The master keys of an instance, by id: one is current, older ones still open what they sealed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from stackdock.security.envelope import KEY_BYTES, Key


class KeyringUnreadable(Exception):
    """The text is no keyring, or a key in it is not the one its id names."""


@dataclass(frozen=True)
class Keyring:
    """What is sealed from now on uses `current`; what was sealed before names its key."""

    current_id: str
    keys: Mapping[str, Key] = field(repr=False)

    @classmethod
    def generate(cls) -> Keyring:
        key = Key.generate()
        return cls(key.id, {key.id: key})

    @property
    def current(self) -> Key:
        return self.keys[self.current_id]

    def find(self, key_id: str) -> Key | None:
        return self.keys.get(key_id)

    def dump(self) -> str:
        """As kept in the key file: JSON, `{"current": id, "keys": {id: base64}}`."""
        keys = {key_id: b64encode(key.secret).decode() for key_id, key in self.keys.items()}
        return json.dumps({"current": self.current_id, "keys": keys}, indent=2) + "\n"

    @classmethod
    def load(cls, text: str) -> Keyring:
        """Raises KeyringUnreadable, which never quotes the text."""
        try:
            data = json.loads(text)
            keys = {key_id: Key(b64decode(secret, validate=True)) for key_id, secret in data["keys"].items()}
            current_id = data["current"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyringUnreadable("it is not in the format that StackDock writes") from None
        for key_id, key in keys.items():
            if len(key.secret) != KEY_BYTES or key.id != key_id:
                raise KeyringUnreadable(f"the key named {str(key_id)[:32]} is damaged")
        if current_id not in keys:
            raise KeyringUnreadable("it does not hold the key that it names as current")
        return cls(current_id, keys)
