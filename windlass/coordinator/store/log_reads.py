"""Logs, as they are read: how far they reach, and chunks by place."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

PAGE_BYTES = 1 << 20  # unpacked, of one page of chunks, the last of which may exceed it
_PAGE_CHUNKS = 256

_REACH = """
SELECT attempt.id, state, settled, log_bytes, coalesce(bytes, 0) AS bytes,
    coalesce(lines, 0) AS lines, coalesce(torn, false) AS torn
FROM attempt LEFT JOIN log ON attempt_id = attempt.id WHERE attempt.id = ANY(%(ids)s)
"""

_CHUNKS = """
WITH place AS (
    SELECT first_byte, sum(size) OVER (ORDER BY first_byte) - size AS before FROM (
        SELECT first_byte, size FROM log_chunk
        WHERE attempt_id = %(id)s AND first_byte < %(end)s AND first_byte >= coalesce((
            SELECT max(first_byte) FROM log_chunk
            WHERE attempt_id = %(id)s AND first_byte <= %(start)s
        ), 0)
        ORDER BY first_byte LIMIT %(chunks)s
    ) AS near
)
SELECT chunk.first_byte, size, first_line, lines, stream, packed, data
FROM place JOIN log_chunk AS chunk ON attempt_id = %(id)s AND chunk.first_byte = place.first_byte
WHERE before < %(bytes)s ORDER BY chunk.first_byte
"""

# Of chunks with the same first line, all but the last hold no newline.
_CHUNK_OF_NEWLINE = """
SELECT first_byte, size, first_line, lines, stream, packed, data FROM log_chunk
WHERE attempt_id = %(id)s AND first_line < %(newline)s
ORDER BY first_line DESC, first_byte DESC LIMIT 1
"""


def reach(tx: Tx, ids: Sequence[UUID]) -> Sequence[Row]:
    """Of those attempts that exist."""
    return tx.all(_REACH, ids=list(ids))


def chunks(tx: Tx, id: UUID, start: int, end: int) -> Sequence[Row]:
    """A page of them: from the one that holds byte ``start``, or what follows a gap there."""
    return tx.all(_CHUNKS, id=id, start=start, end=end, bytes=PAGE_BYTES, chunks=_PAGE_CHUNKS)


def chunk_of_newline(tx: Tx, id: UUID, newline: int) -> Row | None:
    """The one that holds the log's newline of that number, from 1."""
    return tx.one(_CHUNK_OF_NEWLINE, id=id, newline=newline)
