from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.following import Listener, LocalSignals, text_of
from tests.support.logs import cut, store
from tests.support.sse import Heard, parsed
from tests.support.stored import given_attempt, given_ended, given_job, given_moved, given_task
from tests.support.waiting import until
from windlass.coordinator.engine.errors import Invalid, NotFound
from windlass.coordinator.store.db import Database
from windlass.coordinator.web.tail import Tails, logs
from windlass.shared.ids import AttemptId, JobId, TaskId, new_job_id

pytestmark = pytest.mark.postgres


def given_started(db: Database, job_id: JobId, name: str, position: int = 0) -> AttemptId:
    """A task with a running attempt, as its history tells it."""
    task_id = given_task(db, job_id, name=name, position=position)
    attempt_id = given_attempt(db, job_id, task_id, node="node-1")
    given_moved(db, job_id, "attempt", attempt_id, "running")
    return attempt_id


def given_finished(db: Database, job_id: JobId, id: AttemptId, log: bytes, code: int = 0) -> None:
    state = "failed" if code else "completed"
    given_ended(db, id, state, log_bytes=len(log), exit_code=code)
    given_moved(db, job_id, "attempt", id, state)
    with db.transaction() as tx:
        row = tx.one(
            "UPDATE task SET exit_code = %(code)s FROM attempt WHERE attempt.id = %(id)s"
            " AND task.id = task_id RETURNING task.id",
            id=id,
            code=code,
        )
    assert row is not None
    given_moved(db, job_id, "task", TaskId(row["id"]), state)


def texts(heard: Sequence[Heard]) -> dict[str, str]:
    """What was heard of each task's log."""
    found: dict[str, list[Any]] = {}
    for one in heard:
        if one.kind == "log":
            found.setdefault(one.data["task"], []).append(one.data)
    return {task: text_of(logs) for task, logs in found.items()}


@pytest.fixture
def job(db: Database) -> JobId:
    return given_job(db, total=2)


def test_tasks_and_lines_come_as_they_happen(
    db: Database, signals: LocalSignals, tails: Tails, job: JobId
) -> None:
    listener = Listener(tails.job(job))
    first = given_started(db, job, "first")
    store(db, cut(first, b"hello\n"))
    signals.changed([job])
    until(lambda: listener.of("log"))

    given_finished(db, job, first, b"hello\n")
    given_moved(db, job, "job", job, "completed")
    signals.changed([job])
    end = listener.end()

    states = [(task["name"], task["state"], task["node"]) for task in listener.of("task")]
    assert states[-1] == ("first", "completed", "node-1")
    assert listener.of("log")[0]["task"] == "first"
    assert listener.of("job")[-1]["state"] == "completed"
    assert end == {"state": "completed", "reason": None, "exit_code": 0}


def test_the_end_carries_the_exit_code_of_the_task_that_failed(
    db: Database, tails: Tails, job: JobId
) -> None:
    attempt = given_started(db, job, "only")
    given_finished(db, job, attempt, b"", code=7)
    with db.transaction() as tx:
        tx.run("UPDATE job SET failed = 1, reason = 'task_failed'")
    given_moved(db, job, "job", job, "failed")

    *_, end = map(parsed, tails.job(job))

    assert end.data == {"state": "failed", "reason": "task_failed", "exit_code": 7}


def test_progress_is_told_though_nothing_moves(
    db: Database, signals: LocalSignals, tails: Tails, job: JobId
) -> None:
    given_started(db, job, "pulling")
    listener = Listener(tails.job(job))
    until(lambda: listener.of("job"))

    with db.transaction() as tx:
        tx.run("UPDATE task SET progress = 40, message = 'pulling busybox'")
    signals.changed([job])

    until(lambda: any(task["message"] == "pulling busybox" for task in listener.of("task")))


@pytest.mark.parametrize("most", [256, 2])
def test_whoever_resumes_after_any_event_misses_no_line_and_hears_none_twice(
    db: Database, tails: Tails, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(logs, "MOST_LOGS", most)
    job, written = given_job(db, total=5), {}
    started = {f"task-{n}": given_started(db, job, f"task-{n}", n) for n in range(5)}
    for name, attempt in started.items():
        log = b"".join(b"%s says %d\n" % (name.encode(), line) for line in range(1500)) + b"bye"
        store(db, cut(attempt, log, 7, 9999, 22_222))
        written[name] = log.decode()
    for name, attempt in reversed(started.items()):
        given_finished(db, job, attempt, written[name].encode())
    given_moved(db, job, "job", job, "completed")
    heard = [parsed(frame) for frame in tails.job(job)]
    assert texts(heard) == written

    for number, event in enumerate(heard[:-1]):
        again = [parsed(frame) for frame in tails.job(job, mark=event.id)]
        assert texts([*heard[: number + 1], *again]) == written
        assert again[-1].kind == "end"


def test_whoever_resumes_while_logs_wait_for_their_turn_hears_them_all(
    db: Database, signals: LocalSignals, tails: Tails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MOST_LOGS", 1)
    job = given_job(db, total=3)
    attempts = {f"task-{n}": given_started(db, job, f"task-{n}", n) for n in range(3)}
    for name, attempt in attempts.items():
        store(db, cut(attempt, name.encode() + b"\n"))
    given_finished(db, job, attempts["task-1"], b"task-1\n")
    early = Listener(tails.job(job))
    until(lambda: early.of("job") and early.of("log"))

    for name in ("task-0", "task-2"):
        given_finished(db, job, attempts[name], name.encode() + b"\n")
    given_moved(db, job, "job", job, "completed")
    heard = early.heard[:]
    again = [parsed(frame) for frame in tails.job(job, mark=heard[-1].id)]

    assert texts([*heard, *again]) == {name: f"{name}\n" for name in attempts}


def test_it_waits_for_the_lines_that_are_still_on_their_way(
    db: Database, signals: LocalSignals, tails: Tails, job: JobId
) -> None:
    attempt = given_started(db, job, "slow")
    given_finished(db, job, attempt, b"late\n")
    given_moved(db, job, "job", job, "completed")
    listener = Listener(tails.job(job))
    until(lambda: listener.of("job"))
    assert not listener.has_ended.is_set()

    store(db, cut(attempt, b"late\n"))
    signals.changed([job])
    listener.end()

    assert listener.text() == "late\n"


def test_a_job_that_is_deleted_ends_the_stream(
    db: Database, signals: LocalSignals, tails: Tails, job: JobId
) -> None:
    listener = Listener(tails.job(job))
    until(lambda: listener.of("job"))

    with db.transaction() as tx:
        tx.run("DELETE FROM job")
    signals.changed([job])

    assert listener.end()["reason"] == "deleted"


def test_a_job_nobody_knows_is_not_found(tails: Tails) -> None:
    with pytest.raises(NotFound):
        tails.job(new_job_id())


def test_a_mark_of_another_stream_is_refused(db: Database, tails: Tails, job: JobId) -> None:
    attempt = given_started(db, job, "one")
    mark = parsed(next(iter(tails.attempt(attempt)))).id

    with pytest.raises(Invalid, match="not of this stream"):
        tails.job(job, mark=mark)
