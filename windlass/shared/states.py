"""The only definition of what states exist and which moves between them are legal."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[S]):
    """A table of rows whose ``state`` column may move only along ``edges``."""

    table: str
    edges: Mapping[S, Set[S]]

    def sources(self, to: S) -> list[S]:
        """The states from which a row may move to ``to``."""
        return [state for state, targets in self.edges.items() if to in targets]

    def is_final(self, state: S) -> bool:
        return state not in self.edges


class JobState(StrEnum):
    PENDING = "pending"  # accepted; nothing of it has started
    RUNNING = "running"  # at least one attempt has started
    COMPLETED = "completed"  # no task failed, but those that were allowed to
    FAILED = "failed"  # a task failed, time was up, or its output could not be rendered
    CANCELLED = "cancelled"  # a user asked


class TaskState(StrEnum):
    WAITING = "waiting"  # for the tasks it needs, or to be started
    ACTIVE = "active"  # has an attempt that is not over, or another to come
    COMPLETED = "completed"  # an attempt completed
    FAILED = "failed"  # its last attempt failed, or none could be made
    CANCELLED = "cancelled"  # its job ended early
    SKIPPED = "skipped"  # its condition said no, or what it needs did not complete


class AttemptState(StrEnum):
    PENDING = "pending"  # may be dispatched once run_after has passed
    SCHEDULED = "scheduled"  # handed to the broker
    RUNNING = "running"  # a node holds the lease
    COMPLETED = "completed"  # exit code 0
    FAILED = "failed"  # its reason says how
    CANCELLED = "cancelled"  # stopped, or never started, since its job ended early
    LOST = "lost"  # the lease ran out


class Reason(StrEnum):
    """Why something did not complete. Retry policy and every door's error words derive from it."""

    EXIT_CODE = "exit_code"  # the container ended with a code other than 0
    OOM = "oom"  # the kernel killed it for memory
    TIMEOUT = "timeout"  # the task's or the job's time was up
    IMAGE = "image"  # the image could not be had
    SETUP = "setup"  # the container could not be made or started
    REJECTED = "rejected"  # the node refuses what was asked (a bind source, a device)
    NODE_LOST = "node_lost"  # the node fell silent; charged to the infrastructure
    POISON = "poison"  # lost too often
    CANCELLED = "cancelled"  # a user asked
    GENERATOR = "generator"  # what it wrote describes no tasks that could be added
    TEMPLATE = "template"  # an expression could not be evaluated
    TASK_FAILED = "task_failed"  # of a job: one of its tasks failed
    CONDITION = "condition"  # of a skipped task: its own `if` said no
    UPSTREAM = "upstream"  # of a skipped task: what it needs did not complete


# One letter per state, for thousands of tasks at once.
LETTERS: Mapping[TaskState, str] = {
    TaskState.WAITING: "w",
    TaskState.ACTIVE: "a",
    TaskState.COMPLETED: "c",
    TaskState.FAILED: "f",
    TaskState.CANCELLED: "x",
    TaskState.SKIPPED: "s",
}

_A = AttemptState
_REPORTED = frozenset({_A.COMPLETED, _A.FAILED, _A.CANCELLED})

# Reports may overtake one another, so a state may be skipped but never revisited.
ATTEMPT = Lifecycle(
    "attempt",
    {
        _A.PENDING: {_A.SCHEDULED, _A.RUNNING} | _REPORTED,
        _A.SCHEDULED: {_A.RUNNING, _A.LOST} | _REPORTED,
        _A.RUNNING: {_A.LOST} | _REPORTED,
    },
)

_T = TaskState

TASK = Lifecycle(
    "task",
    {
        _T.WAITING: {_T.ACTIVE, _T.FAILED, _T.CANCELLED, _T.SKIPPED},
        _T.ACTIVE: {_T.COMPLETED, _T.FAILED, _T.CANCELLED},
    },
)

_J = JobState
_ENDED = frozenset({_J.COMPLETED, _J.FAILED, _J.CANCELLED})

JOB = Lifecycle(
    "job",
    {
        _J.PENDING: {_J.RUNNING} | _ENDED,
        _J.RUNNING: _ENDED,
    },
)

# Failures of the machinery: retried apart from the user's limit, up to the poison cap.
INFRASTRUCTURE = frozenset({Reason.NODE_LOST})
