"""Resume tokens: a few numbers, opaque to whoever carries them. Anything else is Invalid."""

import base64
import binascii
import zlib
from collections.abc import Iterator, Sequence

from windlass.coordinator.engine.errors import Invalid, Problem

LONGEST = 4096  # characters: headers end at twice that
_CHECK = 4
_MOST_BITS = 63


def encode(kind: str, numbers: Sequence[int]) -> str:
    """``numbers`` are not negative."""
    body = kind.encode() + b"".join(map(_varint, numbers))
    return base64.urlsafe_b64encode(body + _check(body)).decode().rstrip("=")


def decode(kind: str, text: str) -> list[int]:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        body, check = raw[:-_CHECK], raw[-_CHECK:]
        if check != _check(body) or body[:1] != kind.encode():
            raise refused()
        numbers = list(_numbers(body[1:]))
    except (ValueError, binascii.Error):
        raise refused() from None
    if encode(kind, numbers) != text:
        raise refused()
    return numbers


def refused() -> Invalid:
    return Invalid(
        [Problem(("Last-Event-ID",), "is not of this stream", "the id of its last event")]
    )


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _numbers(body: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in body:
        number |= (byte & 0x7F) << shift
        shift += 7
        if shift > _MOST_BITS:
            raise ValueError(number)
        if not byte & 0x80:
            yield number
            number = shift = 0
    if shift:
        raise ValueError(number)


def _check(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(_CHECK)
