"""What those who follow need at each look: what changed since, and what runs.

A place in a job's history is a number; every move of a job's tasks, attempts and itself is made
under the job's lock, so these numbers rise in the order in which moves are committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from windlass.coordinator.engine import veil
from windlass.coordinator.store import follow_reads
from windlass.coordinator.store.db import Database, Row
from windlass.shared.ids import AttemptId, JobId, TaskId
from windlass.shared.redact import Redactor
from windlass.shared.states import JobState, TaskState

MOST_MOVES = 5000


@dataclass(frozen=True, kw_only=True)
class JobNow:
    id: JobId
    state: JobState
    reason: str | None
    error: str
    total: int
    ended: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class TaskNow:
    id: TaskId
    position: int
    name: str
    state: TaskState
    reason: str | None
    error: str
    exit_code: int | None
    progress: float
    message: str
    attempt_id: AttemptId | None
    number: int | None
    node: str | None


@dataclass(frozen=True)
class Moved:
    """``entity``: job, task or attempt."""

    id: int
    entity: str
    entity_id: UUID
    became: str


@dataclass(frozen=True)
class Glance:
    """``job`` None: it was deleted. ``tasks``: those that moved, and those that run."""

    job: JobNow | None
    moves: Sequence[Moved]
    tasks: Sequence[TaskNow]

    @property
    def more(self) -> bool:
        """There are later moves."""
        return len(self.moves) == MOST_MOVES


@dataclass(frozen=True)
class Begun:
    """An attempt, and the move by which it began; ``ended``: another made it final since."""

    id: AttemptId
    move: int
    ended: bool


@dataclass(frozen=True)
class Owner:
    """Whose log it is: the task's name, and which of its attempts."""

    task: str
    number: int


@dataclass(frozen=True)
class Changes:
    """Jobs as they are now, of a stretch of moves, and the last of these."""

    jobs: Sequence[JobNow]
    last: int


def glance(db: Database, id: UUID, after: int) -> Glance:
    """The job first: when that is final, the history read after it holds all of its moves."""
    with db.transaction() as tx:
        job = next(iter(follow_reads.jobs(tx, [id])), None)
        moves = [_moved(row) for row in follow_reads.moves(tx, id, after, MOST_MOVES)]
        moved = [move.entity_id for move in moves if move.entity == "task"]
        tasks = follow_reads.tasks(tx, id, moved)
        hidden = veil.of(tx, [id]).of_job(id)
    shown = [_task(row, hidden) for row in tasks]
    return Glance(_job(job, hidden) if job else None, moves, shown)


def owners(db: Database, ids: Sequence[AttemptId]) -> Mapping[AttemptId, Owner]:
    with db.transaction() as tx:
        rows = follow_reads.attempts(tx, ids)
    return {row["id"]: Owner(row["name"], row["number"]) for row in rows}


def begun(db: Database, id: JobId, after: int, until: int) -> Sequence[Begun]:
    """Attempts that began after one move and up to another, in that order."""
    with db.transaction() as tx:
        rows = follow_reads.begun(tx, id, after, until)
    return [Begun(row["entity_id"], row["id"], row["ended"]) for row in rows]


def attempts_of(db: Database, id: JobId, moves: Sequence[int]) -> Mapping[int, AttemptId]:
    with db.transaction() as tx:
        return {row["id"]: row["entity_id"] for row in follow_reads.attempts_of(tx, id, moves)}


def newest_move(db: Database) -> int:
    """Of all jobs."""
    with db.transaction() as tx:
        return follow_reads.newest_move(tx)


def changes(db: Database, after: int) -> Changes:
    with db.transaction() as tx:
        moves = follow_reads.moves_of_all(tx, after, MOST_MOVES)
        ids = {row["job_id"] for row in moves}
        rows = follow_reads.jobs(tx, list(ids)) if ids else []
        veils = veil.of(tx, [row["id"] for row in rows if row["error"]])
    return Changes(
        [_job(row, veils.of_job(row["id"])) for row in rows], moves[-1]["id"] if moves else after
    )


def _moved(row: Row) -> Moved:
    return Moved(row["id"], row["entity"], row["entity_id"], row["became"])


def _job(row: Row, hidden: Redactor) -> JobNow:
    shown = {**row, "state": JobState(row["state"]), "error": hidden.text(row["error"])}
    return JobNow(**shown)


def _task(row: Row, hidden: Redactor) -> TaskNow:
    texts = {name: hidden.text(row[name]) for name in ("name", "error", "message")}
    return TaskNow(**{**row, **texts, "state": TaskState(row["state"])})
