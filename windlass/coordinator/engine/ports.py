"""What the engine needs from outside. The adapters are in coordinator.transport.

Any method may raise ``Away``: the other side cannot be reached now. Nothing the engine has
committed depends on a call here having worked; its loops repeat what did not get through.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from windlass.coordinator.engine.endings import Endings
from windlass.shared.lease import Standing, Verdict


class Away(Exception):
    """Redis cannot be reached now."""


@dataclass(frozen=True)
class Due:
    """An attempt to hand to the broker; ``message`` is an encoded ``RunAttempt``."""

    attempt_id: UUID
    queue: str
    priority: int
    message: str


class Publisher(Protocol):
    def check(self) -> None:
        """Raise ``Away`` where the broker would not take a message now. One cheap round trip."""

    def publish(self, batch: Sequence[Due]) -> None:
        """Open a ticket for each, then send one Celery message for each. May be repeated; where it
        raises, any part of the batch may have been sent."""

    def depth(self, queue: str) -> int:
        """How many messages wait at the broker for this queue."""


class Watch(Protocol):
    """A subscription to the changes of some jobs."""

    def wait(self, timeout: float) -> bool:
        """True as soon as something may have changed; False after ``timeout`` seconds."""


class Signals(Protocol):
    def wake_dispatch(self) -> None:
        """There may be due attempts. Never raises: the dispatcher polls as well."""

    def changed(self, job_ids: Sequence[UUID]) -> None:
        """Whoever watches these jobs, look again. Never raises."""

    def ended(self, endings: Endings) -> None:
        """For whoever counts: once, or never where the process ends first. Never raises."""

    def watch(self, job_ids: Sequence[UUID]) -> AbstractContextManager[Watch]:
        """Of these jobs; of all when empty. Works without Redis too, then by time alone."""

    def revoke(self, attempt_ids: Sequence[UUID]) -> Sequence[bool]:
        """Take back the tickets nobody has claimed; True where the attempt can no longer start."""

    def judge(self, attempt_ids: Sequence[UUID], verdict: Verdict, nodes: Sequence[str]) -> None:
        """Tell the holders, and nudge these nodes."""

    def standings(self, attempt_ids: Sequence[UUID]) -> Sequence[Standing]: ...

    def hold(self, job_ids: Sequence[UUID], held: bool) -> None:
        """Let no attempt of these jobs be claimed, for an hour at most, or again."""

    def drain(self, node: str, wanted: bool) -> None:
        """Let a node take no more attempts, or again."""

    def young(self) -> bool:
        """True while Redis came up (or was emptied) less than a lease time ago: what it does not
        know proves nothing."""

    def backlog(self) -> int:
        """Events that no engine has committed yet."""

    def log_delay(self) -> float:
        """For how many seconds the oldest piece of a log has been waiting to be committed; 0 where
        none is."""


class Reports(Protocol):
    """How far the engine has come with what workers reported."""

    def horizon(self) -> str:
        """The newest event there is."""

    def committed(self, horizon: str) -> bool:
        """Every event up to there has been committed by some engine."""
