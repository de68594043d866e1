from threading import Event

import pytest

from tests.support.following import Listener, LocalSignals
from tests.support.logs import cut, store
from tests.support.sse import parsed
from tests.support.stored import given_attempt, given_job, given_moved, given_running, given_task
from tests.support.waiting import until
from windlass.coordinator.engine.errors import Invalid, NotFound
from windlass.coordinator.store.db import Database
from windlass.coordinator.web.tail import Tails, topics
from windlass.shared.ids import new_job_id

pytestmark = pytest.mark.postgres


def test_jobs_are_told_of_as_they_move(db: Database, signals: LocalSignals, tails: Tails) -> None:
    job = given_job(db, state="pending")
    listener = Listener(tails.topics(["jobs"]))

    given_moved(db, job, "job", job, "running")
    signals.changed([job])

    until(lambda: listener.of("jobs"))
    (told,) = listener.of("jobs")[0]
    assert told == {
        "id": str(job),
        "state": "running",
        "reason": None,
        "total": 1,
        "done": 0,
        "failed": 0,
    }


def test_a_move_that_was_committed_late_is_not_missed(
    db: Database, signals: LocalSignals, tails: Tails
) -> None:
    slow, fast = given_job(db, name="slow"), given_job(db, name="fast")
    listener = Listener(tails.topics(["jobs"]))
    with db.transaction() as tx:
        tx.run("UPDATE job SET state = 'failed' WHERE id = %(id)s", id=slow)
        tx.run(
            "INSERT INTO history (job_id, entity, entity_id, became)"
            " VALUES (%(id)s, 'job', %(id)s, 'failed')",
            id=slow,
        )
        given_moved(db, fast, "job", fast, "completed")
        signals.changed([fast])
        until(lambda: any(job["id"] == str(fast) for jobs in listener.of("jobs") for job in jobs))
    signals.changed([slow])

    until(lambda: any(job["id"] == str(slow) for jobs in listener.of("jobs") for job in jobs))


def test_a_job_tells_of_its_tasks_and_attempts(
    db: Database, signals: LocalSignals, tails: Tails
) -> None:
    job = given_job(db)
    task = given_task(db, job, position=3)
    given_attempt(db, job, task, node="node-1")
    listener = Listener(tails.topics([f"job:{job}"]))

    given_moved(db, job, "task", task, "completed")
    signals.changed([job])

    until(lambda: [[3, "c"]] in [event["changed"] for event in listener.of("tasks")])
    until(lambda: any(event["state"] == "completed" for event in listener.of("attempt")))


def test_too_many_tasks_at_once_are_better_fetched(
    db: Database, tails: Tails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "MOST_TASKS", 1)
    job = given_job(db)
    for position in range(2):
        given_moved(db, job, "task", given_task(db, job, position=position), "completed")

    listener = Listener(tails.topics([f"job:{job}"]))

    until(lambda: listener.of("tasks") == [{"job": str(job), "refetch": True}])


def test_a_log_is_followed_from_a_line_on_beside_other_topics(
    db: Database, signals: LocalSignals, tails: Tails
) -> None:
    attempt = given_running(db)
    store(db, cut(attempt, b"one\ntwo\nthree\n"))

    listener = Listener(tails.topics(["jobs", "nodes", f"log:{attempt}@1"]))

    until(lambda: listener.text() == "two\nthree\n")
    assert listener.of("log")[0]["from"] == 1


def test_a_log_that_runs_away_is_skipped(
    db: Database, tails: Tails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "_SKIP", 1000)
    attempt = given_running(db)
    store(db, cut(attempt, b"a line\n" * 1000 + b"the last"))

    listener = Listener(tails.topics([f"log:{attempt}"]))

    until(lambda: listener.text() == "the last")
    assert listener.of("skipped") == [{"attempt": str(attempt), "lines": 1000, "bytes": 7008}]


def test_whoever_resumes_hears_only_what_is_new(
    db: Database, signals: LocalSignals, tails: Tails
) -> None:
    attempt = given_running(db)
    first, second = cut(attempt, b"one\ntwo\n", 4)
    store(db, [first])
    names = ["jobs", f"log:{attempt}"]
    listener = Listener(tails.topics(names))
    until(listener.text)

    store(db, [second])
    again = Listener(tails.topics(names, listener.heard[-1].id))

    until(lambda: again.text() == "two\n")


def test_whoever_fell_far_behind_is_told_to_fetch_again(
    db: Database, tails: Tails, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = given_running(db)
    store(db, cut(attempt, b"one\n"))
    names = ["jobs", f"log:{attempt}"]
    mark = parsed(next(iter(tails.topics(names)))).id
    monkeypatch.setattr(topics, "FALLEN_BEHIND", 1)
    job = given_job(db)
    for _ in range(3):
        given_moved(db, job, "job", job, "running")

    listener = Listener(tails.topics(names, mark))

    until(lambda: listener.of("reset") == [{"topics": ["jobs"]}])


def test_an_idle_stream_says_goodbye_when_the_process_closes(tails: Tails, closing: Event) -> None:
    listener = Listener(tails.topics(["nodes"]))

    closing.set()
    listener.end()

    assert [heard.kind for heard in listener.heard] == ["bye"]


@pytest.mark.parametrize(
    "topic", ["", "job", "jobs:", "job:", "job:x", "log:x@1", "nodes@", "all", "job:\0", "log:@"]
)
def test_a_topic_that_there_is_not_is_refused(tails: Tails, topic: str) -> None:
    with pytest.raises(Invalid) as refused:
        tails.topics(["jobs", topic])

    assert refused.value.problems[0].path == ("topic", 1)


def test_a_job_nobody_knows_is_not_found(tails: Tails) -> None:
    with pytest.raises(NotFound):
        tails.topics([f"job:{new_job_id()}"])
