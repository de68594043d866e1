"""One thread per process hears every nudge in Redis and passes it on to whoever waits here.

It starts with the first that waits, so a process may fork before, and connects again by itself.
Nudges may be lost; whoever waits looks again after a while anyhow.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Any, cast
from uuid import UUID

import structlog
from redis import Redis, RedisError

from windlass.coordinator.engine.loop import pause
from windlass.shared import keys

QUIET = 5.0  # seconds without a word after which the line is tested
EVERYTHING = keys.NUDGES.removesuffix("*")

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
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._lock = Lock()
        self._listeners: dict[str, set[Callable[[], None]]] = defaultdict(set)
        self._thread: Thread | None = None
        self._stop = Event()

    def listen(self, channels: Sequence[str], notify: Callable[[], None]) -> None:
        """Call ``notify`` from the reading thread on each nudge there; it must not block."""
        with self._lock:
            for channel in channels:
                self._listeners[channel].add(notify)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="nudges", daemon=True)
                self._thread.start()

    def forget(self, channels: Sequence[str], notify: Callable[[], None]) -> None:
        with self._lock:
            for channel in channels:
                self._listeners[channel].discard(notify)
                if not self._listeners[channel]:
                    del self._listeners[channel]

    @contextmanager
    def watch(self, job_ids: Sequence[UUID]) -> Iterator[LocalWatch]:
        """Of all jobs when empty."""
        watch = LocalWatch()
        channels = [keys.job_nudge(id) for id in job_ids] or [EVERYTHING]
        self.listen(channels, watch.notify)
        try:
            yield watch
        finally:
            self.forget(channels, watch.notify)

    def close(self) -> None:
        """The thread ends at its next word."""
        self._stop.set()

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                self._read()
            except (RedisError, OSError, ValueError) as problem:
                if self._stop.is_set():
                    return
                failures += 1
                if failures == 1:
                    _log.warning("nudges.lost", error=str(problem))
                self._stop.wait(pause(failures))
            else:
                failures = 0

    def _read(self) -> None:
        """One connection, as long as it answers."""
        with cast(Any, self._redis).pubsub() as subscription:
            subscription.psubscribe(keys.NUDGES)
            silences = 0
            while not self._stop.is_set():
                message = cast(Any, subscription.get_message(timeout=QUIET))
                if message is not None:
                    silences = 0
                    self._pass_on(message)
                elif silences:
                    raise ConnectionError("no answer")
                else:
                    silences += 1
                    subscription.ping()

    def _pass_on(self, message: dict[str, Any]) -> None:
        with self._lock:
            if message["type"] == "psubscribe":  # what was said before, nobody heard
                found = {notify for group in self._listeners.values() for notify in group}
            elif message["type"] == "pmessage":
                channel = message["channel"].decode()
                found = set().union(
                    *(self._listeners.get(name, ()) for name in (channel, EVERYTHING))
                )
            else:
                return
        for notify in found:
            notify()
