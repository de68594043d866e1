"""The log of a task by line: what the entrance says, woven with what the task's attempts wrote."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from windlass.coordinator.dialects.linkis.journal import Told, entries
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import LogPiece, LogSize
from windlass.shared.ids import AttemptId

PAGE_BYTES = 8 << 20  # of one page, unless a single line is longer
_HEADER = b'{"columns"'  # how a table begins
_LOOK = 1 << 16


@dataclass(frozen=True)
class _Span:
    """So many lines in a row, from line ``first``, counted from 0."""

    first: int
    count: int
    lines: Sequence[str] = ()
    attempt: AttemptId | None = None
    hidden: bool = False  # its stdout is a table, not talk

    @property
    def stop(self) -> int:
        return self.first + self.count


class Log:
    """As it stands when it is made."""

    def __init__(self, engine: Engine, told: Told, *, tabular: bool) -> None:
        self._engine = engine
        self._tabular = tabular
        self.bytes = 0
        self._spans = list(self._find(told))

    @property
    def count(self) -> int:
        return self._spans[-1].stop

    def page(self, first: int, size: int) -> list[str]:
        """At most ``size`` lines from ``first``, counted from 0; fewer where they are long."""
        found: list[str] = []
        room = PAGE_BYTES
        for span in self._spans:
            start, stop = max(first, span.first), min(first + size, span.stop)
            if start >= stop:
                continue
            lines = self._read(span, start - span.first, stop - start, room)
            found += lines
            room -= sum(map(len, lines))
            if len(lines) < stop - start or room <= 0:
                break
        return found

    def whole(self) -> Iterator[str]:
        at = 0
        while lines := self.page(at, 10_000):
            yield from lines
            at += len(lines)

    def _find(self, told: Told) -> Iterator[_Span]:
        sizes = self._engine.log_sizes([attempt.id for attempt in told.attempts.values()])
        at = 0
        for entry in entries(told):
            if entry.attempt is None:
                lines = [line for text in entry.lines for line in text.split("\n")]
                yield _Span(at, len(lines), lines)
                self.bytes += sum(map(len, lines))
                at += len(lines)
                continue
            size = sizes.get(entry.attempt, _NOTHING)
            span = self._span(at, entry.attempt, size)
            yield span
            self.bytes += size.bytes
            at = span.stop
            if not size.ended:
                return

    def _span(self, at: int, id: AttemptId, size: LogSize) -> _Span:
        count = size.lines + (1 if size.ended and self._is_unfinished(id, size) else 0)
        return _Span(at, count, attempt=id, hidden=self._tabular and self._is_table(id))

    def _is_unfinished(self, id: AttemptId, size: LogSize) -> bool:
        """The last line has no end."""
        last = b"".join(p.data for p in self._engine.log_bytes(id, start=size.bytes - 1))
        return size.bytes > 0 and not last.endswith(b"\n")

    def _is_table(self, id: AttemptId) -> bool:
        printed = stdout(self._engine.log_bytes(id, end=_LOOK))
        first = next((piece.data for piece in printed), b"")
        return first.startswith(_HEADER)

    def _read(self, span: _Span, start: int, count: int, room: int) -> list[str]:
        if span.attempt is None:
            return list(span.lines[start : start + count])
        data, lines = bytearray(), 0
        for piece in self._engine.log_lines(span.attempt, start=start, limit=count):
            data += _shown(piece) if span.hidden else piece.data
            lines += piece.lines
            if len(data) > room and lines:
                count = min(count, lines)
                break
        return [_text(line) for line in bytes(data).split(b"\n")[:count]]


_NOTHING = LogSize(bytes=0, lines=0, complete=False, ended=False)


def stdout(pieces: Iterator[LogPiece]) -> Iterator[LogPiece]:
    return (piece for piece in pieces if piece.stream == "out")


def _shown(piece: LogPiece) -> bytes:
    """Lines keep their numbers, be they hidden or not."""
    return b"\n" * piece.lines if piece.stream == "out" else piece.data


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace").replace("\0", "\N{SYMBOL FOR NULL}")
