"""Bytes as they come to log chunks, byte-exact. Pure: no I/O, no clock."""

import hashlib
import zlib
from uuid import UUID

from windlass.shared.events import LogChunk
from windlass.worker.runtimes.base import Stream

CHUNK = 64 << 10
_WORTH_PACKING = 256  # bytes: below, zlib gains nothing
_RECENT = 4 << 10  # bytes kept for an error text


class Chunker:
    """Cuts at a newline where one is near, and always where the stream changes.

    Hashes and counts every byte, but makes chunks only of what lies behind ``position``: the rest
    has left this node before.
    """

    def __init__(self, attempt_id: UUID, position: int = 0) -> None:
        self.size = 0  # bytes seen
        self.lines = 0  # newlines seen
        self.position = position
        self.cut = 0  # bytes before the next chunk
        self._attempt_id = attempt_id
        self._hash = hashlib.sha256()
        self._recent = bytearray()
        self._stream: Stream = "out"
        self._held = bytearray()
        self._skip = position
        self._cut_lines = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    @property
    def recent(self) -> bytes:
        """The last bytes seen, a few KiB."""
        return bytes(self._recent[-_RECENT:])

    def feed(self, stream: Stream, data: bytes) -> list[LogChunk]:
        """Account for ``data``; chunks that are full, or of another stream."""
        self.size += len(data)
        self.lines += data.count(b"\n")
        self._hash.update(data)
        self._remember(data)
        data = self._unsent(data)
        chunks = self.flush() if data and stream != self._stream else []
        if data:
            self._stream = stream
            self._held += data
        while len(self._held) >= CHUNK:
            chunks.append(self._take(self._seam()))
        return chunks

    def flush(self) -> list[LogChunk]:
        """Whatever is held, newline or not."""
        return [self._take(len(self._held))] if self._held else []

    def _unsent(self, data: bytes) -> bytes:
        if not self._skip:
            return data
        known = data[: self._skip]
        self._skip -= len(known)
        self.cut += len(known)
        self._cut_lines += known.count(b"\n")
        return data[len(known) :]

    def _seam(self) -> int:
        newline = self._held.rfind(b"\n", CHUNK // 2, CHUNK)
        return newline + 1 if newline >= 0 else CHUNK

    def _take(self, size: int) -> LogChunk:
        data = bytes(self._held[:size])
        del self._held[:size]
        lines = data.count(b"\n")
        packed = _pack(data)
        chunk = LogChunk(
            attempt_id=self._attempt_id,
            stream=self._stream,
            first_byte=self.cut,
            size=size,
            first_line=self._cut_lines,
            lines=lines,
            packed=packed is not None,
            data=data if packed is None else packed,
        )
        self.cut += size
        self._cut_lines += lines
        return chunk

    def _remember(self, data: bytes) -> None:
        self._recent += data[-_RECENT:]
        if len(self._recent) > 16 * _RECENT:
            del self._recent[:-_RECENT]


def _pack(data: bytes) -> bytes | None:
    """Packed, where that saves a tenth at least."""
    if len(data) < _WORTH_PACKING:
        return None
    packed = zlib.compress(data, 1)
    return packed if len(packed) * 10 < len(data) * 9 else None
