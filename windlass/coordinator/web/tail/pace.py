"""When a stream looks: on a nudge, at the latest after a while, never in a frenzy."""

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from random import randint
from threading import Event
from time import monotonic
from typing import Protocol

from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.ports import Watch
from windlass.coordinator.web.tail.frames import frame, moment

POLL = 2.0  # seconds without a nudge after which it looks anyhow
SOONEST = 0.05  # seconds between looks that nudges ask for
BEAT = 10.0
_HEAR = 1.0  # seconds until it is heard that the process closes
_OUTAGE = 1.0


class Tail(Protocol):
    """Something that is looked at again and again."""

    ended: bool

    def look(self, since: float) -> Iterator[bytes]:
        """Frames of what is new, as known at ``since`` (monotonic) or later."""

    def rest(self) -> float:
        """Seconds until it wants to look again without a nudge; 0: there is more at once."""

    def mark(self) -> str:
        """Whoever has seen all up to here resumes with this."""


def stream(tail: Tail, watching: AbstractContextManager[Watch], closing: Event) -> Iterator[bytes]:
    """Until ``tail`` has ended or the process closes. While Postgres is away, only beats."""
    with watching as watch:
        pace = _Pace(tail, watch, closing)
        since = monotonic()
        while not closing.is_set():
            try:
                yield from tail.look(since)
                rest = tail.rest()
            except Unavailable:
                closing.wait(_OUTAGE)
                rest = _OUTAGE
            if tail.ended:
                return
            since = yield from pace.wait(rest)
    # Spread, so that not all come to the next process at once.
    yield frame("bye", {"retry": randint(500, 5000)}, tail.mark())  # noqa: S311 - jitter


class _Pace:
    def __init__(self, tail: Tail, watch: Watch, closing: Event) -> None:
        self._tail = tail
        self._watch = watch
        self._closing = closing
        self._beaten = monotonic()

    def wait(self, rest: float) -> Generator[bytes, None, float]:
        """Since when whatever is read now is new enough."""
        looked = monotonic()
        while (left := looked + rest - monotonic()) > 0 and not self._closing.is_set():
            yield from self._beat()
            if self._watch.wait(min(left, _HEAR)):
                woken = monotonic()
                self._closing.wait(max(0.0, looked + SOONEST - woken))
                return woken
        yield from self._beat()
        return monotonic()

    def _beat(self) -> Iterator[bytes]:
        if monotonic() - self._beaten >= BEAT:
            self._beaten = monotonic()
            yield frame("beat", {"at": moment(datetime.now(UTC))}, self._tail.mark())
