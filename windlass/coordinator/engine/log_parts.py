"""Logs cut into numbered parts, each valid text: a character belongs where its first byte lies."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from windlass.coordinator.engine.logbook import presentable
from windlass.coordinator.engine.outlook_views import LogPart, Numbered, PartFilter
from windlass.coordinator.engine.patience import patient
from windlass.coordinator.store import log_parts as store
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.store.log_cutting import unpacked
from windlass.shared.ids import AttemptId
from windlass.shared.redact import redact_text
from windlass.shared.text import is_clean

MOST_SEARCHED = 5_000  # parts, the newest; an hour and more of talk without a pause
_AT_ONCE = 100  # parts that are unpacked together
_LONGEST_TAIL = 3  # bytes of a character after its first


def attempts_of(db: Database, job_id: UUID) -> Sequence[UUID]:
    with db.transaction() as tx:
        return store.attempts_of(tx, job_id)


def page(
    db: Database, ids: Sequence[UUID], filter: PartFilter, at: tuple[int, int]
) -> Numbered[LogPart]:
    """``at``: how many, after how many."""
    limit, offset = at
    if filter.words is None:
        with patient(db) as tx:
            total = store.count(tx, ids)
        return Numbered(list(_parts(db, ids, filter.hidden, at)), total)
    found = list(_found(db, ids, filter))
    return Numbered(found[offset : offset + limit], len(found))


def _found(db: Database, ids: Sequence[UUID], filter: PartFilter) -> Iterator[LogPart]:
    words = filter.words or ""
    if not is_clean(words):
        return
    for offset in range(0, MOST_SEARCHED, _AT_ONCE):
        parts = list(_parts(db, ids, filter.hidden, (_AT_ONCE, offset)))
        with patient(db) as tx:
            hits = store.matching(tx, [part.text for part in parts], words)
        yield from (parts[hit] for hit in hits)
        if len(parts) < _AT_ONCE:
            return


def _parts(
    db: Database, ids: Sequence[UUID], hidden: Sequence[str], at: tuple[int, int]
) -> Iterator[LogPart]:
    with patient(db) as tx:
        rows = store.page(tx, ids, *at)
        chunks = store.chunks(tx, [_span(row) for row in rows])
    logs = _raw(chunks)
    for row in rows:
        text = _text(logs[row["attempt_id"]], row["first_byte"], row["end_byte"])
        yield LogPart(
            attempt_id=AttemptId(row["attempt_id"]),
            number=row["number"],
            text=redact_text(presentable(text), hidden),
            stored_at=row["stored_at"],
        )


def _span(row: Row) -> tuple[UUID, int, int]:
    return row["attempt_id"], row["first_byte"], row["end_byte"]


def _raw(chunks: Sequence[Row]) -> Mapping[UUID, Mapping[int, bytes]]:
    """By attempt and first byte, without repeats."""
    logs: dict[UUID, dict[int, bytes]] = defaultdict(dict)
    for row in chunks:
        data = unpacked(bytes(row["data"]), row["size"], row["packed"])
        logs[row["attempt_id"]][row["first_byte"]] = data
    return logs


def _text(log: Mapping[int, bytes], start: int, end: int) -> str:
    around = _between(log, start - _LONGEST_TAIL, end + _LONGEST_TAIL)
    before = min(start, _LONGEST_TAIL)
    begin = _after_character(around, before)
    stop = _after_character(around, before + end - start)
    return around[begin:stop].decode("utf-8", "replace")


def _between(log: Mapping[int, bytes], start: int, end: int) -> bytes:
    return b"".join(
        data[max(start - first, 0) : max(end - first, 0)] for first, data in sorted(log.items())
    )


def _after_character(data: bytes, at: int) -> int:
    """Past the character that lies across this cut; the cut itself where none does."""
    for begin in range(max(at - _LONGEST_TAIL, 0), at):
        for end in range(at + 1, min(begin + _LONGEST_TAIL + 1, len(data)) + 1):
            if _is_character(data[begin:end]):
                return end
    return at


def _is_character(data: bytes) -> bool:
    try:
        return len(data.decode()) == 1
    except UnicodeDecodeError:
        return False
