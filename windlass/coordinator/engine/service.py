"""Everything a door may ask of the engine.

Raises ``NotFound``, ``Conflict``, ``Full``, ``Invalid`` and ``Unavailable`` of ``engine.errors``;
after any of them nothing has changed. Reads never wait for Redis.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import IO
from uuid import UUID

from windlass.coordinator.engine import (
    access,
    blobs,
    browse,
    cancel,
    check,
    fleet,
    health,
    kill,
    pause,
    restart,
    sessions,
    submit,
    tallies,
)
from windlass.coordinator.engine.errors import NotFound, Problem
from windlass.coordinator.engine.observing import Observing
from windlass.coordinator.engine.outlook import Outlook
from windlass.coordinator.engine.passwords import Passwords
from windlass.coordinator.engine.people import People
from windlass.coordinator.engine.people_views import Identity
from windlass.coordinator.engine.ports import Signals, Watch
from windlass.coordinator.engine.schedules import Schedules
from windlass.coordinator.engine.sight import Sight, Viewer
from windlass.coordinator.engine.templates import Templates
from windlass.coordinator.engine.views import (
    AttemptView,
    HistoryRow,
    JobFilter,
    JobView,
    NodeView,
    Page,
    QueueView,
    Session,
    Submission,
    Submitted,
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
        super().__init__(db, Sight(db))
        self._signals = signals
        self._callers = access.Callers(db)
        self._passwords = Passwords(db)
        self.people = People(db)
        self._health = health.of(db, signals)
        self.outlook = Outlook(db, self._sees)  # reads by numbered page
        self.schedules = Schedules(db, signals, self._sees)  # what submits jobs by the clock
        self.templates = Templates(db, signals, self._sees)

    def seen_by(self, viewer: Viewer | None) -> "Engine":
        """The same, showing what they may see; None: everything."""
        if viewer is None:
            return self
        seen = copy(self)
        seen._sees = Sight(self._db, viewer)
        seen.outlook = self.outlook.seen_by(seen._sees)
        seen.schedules = Schedules(self._db, self._signals, seen._sees)
        seen.templates = Templates(self._db, self._signals, seen._sees)
        return seen

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
        with another body before. Full: no more may wait in its group."""
        made = submit.submit(self._db, self._signals, submission)
        return made if made.view else replace(made, view=browse.job(self._db, made.job_id))

    def job(self, id: JobId) -> JobView:
        """With ``why``."""
        return browse.job(self._db, self._sees.job(id))

    def find(self, door: str, external_id: str) -> JobId:
        """The job behind a door's own id."""
        return self._found(browse.find(self._db, door, external_id), external_id)

    def _found(self, id: JobId, external_id: str) -> JobId:
        if self._sees.jobs([id]):
            return id
        raise NotFound(f"there is no job {external_id}")

    def jobs(self, filter: JobFilter, *, limit: int, cursor: str | None = None) -> Page[JobView]:
        """Newest first. A cursor that is not ours is Invalid."""
        return browse.jobs(self._db, filter, self._sees, limit=limit, cursor=cursor)

    def count(self, filter: JobFilter, *, most: int = 1001) -> int:
        """How many match, counted no further than ``most``."""
        return browse.count(self._db, filter, self._sees, most=most)

    def totals(self) -> Totals:
        return browse.totals(self._db, self._sees)

    def document(self, id: JobId) -> str | None:
        """As its door received it; may hold secrets."""
        return browse.document(self._db, self._sees.job(id))

    def documents(self, ids: Sequence[JobId]) -> Mapping[JobId, str]:
        """Of those jobs that have one."""
        return browse.documents(self._db, self._sees.jobs(ids))

    def newest_attempts(self, ids: Sequence[JobId]) -> Mapping[JobId, AttemptView]:
        """Of each job the newest of all its tasks, where there is any."""
        return browse.newest_attempts(self._db, self._sees.jobs(ids))

    def history(self, id: JobId, *, after: int = 0, limit: int = 200) -> Sequence[HistoryRow]:
        """Oldest first."""
        return browse.history(self._db, self._sees.job(id), after=after, limit=limit)

    def cancel(self, id: JobId) -> None:
        """Ask; the state follows. Cancelling again is no error. Conflict: it is over already."""
        cancel.cancel(self._db, self._signals, self._sees.job(id))

    def restart(self, id: JobId) -> int:
        """Reopen a job that failed or was cancelled, keeping what completed; the new epoch.
        Conflict: it is not over, or it completed."""
        return restart.restart(self._db, self._signals, self._sees.job(id))

    def rerun(self, id: TaskId) -> int:
        """Reopen a job that is over for this task and whatever follows from it; the new epoch."""
        return restart.rerun(self._db, self._signals, self._sees.task(id))

    def pause(self, id: JobId) -> None:
        """What runs goes on, nothing else starts. Pausing again is no error. Conflict: it is
        over."""
        pause.pause(self._db, self._signals, self._sees.job(id))

    def resume(self, id: JobId) -> None:
        pause.resume(self._db, self._signals, self._sees.job(id))

    def kill(self, id: TaskId) -> None:
        """Cancel one task; the job goes on without what depends on it. No error where it is over
        already."""
        kill.kill(self._db, self._signals, self._sees.task(id))

    def delete(self, id: JobId) -> None:
        """With all its logs and history. Conflict: it is not over."""
        restart.delete(self._db, self._sees.job(id))

    def watch(self, job_ids: Sequence[JobId]) -> AbstractContextManager[Watch]:
        return self._signals.watch(self._sees.jobs(job_ids))

    # Tasks and attempts

    def tasks(
        self, job_id: JobId, filter: TaskFilter, *, limit: int, cursor: str | None = None
    ) -> Page[TaskView]:
        """In the order of the spec."""
        return browse.tasks(self._db, self._sees.job(job_id), filter, limit=limit, cursor=cursor)

    def task(self, id: TaskId) -> TaskView:
        """With ``waiting_for``."""
        return browse.task(self._db, self._sees.task(id))

    def task_named(self, job_id: JobId, key: str) -> TaskId:
        return tallies.task_named(self._db, self._sees.job(job_id), key)

    def around(self, task: TaskView) -> tuple[Sequence[str], Sequence[str]]:
        """Keys of the tasks it needs, and of those that need it, by position."""
        return tallies.around(self._db, self._sees.job(task.job_id), task.position)

    def task_states(self, job_id: JobId) -> Sequence[TaskState]:
        """Of every task, by position."""
        return browse.task_states(self._db, self._sees.job(job_id))

    def edges(self, job_id: JobId) -> Sequence[tuple[int, int]]:
        """(parent, child) positions, sorted."""
        return browse.edges(self._db, self._sees.job(job_id))

    def attempts(self, task_id: TaskId) -> Sequence[AttemptView]:
        """Oldest first."""
        return browse.attempts(self._db, self._sees.task(task_id))

    def attempt(self, id: AttemptId) -> AttemptView:
        return browse.attempt(self._db, self._sees.attempt(id))

    def job_attempts(
        self, id: JobId, *, after: UUID | None = None, limit: int = 200
    ) -> Sequence[AttemptView]:
        """Of all its tasks, oldest first: what a merged log is made of."""
        return browse.job_attempts(self._db, self._sees.job(id), after=after, limit=limit)

    # Files for jobs

    def put_file(self, place: blobs.Place, source: IO[bytes], limit: int) -> str:
        """Keep what ``source`` holds; its digest, for ``Parcel``. TooLarge: more than ``limit``."""
        return blobs.put(self._db, place, source, limit)

    def find_file(self, place: blobs.Place) -> str | None:
        """Its digest; the file stays for a while, and longer for a job that needs it."""
        return blobs.find(self._db, place)

    # The fleet

    def nodes(self) -> Sequence[NodeView]:
        return [self._seen_node(node) for node in fleet.nodes(self._db)]

    def node(self, name: str) -> NodeView:
        return self._seen_node(fleet.node(self._db, name))

    def _seen_node(self, node: NodeView) -> NodeView:
        """How busy it is may be known, not with what."""
        if self._sees.is_whole or not node.attempts:
            return node
        seen = self._sees.attempts([AttemptId(UUID(id)) for id in node.attempts])
        return replace(node, attempts=tuple(map(str, seen)))

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
        self, name: str, scope: str, expires_at: datetime | None = None, user: str | None = None
    ) -> tuple[Token, str]:
        """With its secret, told this once. ``user``: for whom it acts. Conflict: a taken name."""
        return access.create(self._db, name, scope, expires_at, user)

    def tokens(self) -> Sequence[Token]:
        return access.tokens(self._db)

    def revoke_token(self, name: str) -> None:
        access.revoke(self._db, name)
        self._callers.forget()

    def token(self, secret: str) -> Token | None:
        """None: unknown or expired."""
        return self._callers.verify(secret)

    def begin_session(self, door: str, username: str, proof: str) -> str:
        """Its secret, told this once."""
        return sessions.begin(self._db, door, username, proof)

    def session(self, door: str, secret: str, idle: float) -> Session | None:
        """None: unknown. Used within ``idle`` seconds, it may be used for as many again."""
        return sessions.find(self._db, door, secret, idle)

    def end_session(self, secret: str) -> None:
        """No error where there is none."""
        sessions.end(self._db, secret)

    def identify(self, username: str, password: str) -> Identity | None:
        """None: unknown, another password, or disabled. A change is heard of within seconds."""
        return self._passwords.verify(username, password)

    def people_changed(self) -> None:
        """Users or roles, here and just now."""
        self._passwords.forget()
        self._callers.forget()
