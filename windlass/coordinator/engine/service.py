"""Everything a door may ask of the engine.

Raises ``NotFound``, ``Conflict``, ``Invalid`` and ``Unavailable`` of ``engine.errors``; after any
of them nothing has changed. Reads never wait for Redis.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from windlass.coordinator.engine import (
    access,
    browse,
    cancel,
    check,
    fleet,
    follow,
    health,
    kill,
    logbook,
    pause,
    restart,
    submit,
    tallies,
)
from windlass.coordinator.engine.errors import Problem
from windlass.coordinator.engine.follow import Begun, Changes, Glance, Owner
from windlass.coordinator.engine.outlook import Outlook
from windlass.coordinator.engine.ports import Signals, Watch
from windlass.coordinator.engine.schedules import Schedules
from windlass.coordinator.engine.views import (
    AttemptView,
    HistoryRow,
    JobFilter,
    JobView,
    LogPiece,
    LogSize,
    NodeView,
    Page,
    QueueView,
    Submission,
    Submitted,
    Tally,
    TaskFilter,
    TaskView,
    Token,
    Totals,
)
from windlass.coordinator.store.db import Database
from windlass.shared.ids import AttemptId, JobId, TaskId
from windlass.shared.spec import JobSpec
from windlass.shared.states import TaskState


class Engine:
    def __init__(self, db: Database, signals: Signals) -> None:
        self._db = db
        self._signals = signals
        self._callers = access.Callers(db)
        self._health = health.of(db, signals)
        self.outlook = Outlook(db)  # reads by numbered page
        self.schedules = Schedules(db, signals)  # what submits jobs by the clock

    # Jobs

    def problems(self, spec: JobSpec) -> Sequence[Problem]:
        """Everything that would make ``submit`` refuse this spec. Pure."""
        return check.problems(spec)

    def misfits(self, spec: JobSpec) -> Sequence[Problem]:
        """Tasks that ask for more than any live node of their queue has; none where no node is
        known that serves it."""
        return fleet.misfits(self._db, spec)

    def submit(self, submission: Submission) -> Submitted:
        """Durable once it returns. Conflict: the external id is taken, or the idempotency key came
        with another body before."""
        return submit.submit(self._db, self._signals, submission)

    def job(self, id: JobId) -> JobView:
        """With ``why``."""
        return browse.job(self._db, id)

    def find(self, door: str, external_id: str) -> JobId:
        """The job behind a door's own id."""
        return browse.find(self._db, door, external_id)

    def jobs(self, filter: JobFilter, *, limit: int, cursor: str | None = None) -> Page[JobView]:
        """Newest first. A cursor that is not ours is Invalid."""
        return browse.jobs(self._db, filter, limit=limit, cursor=cursor)

    def count(self, filter: JobFilter, *, most: int = 1001) -> int:
        """How many match, counted no further than ``most``."""
        return browse.count(self._db, filter, most=most)

    def totals(self) -> Totals:
        return browse.totals(self._db)

    def document(self, id: JobId) -> str | None:
        """As its door received it; may hold secrets."""
        return browse.document(self._db, id)

    def history(self, id: JobId, *, after: int = 0, limit: int = 200) -> Sequence[HistoryRow]:
        """Oldest first."""
        return browse.history(self._db, id, after=after, limit=limit)

    def cancel(self, id: JobId) -> None:
        """Ask; the state follows. Cancelling again is no error. Conflict: it is over already."""
        cancel.cancel(self._db, self._signals, id)

    def restart(self, id: JobId) -> int:
        """Reopen a job that failed or was cancelled, keeping what completed; the new epoch.
        Conflict: it is not over, or it completed."""
        return restart.restart(self._db, self._signals, id)

    def rerun(self, id: TaskId) -> int:
        """Reopen a job that is over for this task and whatever follows from it; the new epoch."""
        return restart.rerun(self._db, self._signals, id)

    def pause(self, id: JobId) -> None:
        """What runs goes on, nothing else starts. Pausing again is no error. Conflict: it is
        over."""
        pause.pause(self._db, self._signals, id)

    def resume(self, id: JobId) -> None:
        pause.resume(self._db, self._signals, id)

    def kill(self, id: TaskId) -> None:
        """Cancel one task; the job goes on without what depends on it. No error where it is over
        already."""
        kill.kill(self._db, self._signals, id)

    def delete(self, id: JobId) -> None:
        """With all its logs and history. Conflict: it is not over."""
        restart.delete(self._db, id)

    def tallies(self, ids: Sequence[JobId]) -> Mapping[JobId, Sequence[Tally]]:
        """How the tasks of each stand, counted; of jobs that have any."""
        return tallies.tallies(self._db, ids)

    def moved_at(self, ids: Sequence[JobId]) -> Mapping[JobId, datetime]:
        """When anything of each moved last."""
        return tallies.moved_at(self._db, ids)

    def job_moves(self, id: JobId) -> Sequence[HistoryRow]:
        """The history of the job itself, oldest first, its pauses included."""
        return tallies.job_moves(self._db, id)

    def watch(self, job_ids: Sequence[JobId]) -> AbstractContextManager[Watch]:
        return self._signals.watch(job_ids)

    # Tasks and attempts

    def tasks(
        self, job_id: JobId, filter: TaskFilter, *, limit: int, cursor: str | None = None
    ) -> Page[TaskView]:
        """In the order of the spec."""
        return browse.tasks(self._db, job_id, filter, limit=limit, cursor=cursor)

    def task(self, id: TaskId) -> TaskView:
        """With ``waiting_for``."""
        return browse.task(self._db, id)

    def task_named(self, job_id: JobId, key: str) -> TaskId:
        return tallies.task_named(self._db, job_id, key)

    def around(self, task: TaskView) -> tuple[Sequence[str], Sequence[str]]:
        """Keys of the tasks it needs, and of those that need it, by position."""
        return tallies.around(self._db, task.job_id, task.position)

    def task_states(self, job_id: JobId) -> Sequence[TaskState]:
        """Of every task, by position."""
        return browse.task_states(self._db, job_id)

    def edges(self, job_id: JobId) -> Sequence[tuple[int, int]]:
        """(parent, child) positions, sorted."""
        return browse.edges(self._db, job_id)

    def attempts(self, task_id: TaskId) -> Sequence[AttemptView]:
        """Oldest first."""
        return browse.attempts(self._db, task_id)

    def attempt(self, id: AttemptId) -> AttemptView:
        return browse.attempt(self._db, id)

    def job_attempts(
        self, id: JobId, *, after: UUID | None = None, limit: int = 200
    ) -> Sequence[AttemptView]:
        """Of all its tasks, oldest first: what a merged log is made of."""
        return browse.job_attempts(self._db, id, after=after, limit=limit)

    # Logs

    def log_size(self, id: AttemptId) -> LogSize:
        return logbook.size(self._db, id)

    def log_bytes(
        self, id: AttemptId, *, start: int = 0, end: int | None = None
    ) -> Iterator[LogPiece]:
        """What is stored from byte ``start`` up to ``end``, cut exactly, in order, no overlaps;
        read from the database in pages."""
        return logbook.read_bytes(self._db, id, start=start, end=end)

    def log_lines(self, id: AttemptId, *, start: int, limit: int) -> Iterator[LogPiece]:
        """Lines ``start`` (from 0) up to ``start + limit``, cut exactly at newlines."""
        return logbook.read_lines(self._db, id, start=start, limit=limit)

    def log_tail(self, id: AttemptId, lines: int) -> Iterator[LogPiece]:
        """The last lines; an unfinished last line counts as one."""
        return logbook.read_tail(self._db, id, lines)

    def log_ends(
        self, ids: Sequence[AttemptId], most: int
    ) -> Mapping[AttemptId, Mapping[str, bytes]]:
        """Of many at once: by stream, what is in the last ``most`` bytes, in whole chunks."""
        return tallies.log_ends(self._db, ids, most)

    def log_offset(self, id: AttemptId, line: int) -> int:
        """Where line ``line`` (from 0) begins; where the log ends for those it does not have."""
        return logbook.start_of_line(self._db, id, line)

    # Following

    def glance(self, id: JobId, *, after: int) -> Glance:
        """What moved after a move of this job, and what runs."""
        return follow.glance(self._db, id, after)

    def begun_attempts(self, id: JobId, *, after: int, until: int) -> Sequence[Begun]:
        """Those of a job that began after one move and up to another, in that order."""
        return follow.begun(self._db, id, after, until)

    def attempts_of_moves(self, id: JobId, moves: Sequence[int]) -> Mapping[int, AttemptId]:
        """Which attempts these moves were of."""
        return follow.attempts_of(self._db, id, moves)

    def log_owners(self, ids: Sequence[AttemptId]) -> Mapping[AttemptId, Owner]:
        return follow.owners(self._db, ids)

    def log_sizes(self, ids: Sequence[AttemptId]) -> Mapping[AttemptId, LogSize]:
        """Of those attempts that exist."""
        return logbook.sizes(self._db, ids)

    def newest_move(self) -> int:
        """Of all jobs."""
        return follow.newest_move(self._db)

    def changes(self, *, after: int) -> Changes:
        """Of all jobs, those of the next moves. A transaction that is not over may add moves that
        come before the last of them."""
        return follow.changes(self._db, after)

    # The fleet

    def nodes(self) -> Sequence[NodeView]:
        return fleet.nodes(self._db)

    def node(self, name: str) -> NodeView:
        return fleet.node(self._db, name)

    def drain(self, name: str, wanted: bool) -> None:
        """Let a node finish what it runs and take no more; or take it back into service."""
        fleet.drain(self._db, self._signals, name, wanted)

    def queues(self) -> Sequence[QueueView]:
        return fleet.queues(self._db)

    def check(self) -> dict[str, str]:
        """``postgres`` and ``redis``, each ``ok`` or what is wrong."""
        return self._health.check()

    # Who may call

    def create_token(
        self, name: str, scope: str, expires_at: datetime | None = None
    ) -> tuple[Token, str]:
        """The second is the secret, told this once. Conflict: the name is taken."""
        return access.create(self._db, name, scope, expires_at)

    def tokens(self) -> Sequence[Token]:
        return access.tokens(self._db)

    def revoke_token(self, name: str) -> None:
        access.revoke(self._db, name)
        self._callers.forget()

    def token(self, secret: str) -> Token | None:
        """None: unknown or expired."""
        return self._callers.verify(secret)
