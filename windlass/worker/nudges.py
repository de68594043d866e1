"""Hears the engine's call to look at the verdicts now. A nudge that is missed costs seconds."""

from collections.abc import Callable, Sequence
from threading import Event, Thread

from redis import Redis
from redis.exceptions import RedisError

from windlass.shared import keys, logs
from windlass.shared.hearing import hear

_LISTEN = 1.0  # seconds; also how long ``stop`` may take

log = logs.logger("nudges")


class Nudges:
    """Calls everybody in ``heard`` on each, from a thread and a connection of its own."""

    def __init__(self, redis: Redis, node: str, heard: Sequence[Callable[[], None]]) -> None:
        self._redis = redis
        self._channel = keys.node_channel(node)
        self._heard = heard
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="nudges", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2 * _LISTEN)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                # A subscription as well: what came before it was missed.
                for _ in hear(self._redis, [self._channel], self._stopping, _LISTEN):
                    for look in self._heard:
                        look()
            except (RedisError, OSError) as problem:
                log.debug("nudges.away", problem=str(problem))
                self._stopping.wait(_LISTEN)
