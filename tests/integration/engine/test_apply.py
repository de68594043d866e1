from uuid import uuid4

from tests.support.builders import a_task, submitted
from tests.support.fleet import NODE, Fleet, finished, progressed, started
from tests.support.rows import attempts_of, history_of, job_of, row, states_of, tasks_of
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.store.db import Database
from windlass.shared.events import LogChunk
from windlass.shared.lease import Verdict
from windlass.shared.states import Reason


def test_a_start_sets_attempt_task_and_job_going(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, timeout=60.0)
    (attempt,) = fleet.dispatch()

    fleet.start(attempt)

    assert row(db, "attempt", attempt)["state"] == "running"
    assert row(db, "attempt", attempt)["node"] == NODE
    assert tasks_of(db, id)[0]["started_at"] is not None
    job = job_of(db, id)
    assert job["state"] == "running"
    assert (job["deadline"] - job["started_at"]).total_seconds() == 60


def test_a_timeout_of_a_task_counts_from_its_start(db: Database) -> None:
    fleet = Fleet(db)
    submitted(db, a_task(timeout=5.0))
    (id,) = fleet.dispatch()

    assert row(db, "attempt", id)["deadline"] is None
    fleet.start(id)

    attempt = row(db, "attempt", id)
    assert (attempt["deadline"] - attempt["started_at"]).total_seconds() == 5


def test_the_last_task_that_completes_completes_the_job(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b"))
    first, second = fleet.dispatch()

    fleet.finish(first, exit_code=0, output="42")
    assert job_of(db, id)["state"] == "running"
    fleet.finish(second, exit_code=0)

    job = job_of(db, id)
    assert (job["state"], job["ended"], job["failed"]) == ("completed", 2, 0)
    assert job["ended_at"] is not None
    assert {task["output"] for task in tasks_of(db, id)} == {"42", None}


def test_a_failure_ends_the_job_with_the_name_and_reason_of_the_task(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("build"))

    fleet.run(failing=["build"])

    job = job_of(db, id)
    assert (job["state"], job["reason"]) == ("failed", "task_failed")
    assert job["error"] == 'task "build": ended with 1'
    (task,) = tasks_of(db, id)
    assert (task["state"], task["reason"], task["exit_code"]) == ("failed", "exit_code", 1)


def test_a_repeated_report_changes_nothing_and_is_answered_again(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()

    fleet.finish(attempt, exit_code=0)
    before = job_of(db, id)
    fleet.finish(attempt, exit_code=0)

    assert job_of(db, id) == before
    assert fleet.signals.judged == [(attempt, Verdict.SETTLED)] * 2


def test_a_start_that_comes_after_the_end_changes_nothing(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()

    fleet.finish(attempt, exit_code=0)
    fleet.start(attempt)

    assert row(db, "attempt", attempt)["state"] == "completed"
    assert job_of(db, id)["state"] == "completed"


def test_start_and_end_in_one_batch_keep_the_time_in_between(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()
    begin, end = started(attempt), finished(attempt, exit_code=0)
    late = finished(attempt, exit_code=0).at.replace(second=30)

    apply(db, fleet.signals, [begin, type(end)(attempt_id=attempt, node=NODE, at=late)])

    ended = row(db, "attempt", attempt)
    assert (ended["ended_at"] - ended["started_at"]).total_seconds() == 30
    for entity in (tasks_of(db, id)[0], job_of(db, id)):
        assert (entity["ended_at"] - entity["started_at"]).total_seconds() == 30


def test_the_first_of_two_ends_counts(db: Database) -> None:
    fleet = Fleet(db)
    submitted(db)
    (id,) = fleet.dispatch()

    apply(db, fleet.signals, [finished(id, exit_code=0), finished(id, reason=Reason.OOM)])

    assert row(db, "attempt", id)["state"] == "completed"


def test_an_attempt_nobody_knows_is_told_to_go(db: Database) -> None:
    fleet, stranger = Fleet(db), uuid4()

    fleet.finish(stranger, exit_code=0)

    assert fleet.signals.judged == [(stranger, Verdict.LOST)]


def test_progress_is_kept_within_bounds(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b"), a_task("c"))
    first, second, third = sorted(fleet.dispatch())

    apply(
        db,
        fleet.signals,
        [
            progressed(first, 10.0),
            progressed(first, 40.0, "pulling\0"),
            progressed(second, float("nan")),
            progressed(third, 1e300),
        ],
    )

    found = [(task["progress"], task["message"]) for task in tasks_of(db, id)]
    assert found == [(40.0, "pulling\ufffd"), (0.0, ""), (100.0, "")]


def test_text_that_cannot_be_stored_does_not_stop_a_batch(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()

    fleet.finish(attempt, exit_code=2**40, error="a\0b\udfff", output="\0", reason=Reason.EXIT_CODE)

    (task,) = tasks_of(db, id)
    assert (task["error"], task["output"]) == ("a\ufffdb\ufffd", None)
    assert task["exit_code"] == 2**31 - 1


def test_a_log_that_came_with_the_report_is_stored_and_settled(db: Database) -> None:
    fleet = Fleet(db)
    submitted(db)
    (id,) = fleet.dispatch()
    chunk = LogChunk(attempt_id=id, first_byte=0, size=3, first_line=0, lines=1, data=b"hi\n")

    fleet.finish(id, exit_code=0, log_bytes=3, log_lines=1, tail=(chunk,))

    assert row(db, "attempt", id)["settled"]
    assert fleet.signals.judged == [(id, Verdict.SETTLED)]
    with db.transaction() as tx:
        (stored,) = tx.all("SELECT data FROM log_chunk WHERE attempt_id = %(id)s", id=id)
    assert bytes(stored["data"]) == b"hi\n"


def test_an_attempt_whose_log_is_on_its_way_is_not_settled_yet(db: Database) -> None:
    fleet = Fleet(db)
    submitted(db)
    (id,) = fleet.dispatch()

    fleet.finish(id, exit_code=0, log_bytes=3, log_lines=1)

    assert row(db, "attempt", id)["state"] == "completed"
    assert not row(db, "attempt", id)["settled"]
    assert fleet.signals.judged == []


def test_reports_of_many_jobs_go_in_one_batch(db: Database) -> None:
    fleet, ids = Fleet(db), [submitted(db) for _ in range(30)]

    fleet.finish(*fleet.dispatch(), exit_code=0)

    assert {job_of(db, id)["state"] for id in ids} == {"completed"}


def test_the_history_tells_every_move(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    fleet.fail(attempt, code=3)

    assert history_of(db, attempt) == [
        ("pending", "scheduled", ""),
        ("scheduled", "running", ""),
        ("running", "failed", "exit_code"),
    ]
    assert history_of(db, id) == [
        (None, "pending", "submitted"),
        ("pending", "running", ""),
        ("running", "failed", "task_failed"),
    ]


def test_a_report_that_wants_no_end_in_a_job_nobody_cancelled_is_a_failure(db: Database) -> None:
    """Somebody stopped the container behind our back: the job must not hang, nor complete."""
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b", [0]))

    fleet.finish(*fleet.dispatch(), reason=Reason.CANCELLED, error="stopped")

    assert states_of(db, id) == {"a": "failed", "b": "skipped:upstream"}
    assert job_of(db, id)["state"] == "failed"
    assert len(attempts_of(db, id)) == 1
