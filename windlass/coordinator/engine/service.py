"""Everything a door may ask of the engine.

Raises ``NotFound``, ``Conflict``, ``Invalid`` and ``Unavailable`` of ``engine.errors``; after any
of them nothing has changed. Reads never wait for Redis.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import IO
from uuid import UUID

from windlass.coordinator.engine import (
    access,
    answers,
    blobs,
    browse,
    cancel,
    check,
    fleet,
    health,
    kill,
    pause,
    restart,
    submit,
    tallies,
)
from windlass.coordinator.engine.answers import Answers
from windlass.coordinator.engine.blobs import Place
from windlass.coordinator.engine.errors import Problem
from windlass.coordinator.engine.observing import Observing
from windlass.coordinator.engine.outlook import Outlook
from windlass.coordinator.engine.ports import Signals, Watch
from windlass.coordinator.engine.schedules import Schedules
from windlass.coordinator.engine.templates import Templates
from windlass.coordinator.engine.views import (
    AttemptView,
    HistoryRow,
    JobFilter,
    JobView,
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


class Engine(Observing):
    def __init__(self, db: Database, signals: Signals) -> None:
        super().__init__(db)
        self._signals = signals
        self._callers = access.Callers(db)
        self._health = health.of(db, signals)
        self.outlook = Outlook(db)  # reads by numbered page
        self.schedules = Schedules(db, signals)  # what submits jobs by the clock
        self.templates = Templates(db, signals)

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

    def documents(self, ids: Sequence[JobId]) -> Mapping[JobId, str]:
        """Of those jobs that have one."""
        return browse.documents(self._db, ids)

    def newest_attempts(self, ids: Sequence[JobId]) -> Mapping[JobId, AttemptView]:
        """Of each job the newest of all its tasks, where there is any."""
        return browse.newest_attempts(self._db, ids)

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

    def answers(self, ids: Sequence[JobId]) -> Mapping[JobId, Answers]:
        """Of jobs whose composites consist of deliveries: how they were answered so far."""
        return answers.of_jobs(self._db, ids)

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

    # Files for jobs

    def put_file(self, place: Place, source: IO[bytes], limit: int) -> str:
        """Keep what ``source`` holds; its digest, for ``Parcel``. TooLarge: more than ``limit``."""
        return blobs.put(self._db, place, source, limit)

    def find_file(self, place: Place) -> str | None:
        """Its digest; the file stays for a while, and longer for a job that needs it."""
        return blobs.find(self._db, place)

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
