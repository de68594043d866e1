import pytest

from tests.support.stored import given_attempt, given_edge, given_job, given_moved, given_task
from windlass.coordinator.engine.errors import Invalid, NotFound
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import Page, TaskFilter, TaskView
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId, new_attempt_id, new_task_id
from windlass.shared.states import TaskState

pytestmark = pytest.mark.postgres


@pytest.fixture
def job(db: Database) -> JobId:
    """Of ten tasks: one completed, one failed, the rest waiting."""
    job = given_job(db, total=10)
    states = ["completed", "failed", *["waiting"] * 8]
    for position, state in enumerate(states):
        given_task(db, job, name=f"Shard-{position}", position=position, state=state)
    return job


def positions(page: Page[TaskView]) -> list[int]:
    return [task.position for task in page.items]


def test_tasks_are_listed_in_the_order_of_the_spec(engine: Engine, job: JobId) -> None:
    first = engine.tasks(job, TaskFilter(), limit=4)
    second = engine.tasks(job, TaskFilter(), limit=4, cursor=first.next)
    third = engine.tasks(job, TaskFilter(), limit=4, cursor=second.next)
    back = engine.tasks(job, TaskFilter(), limit=4, cursor=second.prev)

    assert [positions(page) for page in (first, second, third)] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
    ]
    assert positions(back) == positions(first)
    assert (first.prev, third.next, back.prev) == (None, None, None)


def test_tasks_are_filtered_by_state_and_beginning(engine: Engine, job: JobId) -> None:
    ended = TaskFilter(states=(TaskState.FAILED, TaskState.COMPLETED))

    assert positions(engine.tasks(job, ended, limit=10)) == [0, 1]
    assert positions(engine.tasks(job, TaskFilter(q="shard-7"), limit=10)) == [7]
    assert positions(engine.tasks(job, TaskFilter(q="hard"), limit=10)) == []
    assert positions(engine.tasks(job, TaskFilter(q="%"), limit=10)) == []


def test_a_cursor_of_another_job_is_refused(db: Database, engine: Engine, job: JobId) -> None:
    cursor = engine.tasks(job, TaskFilter(), limit=1).next

    with pytest.raises(Invalid):
        engine.tasks(given_job(db), TaskFilter(), limit=1, cursor=cursor)


def test_states_are_told_by_position(engine: Engine, job: JobId) -> None:
    states = engine.task_states(job)

    assert states[:3] == [TaskState.COMPLETED, TaskState.FAILED, TaskState.WAITING]
    assert len(states) == 10


def test_a_task_names_what_it_needs_and_what_of_it_is_missing(
    db: Database, engine: Engine, job: JobId
) -> None:
    task = given_task(db, job, name="join", position=10, state="waiting", waiting_on=2)
    for parent in (0, 1, 5):
        given_edge(db, job, parent, 10)
    with db.transaction() as tx:
        tx.run("UPDATE task SET allow_failure = true WHERE position = 1")

    view = engine.task(task)

    assert list(view.needs) == ["Shard-0", "Shard-1", "Shard-5"]
    assert list(view.waiting_for) == ["Shard-5"]
    assert engine.edges(job) == [(0, 10), (1, 10), (5, 10)]


def test_a_task_shows_its_newest_attempt(db: Database, engine: Engine) -> None:
    job = given_job(db)
    task = given_task(db, job)
    old = given_attempt(db, job, task, state="failed", node="node-1")
    new = given_attempt(db, job, task, number=2, node="node-2")

    (listed,) = engine.tasks(job, TaskFilter(), limit=1).items

    assert (listed.attempt_id, listed.node) == (new, "node-2")
    assert [attempt.id for attempt in engine.attempts(task)] == [old, new]
    assert engine.attempt(old).node == "node-1"


def test_attempts_of_a_job_are_paged_oldest_first(db: Database, engine: Engine) -> None:
    job = given_job(db)
    made = [given_attempt(db, job, given_task(db, job, position=n)) for n in range(3)]

    first = engine.job_attempts(job, limit=2)
    second = engine.job_attempts(job, after=first[-1].id, limit=2)

    assert [attempt.id for attempt in (*first, *second)] == made


def test_history_is_read_oldest_first(db: Database, engine: Engine) -> None:
    job = given_job(db, state="pending")
    given_moved(db, job, "job", job, "running")
    given_moved(db, job, "job", job, "completed")

    first, second = engine.history(job)

    assert (first.became, second.became) == ("running", "completed")
    assert engine.history(job, after=first.id) == [second]
    assert engine.history(job, limit=1) == [first]


def test_what_nobody_knows_is_not_found(engine: Engine) -> None:
    with pytest.raises(NotFound):
        engine.task(new_task_id())
    with pytest.raises(NotFound):
        engine.attempts(new_task_id())
    with pytest.raises(NotFound):
        engine.attempt(new_attempt_id())
    with pytest.raises(NotFound):
        engine.log_size(new_attempt_id())
