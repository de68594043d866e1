"""Stand-in until the log store lands."""

from collections.abc import Sequence

from windlass.coordinator.store.db import Tx
from windlass.shared.events import LogChunk

_INSERT = """
INSERT INTO log_chunk (attempt_id, first_byte, size, first_line, lines, stream, packed, data)
VALUES %s ON CONFLICT DO NOTHING
"""


def insert(tx: Tx, chunks: Sequence[LogChunk]) -> None:
    rows = [
        (c.attempt_id, c.first_byte, c.size, c.first_line, c.lines, c.stream, c.packed, c.data)
        for c in chunks
    ]
    tx.many(_INSERT, rows)
