"""Logs, as they are written: chunks in, woven into what is there."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import structlog

from windlass.coordinator.store.copying import Rows
from windlass.coordinator.store.db import Row, Tx
from windlass.coordinator.store.log_cutting import Unsound, beginning_at, check
from windlass.coordinator.store.log_weaving import Extent, Span, Weave, weave
from windlass.shared.events import LogChunk

_log = structlog.get_logger()

# In order, so that two writers of the same logs wait for one another but never both. A job that is
# being deleted takes these rows first.
_HOLD = """
INSERT INTO log (attempt_id) SELECT id FROM attempt WHERE id = ANY(%(ids)s) ORDER BY id
ON CONFLICT DO NOTHING;
SELECT attempt_id, bytes, lines, job_id FROM log JOIN attempt ON attempt.id = attempt_id
WHERE attempt_id = ANY(%(ids)s) ORDER BY attempt_id FOR UPDATE OF log
"""

_WAITING = """
SELECT chunk.attempt_id, first_byte, size, first_line, chunk.lines
FROM log JOIN log_chunk AS chunk ON chunk.attempt_id = log.attempt_id AND first_byte >= log.bytes
WHERE log.attempt_id = ANY(%(ids)s)
"""

# What is cut is taken out, cut here, and put back.
_TAKE = """
DELETE FROM log_chunk USING unnest(%(ids)s::uuid[], %(first_bytes)s::bigint[])
    AS wanted (attempt_id, first_byte)
WHERE log_chunk.attempt_id = wanted.attempt_id AND log_chunk.first_byte = wanted.first_byte
RETURNING log_chunk.attempt_id, stream, log_chunk.first_byte, size, first_line, lines, packed, data
"""

_ADD = """
COPY log_chunk (attempt_id, first_byte, size, first_line, lines, stream, packed, data)
FROM STDIN (FORMAT binary)
"""

_REACH = """
UPDATE log SET bytes = reached.bytes, lines = reached.lines
FROM unnest(%(ids)s::uuid[], %(bytes)s::bigint[], %(lines)s::bigint[])
    AS reached (attempt_id, bytes, lines)
WHERE log.attempt_id = reached.attempt_id
"""

_CLOSE = """
UPDATE log
SET bytes = last.first_byte + last.size, lines = last.first_line + last.lines, torn = true
FROM (
    SELECT DISTINCT ON (attempt_id) attempt_id, first_byte, size, first_line, lines
    FROM log_chunk WHERE attempt_id = ANY(%(ids)s) ORDER BY attempt_id, first_byte DESC
) AS last
WHERE log.attempt_id = last.attempt_id AND log.bytes < last.first_byte + last.size
"""


def insert(tx: Tx, chunks: Sequence[LogChunk]) -> set[UUID]:
    """Add them to their logs, however often and however cut they come; the jobs whose logs these
    are. Chunks of unknown attempts, and those that are not what they say, are left out."""
    arrived: dict[UUID, list[LogChunk]] = defaultdict(list)
    for chunk in chunks:
        if _is_sound(chunk):
            arrived[chunk.attempt_id].append(chunk)
    if not arrived:
        return set()
    ids = sorted(arrived)
    held = tx.all(_HOLD, ids=ids)
    waiting: dict[UUID, list[Span]] = defaultdict(list)
    for row in tx.all(_WAITING, ids=ids):
        place = Span(row["first_byte"], row["size"], row["first_line"], row["lines"])
        waiting[row["attempt_id"]].append(place)
    woven = {row["attempt_id"]: _woven(row, waiting, arrived) for row in held}
    _store(tx, woven)
    _reach(tx, {id: new.extent for id, new in woven.items()})
    return {row["job_id"] for row in held}


def close(tx: Tx, attempt_ids: Collection[UUID]) -> None:
    """What is missing of these logs will never come: let readers pass over the gaps."""
    if attempt_ids:
        ids = sorted(attempt_ids)
        tx.all(_HOLD, ids=ids)
        tx.run(_CLOSE, ids=ids)


def _is_sound(chunk: LogChunk) -> bool:
    try:
        check(chunk)
    except Unsound as flaw:
        _log.warning("log.chunk_refused", attempt_id=str(chunk.attempt_id), error=str(flaw))
        return False
    return chunk.size > 0


def _woven(
    row: Row, waiting: Mapping[UUID, Sequence[Span]], arrived: Mapping[UUID, Sequence[LogChunk]]
) -> Weave:
    id = row["attempt_id"]
    return weave(Extent(row["bytes"], row["lines"]), waiting.get(id, ()), arrived[id])


def _store(tx: Tx, woven: Mapping[UUID, Weave]) -> None:
    pieces = [piece for new in woven.values() for piece in new.fresh]
    pieces += _taken(tx, woven)
    rows = Rows()
    for chunk, begin in pieces:
        rows.add(*_fields(beginning_at(chunk, begin)))
    if pieces:
        tx.copy(_ADD, rows.finished())


def _taken(tx: Tx, woven: Mapping[UUID, Weave]) -> list[tuple[LogChunk, int]]:
    """Out of the table: chunks that others cover, and those to be cut, which are returned."""
    cuts = {(id, first): begin for id, new in woven.items() for first, begin in new.cut}
    places = [*cuts, *((id, first) for id, new in woven.items() for first in new.covered)]
    if not places:
        return []
    ids, first_bytes = zip(*places, strict=True)
    rows = tx.all(_TAKE, ids=list(ids), first_bytes=list(first_bytes))
    found = {(row["attempt_id"], row["first_byte"]): row for row in rows}
    return [(_chunk(found[place]), begin) for place, begin in cuts.items()]


def _chunk(row: Row) -> LogChunk:
    return LogChunk(**{**row, "data": bytes(row["data"])})


def _fields(chunk: LogChunk) -> tuple[bytes, ...]:
    """As the columns of _ADD."""
    return (
        chunk.attempt_id.bytes,
        chunk.first_byte.to_bytes(8),
        chunk.size.to_bytes(4),
        chunk.first_line.to_bytes(8),
        chunk.lines.to_bytes(4),
        chunk.stream.encode(),
        chunk.packed.to_bytes(1),
        chunk.data,
    )


def _reach(tx: Tx, extents: Mapping[UUID, Extent]) -> None:
    if extents:
        tx.run(
            _REACH,
            ids=list(extents),
            bytes=[extent.bytes for extent in extents.values()],
            lines=[extent.lines for extent in extents.values()],
        )
