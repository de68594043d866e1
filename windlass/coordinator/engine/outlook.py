"""Reads for doors that show a job with everything it set in motion, by numbered page."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from windlass.coordinator.engine import log_parts, showing, standings
from windlass.coordinator.engine.counts import Counts
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.outlook_views import (
    Execution,
    LogPart,
    Numbered,
    Owned,
    PartFilter,
    Placed,
    Running,
    Standing,
)
from windlass.coordinator.engine.patience import patient
from windlass.coordinator.engine.sight import Sight
from windlass.coordinator.engine.views import TaskView
from windlass.coordinator.store import executions, numbered, task_reads
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.numbered import Prose, Span
from windlass.shared import messages
from windlass.shared.ids import AttemptId, JobId
from windlass.shared.text import is_clean

_MOST_OFFSET = 1 << 40


class Outlook:
    """Ids of nothing are NotFound."""

    def __init__(self, db: Database, sees: Sight, counts: Counts | None = None) -> None:
        self._db = db
        self._sees = sees
        self._counts = counts or Counts()

    def seen_by(self, sees: Sight) -> "Outlook":
        return Outlook(self._db, sees, self._counts)

    def jobs(
        self, tags: tuple[str, ...] | None, words: str | None, *, limit: int, offset: int
    ) -> Numbered[Placed]:
        """Newest first: of any of the tags, with all of the words. Text of no job finds nothing. A
        big total of what was searched for may be that of a moment ago."""
        if not is_clean("".join(tags or ()) + (words or "")):
            return Numbered((), 0)
        with patient(self._db) as tx:
            prose = Prose(tags=tags, words=words, audiences=self._sees.audiences(tx))
            total = self._total(tx, prose)
            span = Span(limit, min(offset, _MOST_OFFSET), total)
            rows = numbered.page(tx, prose, span) if total else ()
        return Numbered([_placed(row) for row in rows], total)

    def _total(self, tx: Tx, prose: Prose) -> int:
        if prose.is_empty:
            return numbered.count(tx, prose)
        return self._counts.get(prose, lambda: numbered.count(tx, prose))

    def job(self, id: JobId) -> Placed:
        self._sees.job(id)
        with self._db.transaction() as tx:
            row = numbered.one(tx, id)
        if row is None:
            raise NotFound(f"there is no job {id}")
        return _placed(row)

    def standing(self, door: str, external_id: str) -> Standing:
        return standings.one(self._db, door, external_id)

    def standings(self, owned: Owned, *, limit: int, offset: int) -> Numbered[Standing]:
        """Newest first."""
        return standings.page(self._db, owned, limit=limit, offset=offset)

    def count(self, owned: Owned) -> int:
        return standings.count(self._db, owned)

    def executions(self, id: JobId) -> Sequence[Execution]:
        """By position, then by start; what has not started comes last."""
        self._sees.job(id)
        with self._db.transaction() as tx:
            tasks = [showing.task(row) for row in task_reads.begun(tx, id)]
            rows = executions.attempts_of_job(tx, id)
        return sorted(_joined(tasks, rows), key=_order)

    def execution(self, id: UUID) -> Execution:
        """By the id of an attempt, or that of a task that has none."""
        for execution in self._of_one_task(id):
            if execution.id == id:
                return execution
        raise NotFound(f"there is no task {id}")

    def execution_of_move(self, id: UUID, at: datetime) -> Execution:
        """By the id of an attempt, or of a task that was set in motion at this time."""
        found = self._of_one_task(id)
        made = [one for one in found if one.id == id]
        then = [one for one in found if one.attempt and one.attempt.created_at == at]
        return (made or then or found)[-1]

    def _of_one_task(self, id: UUID) -> Sequence[Execution]:
        """One at the least, in the order in which they were made; ``id``: of any of them."""
        self._sees.execution(id)
        with self._db.transaction() as tx:
            owner = executions.owner_of(tx, id)
            if owner is None:
                raise NotFound(f"there is no task {id}")
            tasks = [showing.task(row) for row in task_reads.tasks(tx, [owner["task_id"]])]
            rows = executions.attempts_of_task(tx, owner["task_id"])
        if not tasks:  # deleted in between
            raise NotFound(f"there is no task {id}")
        return _joined(tasks, rows)

    def running(self) -> Running:
        with self._db.transaction() as tx:
            return Running(**executions.running(tx))

    def outputs(self, id: JobId) -> dict[str, str]:
        """By the name under which expressions find them."""
        self._sees.job(id)
        with self._db.transaction() as tx:
            return executions.outputs(tx, id)

    def job_log(
        self, id: JobId, filter: PartFilter, *, limit: int, offset: int
    ) -> Numbered[LogPart]:
        """Newest first."""
        ids = log_parts.attempts_of(self._db, self._sees.job(id))
        return log_parts.page(self._db, ids, filter, (limit, offset))

    def attempt_log(
        self, id: AttemptId, filter: PartFilter, *, limit: int, offset: int
    ) -> Numbered[LogPart]:
        """Newest first."""
        return log_parts.page(self._db, [self._sees.attempt(id)], filter, (limit, offset))


def _placed(row: Row) -> Placed:
    return Placed(job=showing.job(row), at=row["at"], at_progress=row["at_progress"] or 0.0)


def _joined(tasks: Sequence[TaskView], rows: Sequence[Row]) -> list[Execution]:
    attempts = defaultdict(list)
    for row in rows:
        attempts[row["task_id"]].append(row)
    return [
        execution
        for task in tasks
        for execution in [_execution(task, row) for row in attempts[task.id]]
        or [Execution(task=task)]
    ]


def _execution(task: TaskView, row: Row) -> Execution:
    order = messages.decode(row["order"])
    return Execution(task=task, attempt=showing.attempt(row), order=order, tries=row["tries"])


def _order(execution: Execution) -> tuple[int, float]:
    begun = (execution.attempt or execution.task).started_at
    view = execution.task
    position = view.path[0] if view.path else view.position
    return position, begun.timestamp() if begun else float("inf")
