from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.support.fleet import NOW, finished, started
from windlass.coordinator.engine.reports import covers_log, gather
from windlass.shared.events import AttemptFinished, LogChunk

ID = uuid4()


def an_end(log_bytes: int, *pieces: tuple[int, int]) -> AttemptFinished:
    return finished(ID, log_bytes=log_bytes, tail=tuple(a_chunk(ID, *piece) for piece in pieces))


def a_chunk(id: UUID, first: int, size: int) -> LogChunk:
    return LogChunk(
        attempt_id=id, first_byte=first, size=size, first_line=0, lines=0, data=b"x" * size
    )


@pytest.mark.parametrize(
    ("end", "covered"),
    [
        (an_end(0), True),
        (an_end(3, (0, 3)), True),
        (an_end(6, (3, 3), (0, 3)), True),
        (an_end(6, (0, 4), (2, 4)), True),
        (an_end(3), False),
        (an_end(3, (0, 2)), False),
        (an_end(6, (3, 3)), False),
        (an_end(6, (0, 2), (3, 3)), False),
    ],
)
def test_a_tail_covers_a_log_when_nothing_is_missing(end: AttemptFinished, covered: bool) -> None:
    assert covers_log(end) is covered


@pytest.mark.parametrize(("seconds", "ran"), [(5, 5.0), (-5, 0.0)])
def test_the_time_an_attempt_ran_is_never_negative(seconds: int, ran: float) -> None:
    end = AttemptFinished(attempt_id=ID, node="n", at=NOW + timedelta(seconds=seconds))

    assert gather([end, started(ID)])[ID].ran == ran
