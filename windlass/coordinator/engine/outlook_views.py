"""What doors of numbered pages look at: jobs page by page, everything a job set in motion, and
logs in parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from windlass.coordinator.engine.views import AttemptView, JobView, TaskView
from windlass.coordinator.store.standings import Condition, Owned
from windlass.shared.ids import AttemptId
from windlass.shared.messages import RunAttempt

__all__ = [
    "Condition",
    "Execution",
    "LogPart",
    "Numbered",
    "Owned",
    "PartFilter",
    "Placed",
    "Running",
    "Standing",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Numbered(Generic[T]):
    """One page, and how many items all pages hold."""

    items: Sequence[T]
    total: int


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A job and where it is: the position, from 0, of the first task that is not over or ended
    badly, and how far that is, in percent."""

    job: JobView
    at: int | None
    at_progress: float


@dataclass(frozen=True, kw_only=True)
class Execution:
    """An attempt of a task; or the task itself, where it has none. ``order`` is what the worker
    got; ``tries`` counts the attempts before, since the job was last restarted."""

    task: TaskView
    attempt: AttemptView | None = None
    order: RunAttempt | None = None
    tries: int = 0

    @property
    def id(self) -> UUID:
        return self.attempt.id if self.attempt else self.task.id


@dataclass(frozen=True, kw_only=True)
class LogPart:
    """``number`` counts from 1 within its attempt. ``text`` is presentable."""

    attempt_id: AttemptId
    number: int
    text: str
    stored_at: datetime


@dataclass(frozen=True, kw_only=True)
class PartFilter:
    """``hidden``: what the text must not show, so that no search can tell of it either."""

    words: str | None = None
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A job with its newest attempt. ``furthest``: percent, of all its tasks, and never less than
    before. ``told``: nothing more of what the attempt wrote will come."""

    job: JobView
    attempt: AttemptView | None
    furthest: float
    told: bool


@dataclass(frozen=True)
class Running:
    """Right now: jobs, and attempts."""

    jobs: int
    tasks: int
