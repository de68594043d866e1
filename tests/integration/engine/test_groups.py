"""Jobs that share limits: so many at once, in line, and no more than may wait."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from tests.support.builders import a_job, a_submission, a_task, submitted
from tests.support.fakes import FakePublisher, FakeSignals
from tests.support.fleet import Fleet
from tests.support.rows import rows, states_of
from windlass.coordinator.engine import groups
from windlass.coordinator.engine.cancel import cancel
from windlass.coordinator.engine.dispatch import dispatch_due
from windlass.coordinator.engine.errors import Full, Invalid
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.store import due
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId
from windlass.shared.spec import Group, Retry
from windlass.shared.states import Reason

pytestmark = pytest.mark.postgres


def a_group(name: str = "g", *, running: int = 2, waiting: int = 100, rank: int = 0) -> Group:
    return Group(name=name, running=running, waiting=waiting, rank=rank)


def given(db: Database, count: int, group: Group) -> list[JobId]:
    return [submitted(db, group=group) for _ in range(count)]


def jobs_of(db: Database, attempts: Sequence[UUID]) -> list[UUID]:
    found = {row["id"]: row["job_id"] for row in rows(db, "attempt", attempts)}
    return [found[id] for id in attempts]


def test_no_more_of_a_group_are_handed_out_than_may_run(db: Database) -> None:
    given(db, 5, a_group(running=2))
    fleet = Fleet(db)

    first = fleet.dispatch()
    assert len(first) == 2
    assert fleet.dispatch() == []

    fleet.start(*first)
    assert fleet.dispatch() == []
    fleet.finish(first[0], exit_code=0)
    assert len(fleet.dispatch()) == 1


def test_a_group_is_a_line_that_the_highest_rank_may_jump(db: Database) -> None:
    early = given(db, 3, a_group(running=1))
    urgent = submitted(db, group=a_group(running=1, rank=7))
    fleet, order = Fleet(db), []

    while ids := fleet.dispatch():
        order += jobs_of(db, ids)
        fleet.finish(*ids, exit_code=0)

    assert order == [urgent, *early]


def test_groups_and_what_is_in_none_do_not_wait_for_one_another(db: Database) -> None:
    given(db, 3, a_group("one", running=1))
    given(db, 3, a_group("two", running=2))
    for _ in range(3):
        submitted(db)

    assert len(Fleet(db).dispatch()) == 1 + 2 + 3


def test_two_dispatchers_never_hand_out_more_than_the_room_of_a_group(db: Database) -> None:
    given(db, 30, a_group(running=5))
    together = Barrier(4)

    def hand_out() -> int:
        together.wait()
        return sum(dispatch_due(db, FakePublisher(), 10) for _ in range(5))

    with ThreadPoolExecutor(4) as pool:
        handed = [pool.submit(hand_out) for _ in range(4)]

    assert sum(each.result() for each in handed) == 5


def test_a_dispatcher_passes_over_a_group_that_another_is_at(db: Database) -> None:
    given(db, 4, a_group(running=2))
    with db.transaction() as tx:
        assert len(due.take(tx, 10)) == 2

        assert dispatch_due(db, FakePublisher(), 10) == 0


def test_who_comes_when_as_many_wait_as_may_is_refused_and_leaves_nothing(db: Database) -> None:
    given(db, 3, a_group(running=1, waiting=3))

    with pytest.raises(Full):
        submitted(db, group=a_group(running=1, waiting=3))

    Fleet(db).dispatch()
    submitted(db, group=a_group(running=1, waiting=3))


def test_many_who_come_at_once_do_not_exceed_what_may_wait(db: Database) -> None:
    def come(_: int) -> bool:
        try:
            submitted(db, group=a_group(waiting=5))
        except Full:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(come, range(20)))

    assert sum(taken) == 5


def test_another_try_of_a_task_waits_in_line_like_the_first(db: Database) -> None:
    patient = a_task(retry=Retry(limit=1, initial_delay=0.0))
    submit(db, FakeSignals(), a_submission(a_job(patient, group=a_group(running=1))))
    fleet = Fleet(db)
    fleet.fail(*fleet.dispatch(), reason=Reason.EXIT_CODE)
    given(db, 1, a_group(running=1))

    (again,) = fleet.dispatch()

    assert rows(db, "attempt", [again])[0]["number"] == 2
    assert fleet.dispatch() == []


def test_what_is_cancelled_in_line_makes_room_there(db: Database) -> None:
    first, *_ = given(db, 2, a_group(running=1, waiting=2))

    cancel(db, FakeSignals(), first)

    assert states_of(db, first) == {"task": "cancelled"}
    submitted(db, group=a_group(running=1, waiting=2))


def test_a_group_of_which_nothing_is_left_is_forgotten(db: Database) -> None:
    given(db, 1, a_group("gone"))
    given(db, 1, a_group("waits", running=1))
    fleet = Fleet(db)
    gone = [id for id in fleet.dispatch() if rows(db, "attempt", [id])[0]["group_name"] == "gone"]
    fleet.finish(*gone, exit_code=0)

    assert groups.forget(db) == 1


def test_a_group_without_room_or_name_is_refused(db: Database) -> None:
    with pytest.raises(Invalid) as refused:
        submitted(db, group=Group(name="", running=0, waiting=-1))

    assert [problem.path for problem in refused.value.problems] == [
        ("group", "name"),
        ("group", "running"),
        ("group", "waiting"),
    ]
