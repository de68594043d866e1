"""Log chunks as bytes: whether they are what they say, and the later part of one. Pure."""

import zlib

import msgspec

from windlass.shared.events import LogChunk

LARGEST = 1 << 20  # bytes of one chunk, unpacked; workers send a sixteenth of it
_FAR = 1 << 50  # bytes: no log is longer


class Unsound(Exception):
    """A chunk that is not what it says."""


def unpacked(data: bytes, size: int, packed: bool) -> bytes:
    """``Unsound`` unless that is ``size`` bytes; never makes more of them than that."""
    if not packed:
        raw = data
    else:
        unpacker = zlib.decompressobj()
        try:
            raw = unpacker.decompress(data, size + 1)
        except zlib.error as problem:
            raise Unsound(f"cannot be unpacked: {problem}") from None
    if len(raw) != size:
        raise Unsound(f"holds {len(raw)} bytes, not {size}")
    return raw


def check(chunk: LogChunk) -> None:
    if not 0 <= chunk.size <= LARGEST:
        raise Unsound(f"has {chunk.size} bytes; at most {LARGEST} are taken")
    if not (0 <= chunk.first_byte <= _FAR and 0 <= chunk.first_line <= chunk.first_byte):
        raise Unsound("lies nowhere in a log")
    lines = unpacked(chunk.data, chunk.size, chunk.packed).count(b"\n")
    if lines != chunk.lines:
        raise Unsound(f"holds {lines} lines, not {chunk.lines}")


def beginning_at(chunk: LogChunk, first_byte: int) -> LogChunk:
    """The part of it from there on."""
    skipped = first_byte - chunk.first_byte
    if skipped <= 0:
        return chunk
    raw = unpacked(chunk.data, chunk.size, chunk.packed)
    lines = raw.count(b"\n", 0, skipped)
    rest = raw[skipped:]
    return msgspec.structs.replace(
        chunk,
        first_byte=first_byte,
        size=len(rest),
        first_line=chunk.first_line + lines,
        lines=chunk.lines - lines,
        data=zlib.compress(rest, 1) if chunk.packed else rest,
    )
