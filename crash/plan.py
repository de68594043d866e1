"""What a job of the stream is, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Document = Mapping[str, Any]


class Steer(Enum):
    """What its client does to the job on the way."""

    NOTHING = "nothing"
    CANCEL = "cancel"
    RESTART = "restart"  # once it has failed


@dataclass(frozen=True, kw_only=True)
class TaskPlan:
    """``failures``: so many of its first tries fail by themselves. ``text``: what each try writes,
    after a first line of its own; None where it may have been stopped in the middle."""

    state: str
    reason: str | None = None
    output: str | None = None
    failures: int = 0
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    kind: str
    document: Document
    state: str
    reason: str | None = None
    output: str | None = None
    steer: Steer = Steer.NOTHING
    epochs: int = 1
    tasks: Mapping[str, TaskPlan] = field(default_factory=dict)
