"""What a user looks at: jobs, tasks and attempts, one or a page of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from windlass.coordinator.engine import filters, logbook, placement, showing, veil
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.paging import turn
from windlass.coordinator.engine.patience import patient
from windlass.coordinator.engine.sight import Sight
from windlass.coordinator.engine.views import (
    AttemptView,
    HistoryRow,
    JobFilter,
    JobView,
    Page,
    TaskFilter,
    TaskView,
    Totals,
    Why,
)
from windlass.coordinator.store import attempt_reads, job_list, job_reads, placing, task_reads
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.job_list import Place
from windlass.shared import spec
from windlass.shared.ids import AttemptId, JobId, TaskId
from windlass.shared.spec import Limits
from windlass.shared.states import AttemptState, JobState, TaskState
from windlass.shared.text import is_clean

T = TypeVar("T")

_LAST_LINES = 10
_WAITED_FOR = 20  # of them are named
_TASK_STATES = {state.value: state for state in TaskState}


def job(db: Database, id: JobId) -> JobView:
    with db.transaction() as tx:
        row = _found(job_reads.job(tx, id), "job", id)
        failure = job_reads.first_failure(tx, id) if row["failed"] else None
    return veil.of_view(showing.job(row, _why(db, failure) if failure else None))


def find(db: Database, door: str, external_id: str) -> JobId:
    id = None
    if is_clean(door + external_id):
        with db.transaction() as tx:
            id = job_reads.find(tx, door, external_id)
    return JobId(_found(id, "job", external_id))


def jobs(
    db: Database, filter: JobFilter, sees: Sight, *, limit: int, cursor: str | None = None
) -> Page[JobView]:
    search, now = filters.search(filter), turn("jobs", limit, -1, cursor)
    place = Place(UUID(int=now.at.key), now.onward) if now.at else job_list.NEWEST
    with patient(db) as tx:
        seen = replace(search, audiences=sees.audiences(tx))
        rows = job_list.page(tx, seen, place, limit + 1)
    return now.page(rows, lambda row: row["id"].int, lambda row: veil.of_view(showing.job(row)))


def count(db: Database, filter: JobFilter, sees: Sight, *, most: int = 1001) -> int:
    search = filters.search(filter)
    with patient(db) as tx:
        return job_list.count(tx, replace(search, audiences=sees.audiences(tx)), most)


def totals(db: Database, sees: Sight) -> Totals:
    with db.transaction() as tx:
        seen = sees.audiences(tx)
        found = job_reads.totals(tx) if seen is None else job_reads.totals_seen(tx, seen)
    return Totals(by_state={state.value: found.get(state.value, 0) for state in JobState})


def document(db: Database, id: JobId) -> str | None:
    with db.transaction() as tx:
        row = _found(job_reads.document(tx, id), "job", id)
    content: str | None = row["content"]
    return content


def documents(db: Database, ids: Sequence[JobId]) -> Mapping[JobId, str]:
    with db.transaction() as tx:
        return {JobId(id): text for id, text in job_reads.documents(tx, ids).items()}


def newest_attempts(db: Database, ids: Sequence[JobId]) -> Mapping[JobId, AttemptView]:
    with db.transaction() as tx:
        veils = veil.of(tx, ids)
        views = [veils.attempt(showing.attempt(row)) for row in attempt_reads.newest(tx, ids)]
    return {view.job_id: view for view in views}


def history(db: Database, id: JobId, *, after: int = 0, limit: int = 200) -> Sequence[HistoryRow]:
    with db.transaction() as tx:
        _found(job_reads.job(tx, id), "job", id)
        rows = job_reads.history(tx, id, after, limit)
    return [showing.history(row) for row in rows]


def tasks(
    db: Database, job_id: JobId, filter: TaskFilter, *, limit: int, cursor: str | None = None
) -> Page[TaskView]:
    now = turn(f"tasks:{job_id}", limit, 1, cursor)
    beyond = now.at.key - 1 if now.at else None  # keys count from 1
    wanted = filters.task_search(filter, beyond, now.onward)
    with patient(db) as tx:
        _found(job_reads.job(tx, job_id), "job", job_id)
        rows = task_reads.page(tx, job_id, wanted, limit + 1)
        veils = veil.of(tx, [job_id])

    def show(row: Row) -> TaskView:
        return veils.task(showing.task(row))

    return now.page(rows, lambda row: int(row["position"]) + 1, show)


def task(db: Database, id: TaskId) -> TaskView:
    with db.transaction() as tx:
        row = _found(next(iter(task_reads.tasks(tx, [id])), None), "task", id)
        waits = row["state"] == TaskState.WAITING
        veils = veil.of(tx, [row["job_id"]])
        unfit = _unfit(tx, row) if row["attempt_state"] == AttemptState.PENDING else ""
        keys = (
            task_reads.waiting_for(tx, row["job_id"], row["position"], _WAITED_FOR) if waits else ()
        )
    shown = veils.task(showing.task(row, tuple(keys)))
    return replace(shown, message=unfit) if unfit else shown


def _unfit(tx: Tx, row: Row) -> str:
    """That it asks for more than there is."""
    asked = spec.decode_task(row["spec"]).container.requests
    if asked == Limits():
        return ""
    sizes = map(placement.room_of, placing.sizes(tx))
    return placement.misfit(asked, row["queue"], sizes)


def task_states(db: Database, job_id: JobId) -> Sequence[TaskState]:
    with db.transaction() as tx:
        _found(job_reads.job(tx, job_id), "job", job_id)
        return [_TASK_STATES[state] for state in task_reads.states(tx, job_id)]


def edges(db: Database, job_id: JobId) -> Sequence[tuple[int, int]]:
    with db.transaction() as tx:
        _found(job_reads.job(tx, job_id), "job", job_id)
        return task_reads.edges(tx, job_id)


def attempts(db: Database, task_id: TaskId) -> Sequence[AttemptView]:
    with db.transaction() as tx:
        _found(next(iter(task_reads.tasks(tx, [task_id])), None), "task", task_id)
        rows = attempt_reads.of_task(tx, task_id)
        veils = veil.of(tx, [row["job_id"] for row in rows[:1]])
    return [veils.attempt(showing.attempt(row)) for row in rows]


def attempt(db: Database, id: AttemptId) -> AttemptView:
    with db.transaction() as tx:
        shown = showing.attempt(_found(attempt_reads.attempt(tx, id), "attempt", id))
        return veil.of(tx, [shown.job_id]).attempt(shown) if shown.error else shown


def job_attempts(
    db: Database, id: JobId, *, after: UUID | None = None, limit: int = 200
) -> Sequence[AttemptView]:
    with db.transaction() as tx:
        _found(job_reads.job(tx, id), "job", id)
        rows = attempt_reads.of_job(tx, id, after, limit)
        veils = veil.of(tx, [id])
    return [veils.attempt(showing.attempt(row)) for row in rows]


def _why(db: Database, failure: Row) -> Why:
    attempt_id = failure["attempt_id"]
    lines = logbook.last_lines(db, attempt_id, _LAST_LINES) if attempt_id else ()
    return showing.why(failure, lines)


def _found(thing: T | None, what: str, id: object) -> T:
    if thing is None:
        raise NotFound(f"there is no {what} {id}")
    return thing
