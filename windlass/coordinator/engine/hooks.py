"""What webhooks are told, and who puts it into words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from windlass.coordinator.engine.outlook_views import Execution, Placed
from windlass.coordinator.engine.people_views import User

Event = Literal["job.state", "job.progress", "task.state", "task.progress"]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One move of a job. ``placed``, ``execution`` and ``outputs`` are as they stand when it is
    told, which may be later; ``became`` is what the job, or the task, had become then."""

    move: int
    event: Event
    became: str
    at: datetime
    placed: Placed
    was: str | None = None  # before; None: it came to be
    reason: str = ""
    percent: float | None = None  # of a task that said how far it is
    execution: Execution | None = None  # of a move that is none of the job itself
    outputs: Mapping[str, str] = field(default_factory=dict)  # where a header may ask for them
    document: str | None = None  # the job's, as its door stored it
    owner: User | None = None  # the job's, where that is a user

    @property
    def is_of_task(self) -> bool:
        return self.event.startswith("task.")


class HookWords(Protocol):
    """A door's. Nothing secret is in what they give."""

    content_type: str

    def body(self, fact: Fact) -> bytes | None:
        """None: no news at this door."""

    def environment(self, fact: Fact) -> Mapping[str, object]:
        """What the condition of a webhook sees."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    url: str
    headers: Mapping[str, str]
    body: bytes


class Undeliverable(Exception):
    """Nothing was sent, and nothing will be: the address is none, or not allowed."""


Words = Callable[[str], HookWords | None]  # by the name of a door
Post = Callable[[Letter], int]  # the status; OSError: nobody answered
