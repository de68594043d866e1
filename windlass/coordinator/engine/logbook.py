"""Logs of attempts, by byte, by line and from their end. Readers get what is stored without a gap;
they page through it, and hold no connection while they are slow."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.log_veil import NOTHING, LogVeil
from windlass.coordinator.engine.views import LogPiece, LogSize
from windlass.coordinator.store import log_reads
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.store.log_cutting import unpacked
from windlass.shared.ids import AttemptId
from windlass.shared.states import ATTEMPT, AttemptState

_GLANCE = 1 << 16  # bytes at the end of a log in which its last lines are looked for


def size(db: Database, id: UUID) -> LogSize:
    found = sizes(db, [AttemptId(id)])
    if not found:
        raise NotFound(f"there is no attempt {id}")
    return found[AttemptId(id)]


def sizes(db: Database, ids: Sequence[AttemptId]) -> dict[AttemptId, LogSize]:
    """Of those attempts that exist."""
    with db.transaction() as tx:
        return {row["id"]: size_of(row) for row in log_reads.reach(tx, ids)}


class Reader:
    """Of one attempt's log, behind a veil."""

    def __init__(self, db: Database, id: UUID, veil: LogVeil = NOTHING) -> None:
        self._db = db
        self._id = id
        self._veil = veil

    def bytes(self, *, start: int = 0, end: int | None = None) -> Iterator[LogPiece]:
        stored = size(self._db, self._id)
        last = stored.bytes if end is None else min(end, stored.bytes)
        return self._pieces(stored, max(start, 0), last)

    def lines(self, *, start: int, limit: int) -> Iterator[LogPiece]:
        stored, first = size(self._db, self._id), max(start, 0)
        begin = _start_of_line(self._db, self._id, stored, first)
        end = _start_of_line(self._db, self._id, stored, first + max(limit, 0))
        return self._pieces(stored, begin, end)

    def tail(self, lines: int) -> Iterator[LogPiece]:
        stored = size(self._db, self._id)
        if lines <= 0:
            return iter(())
        begin = _start_of_tail(self._db, self._id, stored, lines)
        return self._pieces(stored, begin, stored.bytes)

    def _pieces(self, stored: LogSize, start: int, end: int) -> Iterator[LogPiece]:
        if not self._veil.secrets:
            return _pieces(self._db, self._id, start, end)
        reach = self._veil.reach
        last = min(end + reach, stored.bytes)
        raw = _pieces(self._db, self._id, start - reach, last)
        grows = last == stored.bytes and not stored.ended
        return self._veil.pieces(raw, start, end, grows=grows)


def start_of_line(db: Database, id: UUID, line: int) -> int:
    return _start_of_line(db, id, size(db, id), line)


def last_lines(db: Database, id: UUID, lines: int) -> Sequence[str]:
    """Presentable, and of endless lines only the end."""
    stored = size(db, id)
    begin = max(_start_of_tail(db, id, stored, lines), stored.bytes - _GLANCE)
    raw = b"".join(piece.data for piece in _pieces(db, id, begin, stored.bytes))
    return presentable(raw.decode(errors="replace")).removesuffix("\n").split("\n") if raw else ()


def presentable(text: str) -> str:
    """NUL has a picture of its own."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")


def size_of(row: Row) -> LogSize:
    """Of a row of ``log_reads.reach``."""
    final, total = ATTEMPT.is_final(AttemptState(row["state"])), row["log_bytes"]
    whole = final and not row["torn"] and (total is None or row["bytes"] >= total)
    return LogSize(
        bytes=row["bytes"],
        lines=row["lines"],
        complete=whole,
        ended=whole or (final and bool(row["settled"])),
    )


def _start_of_tail(db: Database, id: UUID, stored: LogSize, lines: int) -> int:
    last = b"".join(piece.data for piece in _pieces(db, id, stored.bytes - 1, stored.bytes))
    unfinished = last not in (b"\n", b"")
    return _start_of_line(db, id, stored, stored.lines + unfinished - lines)


def _start_of_line(db: Database, id: UUID, stored: LogSize, line: int) -> int:
    """Where line ``line`` (from 0) begins: after as many newlines."""
    if line <= 0:
        return 0
    if line > stored.lines:
        return stored.bytes
    with db.transaction() as tx:
        row = log_reads.chunk_of_newline(tx, id, line)
    if row is None:  # deleted meanwhile
        return stored.bytes
    after = _raw(row).split(b"\n", line - row["first_line"])[-1]
    return int(row["first_byte"] + row["size"] - len(after))


def _pieces(db: Database, id: UUID, start: int, end: int) -> Iterator[LogPiece]:
    at, before = max(start, 0), -1
    while before < at < end:
        before = at
        with db.transaction() as tx:
            rows = log_reads.chunks(tx, id, at, end)
        for row in rows:
            piece = _piece(row, at, end)
            if piece.data:
                yield piece
                at = piece.first_byte + len(piece.data)


def _piece(row: Row, start: int, end: int) -> LogPiece:
    """The part of a chunk that lies between."""
    raw, first = _raw(row), row["first_byte"]
    begin = min(max(start - first, 0), len(raw))
    data = raw[begin : max(end - first, 0)]
    return LogPiece(
        first_byte=first + begin,
        first_line=row["first_line"] + raw.count(b"\n", 0, begin),
        lines=data.count(b"\n"),
        stream=row["stream"],
        data=data,
    )


def _raw(row: Row) -> bytes:
    return unpacked(bytes(row["data"]), row["size"], row["packed"])
