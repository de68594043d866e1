"""Lines of a stream that comes in pieces, each with the place where the next one begins."""

from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple, Protocol

# Bytes; a longer line goes on in the next row. No multiple of a log's pieces: at the edge of one a
# cut cannot be moved back to between two characters.
LONGEST = (4 << 20) - 1000

_CONTINUES = 0b10  # the two first bits of each byte of a character but its first


class Piece(Protocol):
    """``windlass.coordinator.engine.views.LogPiece`` is one. Between two may be what is not of
    this result: another stream of the same log."""

    @property
    def first_byte(self) -> int: ...

    @property
    def data(self) -> bytes: ...


class Line(NamedTuple):
    data: bytes  # without its end
    next: int  # the place of the first byte after it


def lines(pieces: Iterable[Piece]) -> Iterator[Line]:
    """The last one need not have an end. Never more than a piece and LONGEST are in memory."""
    begun: list[bytes] = []  # of a line whose end was not seen
    size = place = 0
    for piece in pieces:
        begun.append(piece.data)
        place = piece.first_byte + len(piece.data)
        if size + len(piece.data) > LONGEST or b"\n" in piece.data:
            begun = [(yield from _cut(b"".join(begun), size, place))]
            size = len(begun[0])
        else:
            size += len(piece.data)
    if size:
        yield Line(b"".join(begun).removesuffix(b"\r"), place)


def _cut(data: bytes, new: int, stop: int) -> Generator[Line, None, bytes]:
    """Its lines; returns what has no end yet. ``data`` ends at the place ``stop``, and only what
    begins with ``new`` is sure to be without a gap."""
    at = 0
    begins = stop - len(data)
    while at < len(data):
        end = data.find(b"\n", at, at + LONGEST + 1)
        if end >= 0:
            yield Line(data[at:end].removesuffix(b"\r"), begins + end + 1)
            at = end + 1
        elif len(data) - at > LONGEST:
            end = _between_characters(data, at + LONGEST, new)
            yield Line(data[at:end], begins + end)
            at = end
        else:
            break
    return data[at:]


def _between_characters(data: bytes, at: int, lowest: int) -> int:
    for end in range(at, max(at - 4, lowest - 1), -1):
        if data[end] >> 6 != _CONTINUES:
            return end
    return at
