"""Chunks of a log, as a worker would cut them."""

import itertools
import zlib
from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store import logs
from windlass.coordinator.store.db import Database
from windlass.shared.events import LogChunk


def cut(attempt_id: UUID, text: bytes, *places: int, packed: bool = False) -> list[LogChunk]:
    """Cut at these places, empty pieces left out."""
    bounds = sorted({0, len(text), *(place for place in places if 0 < place < len(text))})
    return [
        piece(attempt_id, text, begin, end, packed=packed)
        for begin, end in itertools.pairwise(bounds)
    ]


def piece(attempt_id: UUID, text: bytes, begin: int, end: int, *, packed: bool = False) -> LogChunk:
    raw = text[begin:end]
    return LogChunk(
        attempt_id=attempt_id,
        first_byte=begin,
        size=len(raw),
        first_line=text.count(b"\n", 0, begin),
        lines=raw.count(b"\n"),
        packed=packed,
        data=zlib.compress(raw, 1) if packed else raw,
    )


def store(db: Database, chunks: Sequence[LogChunk]) -> set[UUID]:
    with db.transaction() as tx:
        return logs.insert(tx, chunks)
