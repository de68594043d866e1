"""Two at once: real transactions, held open where it matters."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from tests.support.aftermath import assert_sound
from tests.support.builders import a_job, a_submission, a_task, submitted
from tests.support.fakes import FakeSignals
from tests.support.fleet import Fleet, finished
from tests.support.rows import attempts_of, job_of, row, states_of
from tests.support.waiting import until
from windlass.coordinator.engine.activate import activate_ready
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.engine.cancel import cancel
from windlass.coordinator.engine.errors import Conflict
from windlass.coordinator.engine.restart import restart
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.store import due
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.transitions import Move, move
from windlass.shared.lease import Standing, Verdict
from windlass.shared.states import ATTEMPT, AttemptState, Reason


def somebody_waits_for_a_lock(db: Database) -> bool:
    with db.transaction() as tx:
        return bool(
            tx.all(
                "SELECT 1 FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )


def test_a_cancel_does_not_pass_over_an_attempt_that_is_just_being_dispatched(
    db: Database,
) -> None:
    signals, id = FakeSignals(), submitted(db)
    with ThreadPoolExecutor() as pool:
        with db.transaction() as tx:
            (taken,) = due.take(tx, 10)
            signals.known[taken["id"]] = Standing("spent", "node-1")
            cancelling = pool.submit(cancel, db, signals, id)
            until(lambda: somebody_waits_for_a_lock(db))
            move(tx, ATTEMPT, AttemptState.SCHEDULED, [Move(taken["id"])])
        cancelling.result(10)

    assert row(db, "attempt", taken["id"])["state"] == "scheduled"
    assert signals.judged == [(taken["id"], Verdict.CANCEL)]


def test_parents_that_end_at_once_start_their_child_once(db: Database) -> None:
    fleet, width = Fleet(db), 20
    id = submitted(db, *(a_task(str(i)) for i in range(width)), a_task("join", range(width)))
    ids = fleet.dispatch()

    def end(attempt: UUID) -> None:
        apply(db, FakeSignals(), [finished(attempt, exit_code=0)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(end, ids))

    assert states_of(db, id)["join"] == "active"
    assert len(attempts_of(db, id)) == width + 1
    assert job_of(db, id)["ended"] == width


def test_the_same_batch_applied_by_two_counts_once(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b"), a_task("c", [0, 1]))
    batch = [finished(attempt, exit_code=0) for attempt in fleet.dispatch()]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: apply(db, FakeSignals(), batch), range(4)))

    assert states_of(db, id) == {"a": "completed", "b": "completed", "c": "active"}
    assert job_of(db, id)["ended"] == 2


def test_loops_of_several_coordinators_start_each_task_once(db: Database) -> None:
    id = submitted(db, *(a_task(str(i)) for i in range(900)))

    def loop(_: int) -> None:
        while activate_ready(db, FakeSignals(), 150):
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(loop, range(4)))

    assert {*states_of(db, id).values()} == {"active"}
    assert len(attempts_of(db, id)) == 900


def test_the_same_key_at_the_same_moment_makes_one_job(db: Database) -> None:
    request = a_submission(a_job(), idempotency_key="key", fingerprint="same")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: submit(db, FakeSignals(), request), range(8)))

    assert len({answer.job_id for answer in answers}) == 1
    assert [answer.created for answer in answers].count(True) == 1


def test_batches_over_the_same_jobs_in_any_order_do_not_deadlock(db: Database) -> None:
    fleet = Fleet(db)
    jobs = [submitted(db, a_task("a"), a_task("b"), a_task("c")) for _ in range(20)]
    ids = fleet.dispatch()
    batches = [[finished(id, exit_code=0) for id in order] for order in (ids, ids[::-1])]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda batch: apply(db, FakeSignals(), batch), batches * 5))

    assert {job_of(db, id)["state"] for id in jobs} == {"completed"}


def test_a_cancel_and_the_last_report_agree_on_one_end(db: Database) -> None:
    for _ in range(10):
        fleet, id = Fleet(db), submitted(db)
        (attempt,) = fleet.dispatch()
        with ThreadPoolExecutor() as pool:
            reporting = pool.submit(apply, db, FakeSignals(), [finished(attempt, exit_code=0)])
            cancelling = pool.submit(cancel, db, FakeSignals(), id)
            reporting.result(10)
            refused = isinstance(cancelling.exception(10), Conflict)

        assert job_of(db, id)["state"] == ("completed" if refused else "cancelled")


def test_the_same_cancel_through_several_coordinators_ends_a_job_once(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, *(a_task(str(n), []) for n in range(20)))
    fleet.dispatch()

    def ask(_: int) -> bool:
        try:
            cancel(db, FakeSignals(), id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(8)))

    assert any(answers)
    assert row(db, "job", id)["state"] == "cancelled"
    assert_sound(db, id)


def test_the_same_restart_through_several_coordinators_opens_one_epoch(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("first"), a_task("second", [0]))
    (attempt,) = fleet.dispatch()
    apply(db, FakeSignals(), [finished(attempt, reason=Reason.EXIT_CODE, exit_code=1)])

    def ask(_: int) -> bool:
        try:
            restart(db, FakeSignals(), id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(8)))

    assert answers.count(True) == 1
    assert row(db, "job", id)["epoch"] == 2
    assert [a["number"] for a in attempts_of(db, id)] == [1, 2]
    assert_sound(db, id)
