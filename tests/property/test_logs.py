"""Whatever way a log is cut, sent and sent again, it reads back as it was written."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.logs import cut, store
from tests.support.stored import given_running
from windlass.coordinator.engine import logbook
from windlass.coordinator.engine.views import LogPiece
from windlass.coordinator.store.db import Database
from windlass.shared.events import LogChunk
from windlass.shared.ids import AttemptId

pytestmark = pytest.mark.postgres


_LATER = UUID(int=0)
_PARTS = [b"\n", b"\r", b"\0", b"a", b"\xff", b"\xc3\xa4", b"word ", b"line\n"]
_TEXTS = st.lists(st.sampled_from(_PARTS), max_size=40).map(b"".join)
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")

with_a_database = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True)
class Sending:
    """A log, and batches of its chunks: all of it at least once, in any order."""

    text: bytes
    batches: Sequence[Sequence[LogChunk]]


@st.composite
def sendings(draw: st.DrawFn) -> Sending:
    text = draw(_TEXTS)
    chunks: list[LogChunk] = []
    for _ in range(draw(st.integers(1, 3))):
        places = draw(st.lists(st.integers(0, len(text)), max_size=6))
        chunks += cut(_LATER, text, *places, packed=draw(st.booleans()))
    if chunks:
        chunks += draw(st.lists(st.sampled_from(chunks), max_size=3))
        chunks = draw(st.permutations(chunks))
    bounds = sorted(draw(st.lists(st.integers(0, len(chunks)), max_size=4)))
    ends = [0, *bounds, len(chunks)]
    return Sending(text, [chunks[a:b] for a, b in itertools.pairwise(ends)])


def given_stored(db: Database, batches: Iterable[Sequence[LogChunk]]) -> AttemptId:
    id = given_running(db)
    for batch in batches:
        store(db, [msgspec.structs.replace(chunk, attempt_id=id) for chunk in batch])
    return id


def text_of(pieces: Iterable[LogPiece], whole: bytes) -> bytes:
    """Of pieces that lie where they say."""
    read = b""
    for piece in pieces:
        assert whole[piece.first_byte :].startswith(piece.data)
        assert piece.first_line == whole.count(b"\n", 0, piece.first_byte)
        assert piece.lines == piece.data.count(b"\n")
        read += piece.data
    return read


@with_a_database
@given(sending=sendings(), start=st.integers(0, 60), length=st.integers(0, 60))
def test_any_byte_range_reads_back_as_it_was_written(
    db: Database, sending: Sending, start: int, length: int
) -> None:
    id, whole = given_stored(db, sending.batches), sending.text

    size = logbook.size(db, id)
    part = logbook.Reader(db, id).bytes(start=start, end=start + length)

    assert (size.bytes, size.lines) == (len(whole), whole.count(b"\n"))
    assert text_of(logbook.Reader(db, id).bytes(), whole) == whole
    assert text_of(part, whole) == whole[start : start + length]


@with_a_database
@given(sending=sendings(), start=st.integers(0, 30), limit=st.integers(0, 30))
def test_any_line_range_reads_back_as_it_was_written(
    db: Database, sending: Sending, start: int, limit: int
) -> None:
    id, lines = given_stored(db, sending.batches), _LINE.findall(sending.text)

    part = logbook.Reader(db, id).lines(start=start, limit=limit)
    tail = logbook.Reader(db, id).tail(limit)

    assert text_of(part, sending.text) == b"".join(lines[start : start + limit])
    assert text_of(tail, sending.text) == b"".join(lines[-limit:] if limit else [])


@with_a_database
@given(sending=sendings(), missing=st.integers(0, 60))
def test_a_log_with_a_gap_is_read_up_to_the_gap(
    db: Database, sending: Sending, missing: int
) -> None:
    arriving = [
        [chunk for chunk in batch if not chunk.first_byte <= missing < _end(chunk)]
        for batch in sending.batches
    ]
    id = given_stored(db, arriving)

    read = text_of(logbook.Reader(db, id).bytes(), sending.text)

    assert read == sending.text[: _covered(chunk for batch in arriving for chunk in batch)]


def _covered(chunks: Iterable[LogChunk]) -> int:
    """How far they reach from the first byte on without a gap."""
    reached = 0
    for chunk in sorted(chunks, key=lambda chunk: chunk.first_byte):
        if chunk.first_byte <= reached:
            reached = max(reached, _end(chunk))
    return reached


def _end(chunk: LogChunk) -> int:
    return chunk.first_byte + chunk.size
