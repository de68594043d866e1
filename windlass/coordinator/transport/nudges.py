"""One thread per process hears every nudge in Redis and passes it on to whoever waits here.

It starts with the first that waits, so a process may fork before, and connects again by itself.
Nudges may be lost; whoever waits looks again after a while anyhow.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Any
from uuid import UUID

import structlog
from redis import Redis, RedisError

from windlass.coordinator.engine.loop import pause
from windlass.shared import keys
from windlass.shared.hearing import hear

QUIET = 5.0  # seconds without a word after which the line is tested
ALL_CHANNELS = (keys.DISPATCH_NUDGE, keys.JOBS_NUDGE)
_ID = 16  # bytes

Subject = UUID | str  # a job; or a channel, and with it everything said there

_log = structlog.get_logger()


class LocalWatch:
    """See ``ports.Watch``."""

    def __init__(self) -> None:
        self._event = Event()

    def notify(self) -> None:
        self._event.set()

    def wait(self, timeout: float) -> bool:
        changed = self._event.wait(timeout)
        self._event.clear()
        return changed


class Nudges:
    """Of ``channels``, and of no other: each word costs whoever hears it."""

    def __init__(self, redis: Redis, channels: Sequence[str] = ALL_CHANNELS) -> None:
        self._redis = redis
        self._channels = channels
        self._lock = Lock()
        self._listeners: dict[Subject, set[Callable[[], None]]] = defaultdict(set)
        self._thread: Thread | None = None
        self._stop = Event()

    def listen(self, subjects: Sequence[Subject], notify: Callable[[], None]) -> None:
        """Call ``notify`` from the reading thread on each nudge there; it must not block."""
        with self._lock:
            for subject in subjects:
                self._listeners[subject].add(notify)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="nudges", daemon=True)
                self._thread.start()

    def forget(self, subjects: Sequence[Subject], notify: Callable[[], None]) -> None:
        with self._lock:
            for subject in subjects:
                self._listeners[subject].discard(notify)
                if not self._listeners[subject]:
                    del self._listeners[subject]

    @contextmanager
    def watch(self, job_ids: Sequence[UUID]) -> Iterator[LocalWatch]:
        """Of all jobs when empty."""
        watch = LocalWatch()
        subjects: Sequence[Subject] = job_ids or ALL_CHANNELS
        self.listen(subjects, watch.notify)
        try:
            yield watch
        finally:
            self.forget(subjects, watch.notify)

    def close(self) -> None:
        """The thread ends at its next word."""
        self._stop.set()

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                for message in hear(self._redis, self._channels, self._stop, QUIET):
                    failures = 0
                    self._pass_on(message)
            except (RedisError, OSError, ValueError) as problem:
                if self._stop.is_set():
                    return
                failures += 1
                if failures == 1:
                    _log.warning("nudges.lost", error=str(problem))
                self._stop.wait(pause(failures))

    def _pass_on(self, message: Mapping[str, Any]) -> None:
        with self._lock:
            if message["type"] == "subscribe":  # what was said before, nobody heard
                found = set().union(*self._listeners.values())
            else:
                subjects = _subjects(message["channel"].decode(), message["data"])
                found = set().union(*(self._listeners.get(one, ()) for one in subjects))
        for notify in found:
            notify()


def _subjects(channel: str, said: bytes) -> list[Subject]:
    ids = said if channel == keys.JOBS_NUDGE else b""
    return [channel, *(UUID(bytes=ids[at : at + _ID]) for at in range(0, len(ids) - _ID + 1, _ID))]
