"""What a batch costs does not depend on how much is in it."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest

from tests.support.builders import a_job, a_submission, a_task, submitted
from tests.support.counting import CountingDatabase
from tests.support.fakes import FakeSignals
from tests.support.fleet import Fleet, finished, started
from tests.support.rows import states_of
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.engine.cancel import cancel
from windlass.coordinator.engine.submit import submit
from windlass.shared.events import AttemptEvent
from windlass.shared.spec import Retry, TaskSpec
from windlass.shared.states import Reason

SIZES = (4, 400)


@pytest.fixture
def counting(database_url: str) -> Iterator[CountingDatabase]:
    database = CountingDatabase(database_url)
    yield database
    database.close()


def a_mixed_batch(ids: Sequence[UUID]) -> list[AttemptEvent]:
    """Starts, completions, failures that are tried again, and failures that are not."""
    quarter = len(ids) // 4
    return [
        *(started(id) for id in ids[:quarter]),
        *(finished(id, exit_code=0) for id in ids[quarter : 2 * quarter]),
        *(finished(id, reason=Reason.EXIT_CODE) for id in ids[2 * quarter : 3 * quarter]),
        *(finished(id, reason=Reason.REJECTED) for id in ids[3 * quarter :]),
    ]


def with_children(size: int) -> list[TaskSpec]:
    retry = Retry(limit=1)
    parents = [a_task(f"parent {i}", retry=retry) for i in range(size)]
    return parents + [a_task(f"child {i}", [i]) for i in range(size)]


def test_of_one_job_or_of_hundreds(counting: CountingDatabase) -> None:
    costs = set()
    for jobs, tasks in ((1, 4), (1, 400), (100, 4)):
        for _ in range(jobs):
            submitted(counting, *with_children(tasks))
        ids = sorted(Fleet(counting).dispatch())
        ids = [
            id for first in range(4) for id in ids[first::4]
        ]  # so that every job has some of all
        counting.trips.clear()

        apply(counting, FakeSignals(), a_mixed_batch(ids))

        costs.add(tuple(counting.trips))
        with counting.transaction() as tx:
            tx.run("TRUNCATE attempt")

    assert len(costs) == 1


def test_of_a_cancel(counting: CountingDatabase) -> None:
    costs = set()
    for size in SIZES:
        id = submitted(counting, *with_children(size))
        counting.trips.clear()

        cancel(counting, FakeSignals(), id)

        costs.add(tuple(counting.trips))
        assert {*states_of(counting, id).values()} == {"cancelled"}

    assert len(costs) == 1


def test_of_a_submit_which_is_one_round_trip(counting: CountingDatabase) -> None:
    for size in SIZES:
        submit(counting, FakeSignals(), a_submission(a_job(*with_children(size))))

    assert counting.trips == [1, 1]
