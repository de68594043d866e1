"""Texts that only who has a key can read: AES-256-GCM, from the library ``cryptography``.

A sealed text is ``\\x01``, eight hex digits that name the key, ``:``, and base64 of nonce and
ciphertext. No document begins so: control characters are allowed neither in JSON nor in YAML.
"""

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARK = "\x01"
SHORTEST = 32  # characters of a key: as many as 24 random bytes have in base64
_NAME = 8
_NONCE = 12
_SEALED = re.compile(f"{MARK}[0-9a-f]{{{_NAME}}}:")


class Unreadable(Exception):
    """Sealed with a key that is not known here, or altered since."""


@dataclass(frozen=True, eq=False)
class Key:
    name: str  # tells nothing of the key
    _cipher: AESGCM

    @classmethod
    def of(cls, text: str) -> Self:
        """ValueError: too short to be random."""
        if len(text) < SHORTEST:
            raise ValueError(f"a key must be {SHORTEST} random characters or more")
        derived = HKDF(SHA256(), length=32, salt=None, info=b"windlass seal").derive(text.encode())
        return cls(sha256(b"windlass key\0" + derived).hexdigest()[:_NAME], AESGCM(derived))

    @cached_property
    def mark(self) -> str:
        """What begins all that it seals."""
        return f"{MARK}{self.name}:"

    def seal(self, text: str) -> str:
        nonce = os.urandom(_NONCE)
        hidden = self._cipher.encrypt(nonce, text.encode(), self.name.encode())
        return self.mark + b64encode(nonce + hidden).decode()

    def open(self, sealed: str) -> str:
        """Unreadable: it was altered."""
        try:
            raw = b64decode(sealed[len(self.mark) :], validate=True)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], self.name.encode()).decode()
        except (ValueError, InvalidTag) as problem:
            raise Unreadable(f"what key {self.name} has sealed was altered since") from problem


class Ring:
    """Keys. The first one seals, each opens what it has sealed; without any, texts stay as they
    are."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._keys = {key.name: key for key in keys}
        self._first = next(iter(self._keys.values()), None)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """ValueError: one is too short to be random."""
        return cls(map(Key.of, texts))

    def __repr__(self) -> str:
        return f"Ring({', '.join(self._keys)})"

    def __or__(self, other: "Ring") -> "Ring":
        """Seals as this one does, and opens what either can."""
        return Ring([*self._keys.values(), *other._keys.values()])

    @property
    def names(self) -> tuple[str, ...]:
        """Of its keys, the sealing one first."""
        return tuple(self._keys)

    def seal(self, text: str) -> str:
        return self._first.seal(text) if self._first else text

    def open(self, text: str) -> str:
        """Itself, where it was never sealed. Unreadable."""
        if not is_sealed(text):
            return text
        name = text[len(MARK) :][:_NAME]
        if name not in self._keys:
            raise Unreadable(f"it is sealed with key {name}, which is not here")
        return self._keys[name].open(text)

    def is_current(self, sealed: str) -> bool:
        """Sealed with the key that seals."""
        return self._first is not None and sealed.startswith(self._first.mark)


def parse_ring(text: str) -> Ring:
    """Keys with commas between. ValueError: one is too short to be random."""
    return Ring.of(word.strip() for word in text.split(",") if word.strip())


def is_sealed(text: str) -> bool:
    return _SEALED.match(text) is not None
