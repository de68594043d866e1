from datetime import UTC, datetime, timedelta

import pytest

from tests.support.logs import cut, store
from tests.support.stored import given_attempt, given_job, given_task
from windlass.coordinator.engine.errors import Invalid, NotFound
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import JobFilter, JobView, Page
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId, new_job_id
from windlass.shared.states import JobState

pytestmark = pytest.mark.postgres


def names(page: Page[JobView]) -> list[str]:
    return [job.name for job in page.items]


def listed(engine: Engine, **given: object) -> list[str]:
    return names(engine.jobs(JobFilter(**given), limit=100))  # type: ignore[arg-type]  # filters of any type


def test_jobs_are_listed_newest_first(db: Database, engine: Engine) -> None:
    for name in ("first", "second", "third"):
        given_job(db, name=name)

    assert listed(engine) == ["third", "second", "first"]


def test_pages_lead_there_and_back_again(db: Database, engine: Engine) -> None:
    for number in range(7):
        given_job(db, name=str(number))

    first = engine.jobs(JobFilter(), limit=3)
    second = engine.jobs(JobFilter(), limit=3, cursor=first.next)
    third = engine.jobs(JobFilter(), limit=3, cursor=second.next)
    back = engine.jobs(JobFilter(), limit=3, cursor=third.prev)
    start = engine.jobs(JobFilter(), limit=3, cursor=back.prev)

    assert [names(page) for page in (first, second, third)] == [
        ["6", "5", "4"],
        ["3", "2", "1"],
        ["0"],
    ]
    assert (names(back), names(start)) == (names(second), names(first))
    assert (first.prev, third.next, start.prev) == (None, None, None)


def test_a_page_stays_where_it_is_while_jobs_come_and_go(db: Database, engine: Engine) -> None:
    ids = [given_job(db, name=str(number)) for number in range(4)]
    first = engine.jobs(JobFilter(), limit=2)

    given_job(db, name="new")
    with db.transaction() as tx:
        tx.run("DELETE FROM job WHERE id = %(id)s", id=ids[2])

    assert names(engine.jobs(JobFilter(), limit=2, cursor=first.next)) == ["1", "0"]


def test_beyond_either_end_the_way_leads_back(db: Database, engine: Engine) -> None:
    given_job(db, name="one")
    page = engine.jobs(JobFilter(), limit=1)
    given_job(db, name="two")
    newest = engine.jobs(JobFilter(), limit=1)
    newer = engine.jobs(JobFilter(), limit=1, cursor=newest.next)
    with db.transaction() as tx:
        tx.run("DELETE FROM job WHERE name = 'two'")

    empty = engine.jobs(JobFilter(), limit=1, cursor=newer.prev)

    assert page.items == newer.items
    assert not empty.items
    assert names(engine.jobs(JobFilter(), limit=1, cursor=empty.next)) == ["one"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"states": (JobState.FAILED,)}, ["night"]),
        ({"states": (JobState.FAILED, JobState.RUNNING)}, ["night", "day"]),
        ({"door": "tork"}, ["day"]),
        ({"queue": "gpu"}, ["night"]),
        ({"owner": "ann"}, ["night"]),
        ({"tags": ("a",)}, ["night", "day"]),
        ({"tags": ("a", "b")}, ["day"]),
        ({"tags": ("c",), "owner": "ann"}, []),
        ({"states": (JobState.FAILED,), "tags": ("a",), "queue": "gpu"}, ["night"]),
        ({"states": (JobState.COMPLETED,)}, []),
    ],
)
def test_a_filter_lets_through_what_matches_all_of_it(
    db: Database, engine: Engine, given: dict[str, object], expected: list[str]
) -> None:
    given_job(db, name="day", door="tork", tags=["a", "b"], owner="bob")
    given_job(db, name="night", state="failed", queue="gpu", tags=["a"], owner="ann")

    assert listed(engine, **given) == expected
    assert engine.count(JobFilter(**given)) == len(expected)  # type: ignore[arg-type]  # filters of any type


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("render", True),
        ("REND", True),
        ("ren 52", True),
        ("render-52", True),
        ("frames of", True),
        ("it's", True),
        ("ender", False),
        ("render & nothing", False),
        ("!!!", False),
        ("'; DROP TABLE job; --", False),
        ("a:* | !b \\", False),
    ],
)
def test_text_finds_words_by_their_beginnings_whatever_was_typed(
    db: Database, engine: Engine, typed: str, finds: bool
) -> None:
    given_job(db, name="render-527.final", description="frames of Ann's film, it's long")

    assert listed(engine, q=typed) == (["render-527.final"] if finds else [])


def test_times_are_those_of_postgres(db: Database, engine: Engine) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    given_job(db, name="now")

    assert listed(engine, since=noon) == ["now"]
    assert listed(engine, until=noon) == []
    assert listed(engine, until=datetime.now(UTC) + timedelta(hours=1)) == ["now"]
    assert listed(engine, since=datetime.min.replace(tzinfo=UTC)) == ["now"]
    assert listed(engine, since=datetime.max.replace(tzinfo=UTC)) == []


@pytest.mark.parametrize("cursor", ["", "x", "é", "\0", "A" * 32, "A" * 5000, "PIAA+/=="])
def test_a_cursor_that_is_not_ours_is_refused(engine: Engine, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        engine.jobs(JobFilter(), limit=1, cursor=cursor)

    assert refused.value.problems[0].path == ("cursor",)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_without_measure_is_refused(engine: Engine, limit: int) -> None:
    with pytest.raises(Invalid) as refused:
        engine.jobs(JobFilter(), limit=limit)

    assert refused.value.problems[0].path == ("limit",)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 1000])
@pytest.mark.parametrize("name", ["q", "queue", "door", "owner"])
def test_a_filter_that_cannot_be_stored_is_refused(engine: Engine, name: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        listed(engine, **{name: text})

    assert refused.value.problems[0].path == (name,)


def test_a_job_that_failed_says_why(db: Database, engine: Engine) -> None:
    job = given_job(db, state="failed", reason="task_failed", failed=1)
    given_task(db, job, name="fine", state="completed")
    task = given_task(
        db, job, name="bad", position=1, state="failed", reason="exit_code", exit_code=3
    )
    attempt = given_attempt(db, job, task, state="failed", exit_code=3)
    store(db, cut(attempt, b"".join(b"line %d\n" % n for n in range(20)) + b"\0 \xff"))

    why = engine.job(job).why

    assert why is not None
    assert (why.task, why.exit_code, why.attempt_id) == ("bad", 3, attempt)
    assert list(why.last_lines) == [f"line {n}" for n in range(11, 20)] + ["␀ �"]


def test_a_job_that_failed_before_any_attempt_says_why(db: Database, engine: Engine) -> None:
    job = given_job(db, state="failed", failed=1)
    given_task(db, job, state="failed", reason="template", error="no such input")

    why = engine.job(job).why

    assert why is not None
    assert (why.error, why.attempt_id, why.last_lines) == ("no such input", None, ())


def test_a_failure_that_was_allowed_is_no_reason(db: Database, engine: Engine) -> None:
    job = given_job(db, state="completed")
    given_task(db, job, state="failed", allow_failure=True)

    assert engine.job(job).why is None


def test_a_job_is_found_by_the_id_of_its_door(db: Database, engine: Engine) -> None:
    job = given_job(db, door="ray", external_id="raysubmit_1")

    assert engine.find("ray", "raysubmit_1") == job
    for door, external_id in (("tork", "raysubmit_1"), ("ray", "raysubmit_2"), ("ray", "\0")):
        with pytest.raises(NotFound):
            engine.find(door, external_id)


def test_what_its_door_received_is_kept_as_it_came(db: Database, engine: Engine) -> None:
    job, other = given_job(db), given_job(db)
    with db.transaction() as tx:
        tx.run("INSERT INTO document (job_id, content) VALUES (%(id)s, 'a: 1')", id=job)

    assert engine.document(job) == "a: 1"
    assert engine.document(other) is None


def test_totals_follow_every_change(db: Database, engine: Engine) -> None:
    ids = [given_job(db, state="pending") for _ in range(3)]
    with db.transaction() as tx:
        tx.run("UPDATE job SET state = 'running'")
        tx.run("UPDATE job SET ended = 1")
        tx.run("UPDATE job SET state = 'failed' WHERE id = %(id)s", id=ids[0])
        tx.run("DELETE FROM job WHERE id = %(id)s", id=ids[1])

    totals = engine.totals().by_state

    assert totals == {"pending": 0, "running": 1, "completed": 0, "failed": 1, "cancelled": 0}


def test_totals_stay_right_when_they_are_folded(db: Database, engine: Engine) -> None:
    for _ in range(5):
        given_job(db)
    with db.transaction() as tx:
        tx.run("SELECT job_total_fold()")
        rows = tx.all("SELECT state, jobs FROM job_total")

    assert rows == [{"state": "running", "jobs": 5}]
    assert engine.totals().by_state["running"] == 5


def test_a_job_nobody_knows_is_not_found(engine: Engine) -> None:
    id: JobId = new_job_id()
    for read in (engine.job, engine.document, engine.history, engine.task_states, engine.edges):
        with pytest.raises(NotFound):
            read(id)
