"""What the engine shows of what it holds. Frozen; times are aware and in UTC, durations seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from windlass.coordinator.engine.people_views import Identity
from windlass.coordinator.engine.template_views import TemplateView
from windlass.shared.ids import AttemptId, JobId, ScheduleId, TaskId
from windlass.shared.spec import JobSpec, TaskSpec
from windlass.shared.states import AttemptState, JobState, Reason, TaskState

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """``next`` and ``prev`` are opaque cursors; None where there is nothing that way."""

    items: Sequence[T]
    next: str | None = None
    prev: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobView:
    id: JobId
    door: str
    external_id: str | None
    owner: str
    name: str
    description: str
    state: JobState
    reason: Reason | None
    error: str
    cancelling: bool  # an early end is wanted and not reached yet
    paused: bool = False  # nothing of it starts until it is resumed
    epoch: int
    priority: int
    queue: str
    tags: tuple[str, ...]
    spec: JobSpec  # without its tasks
    total: int
    ended: int
    failed: int
    output: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    schedule_id: ScheduleId | None = None  # what made it
    why: "Why | None" = None  # of one job, not of lists
    parent_task: TaskId | None = None  # of another job, which started this one
    wanted: str | None = None  # an early end: cancelled, timeout or task_failed; stays once it came
    wanted_at: datetime | None = None
    template_id: UUID | None = None  # it was made of
    template_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Why:
    """The first failure of a job: where to look."""

    task_id: TaskId
    task: str
    reason: Reason | None
    error: str
    exit_code: int | None
    attempt_id: AttemptId | None
    last_lines: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class TaskView:
    id: TaskId
    job_id: JobId
    position: int
    key: str
    name: str
    var: str | None
    state: TaskState
    reason: Reason | None
    error: str
    waiting_on: int
    allow_failure: bool
    queue: str
    priority: int
    spec: TaskSpec
    attempts: int
    exit_code: int | None
    output: str | None
    progress: float
    message: str  # what its runtime is busy with, or why no node can run it
    started_at: datetime | None
    ended_at: datetime | None
    attempt_id: AttemptId | None  # the newest
    node: str | None  # of the newest
    attempt_state: AttemptState | None = None  # of the newest
    needs: Sequence[str] = ()  # keys; at most 100
    waiting_for: Sequence[str] = ()  # keys, of one task, not of lists; at most 20
    kind: str = ""  # parallel, each or subjob; empty: it runs a container
    parent: TaskId | None = None  # the composite it is a part of
    size: int = 0  # children of this epoch
    done: int = 0  # of them ended
    path: tuple[int, ...] = ()  # of a part: the place of the job's own task, then within each
    item_index: int | None = None  # of its element, from 0
    subjob_id: JobId | None = None  # the newest it started


@dataclass(frozen=True)
class Tally:
    """So many tasks of a job are in this state; of active ones the newest attempt's as well.
    ``again``: that is not their first."""

    state: TaskState
    attempt: AttemptState | None
    again: bool
    tasks: int


@dataclass(frozen=True, kw_only=True)
class AttemptView:
    id: AttemptId
    task_id: TaskId
    job_id: JobId
    number: int
    epoch: int
    state: AttemptState
    reason: Reason | None
    error: str
    exit_code: int | None
    node: str | None
    queue: str
    run_after: datetime
    published_at: datetime | None
    settled: bool  # nothing more of it will come, its log included
    log_bytes: int | None  # known when it ended
    log_lines: int | None
    log_sha256: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    id: int
    job_id: JobId
    entity: str  # job, task or attempt
    entity_id: str
    was: str | None
    became: str
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NodeView:
    name: str
    hostname: str
    runtime: str
    version: str
    queues: tuple[str, ...]
    slots: int
    running: int
    attempts: tuple[str, ...]  # those running
    cpus: float
    memory: int
    disk_free: int
    state: str  # active, draining, drained, left or silent
    joined_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class QueueView:
    name: str
    pending: int  # attempts not with the broker yet, backoff included
    scheduled: int  # with the broker
    running: int
    oldest_at: datetime | None  # of those not running
    nodes: int  # active ones that serve it


@dataclass(frozen=True, kw_only=True)
class LogPiece:
    """Bytes of a log with their place: ``first_line`` counts newlines before them."""

    first_byte: int
    first_line: int
    lines: int
    stream: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class LogSize:
    """What is stored so far, without a gap. ``lines`` counts newlines."""

    bytes: int
    lines: int
    complete: bool  # the attempt is over, and this is all it wrote
    ended: bool  # no more will come, be it complete or not


@dataclass(frozen=True, kw_only=True)
class Token:
    id: str
    name: str
    scope: str  # read, submit or admin; each includes those before it
    acts_for: str | None = None  # username
    user: Identity | None = None  # the same, of a token that has just been brought
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Session:
    """``proof``: the door's own words for why it was granted."""

    username: str
    proof: str
    expired: bool  # not used for too long


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """All given must hold. ``q`` matches beginnings of words of name and description."""

    states: tuple[JobState, ...] = ()
    door: str | None = None
    tags: tuple[str, ...] = ()
    queue: str | None = None
    owner: str | None = None
    q: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    states: tuple[TaskState, ...] = ()
    q: str | None = None  # beginning of its name
    children: bool = False  # parts of composites as well, of earlier epochs included


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What comes with a spec. ``fingerprint`` guards an idempotency key against another body;
    ``checked``: the engine has found no problem with this very spec before."""

    spec: JobSpec
    door: str
    checked: bool = False
    owner: str = ""
    external_id: str | None = None
    numbered: bool = False  # its external id is the next number of its door
    document: str | None = None
    idempotency_key: str | None = None
    fingerprint: str = ""
    template: TemplateView | None = None  # it is made of
    schedule_id: ScheduleId | None = None


@dataclass(frozen=True, kw_only=True)
class Submitted:
    job_id: JobId
    created: bool  # False: the idempotency key was known, and this is the job it made
    view: JobView | None = None  # where it is known without reading the job again


@dataclass(frozen=True, kw_only=True)
class Totals:
    by_state: Mapping[str, int] = field(default_factory=dict)
