"""Somebody who follows a stream of events, and nudges that reach them without Redis."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Event, Thread
from typing import Any
from uuid import UUID

from tests.support.fakes import FakeSignals
from tests.support.sse import Heard, parsed
from tests.support.waiting import until
from windlass.coordinator.engine.ports import Watch


class LocalSignals(FakeSignals):
    """Nudges within this process; none at all while ``deaf``."""

    def __init__(self) -> None:
        super().__init__()
        self.deaf = False
        self._condition = Condition()
        self._nudges = 0

    def changed(self, job_ids: Sequence[UUID]) -> None:
        with self._condition:
            self._nudges += not self.deaf
            self._condition.notify_all()

    @contextmanager
    def watch(self, job_ids: Sequence[UUID]) -> Iterator[Watch]:
        yield _Watch(self._condition, lambda: self._nudges)


class _Watch:
    def __init__(self, condition: Condition, count: Callable[[], int]) -> None:
        self._condition = condition
        self._count = count
        self._heard = count()

    def wait(self, timeout: float) -> bool:
        with self._condition:
            nudged = self._condition.wait_for(lambda: self._count() != self._heard, timeout)
            self._heard = self._count()
        return nudged


class Listener:
    """Takes frames on a thread of its own."""

    def __init__(self, frames: Iterator[bytes]) -> None:
        self.heard: list[Heard] = []
        self.has_ended = Event()
        self._thread = Thread(target=self._listen, args=(frames,), daemon=True)
        self._thread.start()

    def of(self, kind: str) -> list[Any]:
        return [heard.data for heard in self.heard if heard.kind == kind]

    def text(self) -> str:
        return text_of(self.of("log"))

    def end(self, timeout: float = 20.0) -> Any:
        until(self.has_ended.is_set, timeout)
        return self.heard[-1].data

    def _listen(self, frames: Iterator[bytes]) -> None:
        for frame in frames:
            self.heard.append(parsed(frame))
        self.has_ended.set()


def text_of(logs: Sequence[Any]) -> str:
    """As a client puts it together."""
    return "".join("\n".join(log["lines"]) + "\n" * (not log["partial"]) for log in logs)
