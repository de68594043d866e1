"""Logs in numbered parts: what came within one second, at most 128 KiB of it.

A part begins where the second or the block of 64 KiB differs from that of the chunk before it. Only
what is stored without a gap counts, so a number once given stays with its text.
"""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

_PARTS = """
WITH placed AS (
    SELECT chunk.attempt_id, chunk.first_byte, chunk.size, stored_at,
        date_trunc('second', stored_at) AS second, chunk.first_byte >> 16 AS block
    FROM log_chunk AS chunk JOIN log ON log.attempt_id = chunk.attempt_id
    WHERE chunk.attempt_id = ANY(%(ids)s) AND chunk.first_byte < log.bytes
), begun AS (
    SELECT *, (second, block) IS DISTINCT FROM lag((second, block)) OVER along AS begins
    FROM placed WINDOW along AS (PARTITION BY attempt_id ORDER BY first_byte)
), numbered AS (
    SELECT *, sum(begins::int) OVER (PARTITION BY attempt_id ORDER BY first_byte) AS number
    FROM begun
), part AS (
    SELECT attempt_id, number, min(first_byte) AS first_byte,
        max(first_byte + size) AS end_byte, min(stored_at) AS stored_at
    FROM numbered GROUP BY attempt_id, number
)
"""

# The order of a job's log: what began last comes first.
_ORDER = "ORDER BY task.position DESC, attempt.id DESC, part.number DESC"

_FROM = "FROM part JOIN attempt ON attempt.id = attempt_id JOIN task ON task.id = attempt.task_id"

_PAGE = f"""{_PARTS}
SELECT attempt_id, part.number::int AS number, first_byte, end_byte, part.stored_at {_FROM} {_ORDER}
LIMIT %(limit)s OFFSET %(offset)s
"""

_COUNT = f"{_PARTS} SELECT count(*) AS parts FROM part"  # noqa: S608 - constants only

# A part needs up to three bytes of each neighbour, for a character may lie across the cut.
_CHUNKS = """
SELECT chunk.attempt_id, chunk.first_byte, size, packed, data
FROM unnest(%(ids)s::uuid[], %(starts)s::bigint[], %(ends)s::bigint[])
    AS span (attempt_id, start_byte, end_byte)
JOIN log_chunk AS chunk ON chunk.attempt_id = span.attempt_id
    AND chunk.first_byte < span.end_byte + 3 AND chunk.first_byte + size > span.start_byte - 3
ORDER BY chunk.attempt_id, chunk.first_byte
"""

_MATCHING = """
SELECT number FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS given (content, number)
WHERE to_tsvector('english', content) @@ plainto_tsquery('english', %(words)s) ORDER BY number
"""

_OF_JOB = "SELECT id FROM attempt WHERE job_id = %(id)s"


def page(tx: Tx, ids: Sequence[UUID], limit: int, offset: int) -> Sequence[Row]:
    return tx.all(_PAGE, ids=list(ids), limit=limit, offset=offset)


def count(tx: Tx, ids: Sequence[UUID]) -> int:
    row = tx.one(_COUNT, ids=list(ids))
    return int(row["parts"]) if row else 0


def chunks(tx: Tx, spans: Sequence[tuple[UUID, int, int]]) -> Sequence[Row]:
    """Those that hold bytes of these spans, or the three on either side of one."""
    ids, starts, ends = zip(*spans, strict=True) if spans else ((), (), ())
    return tx.all(_CHUNKS, ids=list(ids), starts=list(starts), ends=list(ends))


def matching(tx: Tx, texts: Sequence[str], words: str) -> Sequence[int]:
    """Which of them, from 0, hold all of the words, as English stems."""
    return [row["number"] - 1 for row in tx.all(_MATCHING, texts=list(texts), words=words)]


def attempts_of(tx: Tx, job_id: UUID) -> Sequence[UUID]:
    return [row["id"] for row in tx.all(_OF_JOB, id=job_id)]
