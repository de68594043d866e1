"""Opaque cursors: where a page ends, and which way it goes. Whatever else comes in is Invalid.

A cursor belongs to one list (``scope``): that of another is refused, not misread. It is no secret;
the check only tells a cursor of ours from anything else.
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

from windlass.coordinator.engine.errors import Invalid, Problem

_WAYS = (b">", b"<")
_CHECK = 7  # bytes: a cursor is a multiple of three and needs no padding
_KEY = 16


@dataclass(frozen=True)
class Cursor:
    """Beyond ``key`` (an id or a position, as a number), onward or back."""

    key: int
    onward: bool = True


def encode(cursor: Cursor, scope: str) -> str:
    body = _WAYS[not cursor.onward] + cursor.key.to_bytes(_KEY)
    return base64.urlsafe_b64encode(body + _check(body, scope)).decode()


def decode(text: str, scope: str) -> Cursor:
    try:
        raw = base64.b64decode(text.encode("ascii"), b"-_", validate=True)
        way, key, check = struct.unpack(f"c{_KEY}s{_CHECK}s", raw)
    except (UnicodeEncodeError, binascii.Error, struct.error):
        raise _refused() from None
    cursor = Cursor(int.from_bytes(key), onward=way == _WAYS[0])
    if check != _check(way + key, scope) or encode(cursor, scope) != text:
        raise _refused()
    return cursor


def _check(body: bytes, scope: str) -> bytes:
    return hashlib.sha256(scope.encode() + b"\0" + body).digest()[:_CHECK]


def _refused() -> Invalid:
    return Invalid(
        [
            Problem(
                ("cursor",),
                "is not a cursor of this list",
                "what an earlier page named next or prev",
            )
        ]
    )
