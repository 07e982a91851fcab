"""Envelope encryption: a master key wraps one data key per dock, a data key seals the dock's credential fields.

AES-256-GCM throughout. The associated data binds what is sealed to its place (organization, dock, field, key id), so that a
ciphertext copied to another row does not open there. What is stored is base64 of nonce ‖ ciphertext ‖ tag.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(Exception):
    """The key is not the one it was sealed with, the text was changed, or it was moved to another place."""


@dataclass(frozen=True)
class Key:
    """A key that never shows itself."""

    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Key:
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def id(self) -> str:
        """Names the key without revealing it: the first 12 hex digits of a hash."""
        return hashlib.sha256(b"stackdock key id\0" + self.secret).hexdigest()[:12]

    def seal(self, plaintext: bytes, place: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return b64encode(nonce + AESGCM(self.secret).encrypt(nonce, plaintext, place.encode())).decode()

    def open(self, sealed: str, place: str) -> bytes:
        """Raises SealBroken."""
        try:
            data = b64decode(sealed, validate=True)
            return AESGCM(self.secret).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken("sealed text does not open here") from error

    def fingerprint(self, values: Mapping[str, str]) -> str:
        """A keyed hash of credential fields: recognizes the same credential, reveals nothing without the key."""
        text = "\0".join(f"{name}\0{values[name]}" for name in sorted(values))
        return hmac.new(self.secret, b"stackdock fingerprint\0" + text.encode(), hashlib.sha256).hexdigest()


def data_key_place(organization_id: str, dock_id: str, key_id: str) -> str:
    return f"data-key|{organization_id}|{dock_id}|{key_id}"


def credential_place(organization_id: str, dock_id: str, field_name: str, key_id: str) -> str:
    return f"credential|{organization_id}|{dock_id}|{field_name}|{key_id}"
