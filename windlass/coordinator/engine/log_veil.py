"""Secrets in logs, hidden as they are read. A log is addressed by its bytes and lines, so what is
hidden keeps its length: a star for each byte, and newlines stay."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from windlass.coordinator.engine.views import LogPiece
from windlass.shared.redact import Redactor

_TELLING = 4  # bytes; the beginning of a secret that is no longer tells nothing of it
_BYTE = re.compile(rb"[^\n]")


@dataclass(frozen=True)
class LogVeil:
    secrets: tuple[bytes, ...] = ()

    @property
    def reach(self) -> int:
        """How far beyond a byte one has to look to know whether it is hidden."""
        return max(map(len, self.secrets), default=1) - 1

    def pieces(
        self, pieces: Iterator[LogPiece], start: int, end: int, *, grows: bool
    ) -> Iterator[LogPiece]:
        """Those bytes of ``pieces``, which begin and end ``reach`` further out, where there is as
        much. ``grows``: what they end with may be the beginning of a secret."""
        before, held = b"", deque[LogPiece]()
        for piece in pieces:
            held.append(piece)
            while sum(len(one.data) for one in held) - len(held[0].data) >= self.reach:
                yield from _cut(self._hidden(before, held), start, end)
                before = (before + held.popleft().data)[-self.reach - 1 :]
        while held:
            yield from _cut(self._hidden(before, held, grows=grows), start, end)
            before = (before + held.popleft().data)[-self.reach - 1 :]

    def _hidden(self, before: bytes, held: Sequence[LogPiece], *, grows: bool = False) -> LogPiece:
        """The first of those that are held."""
        first = held[0]
        raw = before + b"".join(piece.data for piece in held)
        shown = bytearray(raw)
        for begin, end in [*self._found(raw), *(self._begun(raw) if grows else ())]:
            shown[begin:end] = _BYTE.sub(b"*", raw[begin:end])
        return replace(first, data=bytes(shown[len(before) : len(before) + len(first.data)]))

    def _found(self, raw: bytes) -> Iterator[tuple[int, int]]:
        for secret in self.secrets:
            at = raw.find(secret)
            while at >= 0:
                yield at, at + len(secret)
                at = raw.find(secret, at + 1)

    def _begun(self, raw: bytes) -> Iterator[tuple[int, int]]:
        for secret in self.secrets:
            for size in range(min(len(secret) - 1, len(raw)), _TELLING - 1, -1):
                if raw.endswith(secret[:size]):
                    yield len(raw) - size, len(raw)
                    break


NOTHING = LogVeil()


def of(secrets: Redactor) -> LogVeil:
    return LogVeil(tuple(text.encode() for text in secrets.within)) if secrets.within else NOTHING


def _cut(piece: LogPiece, start: int, end: int) -> Iterator[LogPiece]:
    """What of it lies between."""
    begin = max(start - piece.first_byte, 0)
    data = piece.data[begin : max(end - piece.first_byte, 0)]
    if data:
        passed = piece.data.count(b"\n", 0, begin)
        yield replace(
            piece,
            first_byte=piece.first_byte + begin,
            first_line=piece.first_line + passed,
            lines=data.count(b"\n"),
            data=data,
        )
