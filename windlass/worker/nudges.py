"""Hears the engine's call to look at the verdicts now. A nudge that is missed costs seconds."""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from threading import Event, Thread
from typing import Any, cast

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from windlass.shared import keys, logs

_LISTEN = 1.0  # seconds; also how long ``stop`` may take
_DEAF = 3  # health checks without an answer

log = logs.logger("nudges")


class Nudges:
    """Calls everybody in ``heard`` on each, from a thread and a connection of its own."""

    def __init__(self, redis: "Redis", node: str, heard: Sequence[Callable[[], None]]) -> None:
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
                with closing(cast(Any, self._redis).pubsub()) as channel:
                    self._listen(channel)
            except (RedisError, OSError) as problem:
                log.debug("nudges.away", problem=str(problem))
                self._stopping.wait(_LISTEN)

    def _listen(self, channel: PubSub) -> None:
        channel.subscribe(self._channel)
        while not self._stopping.is_set():
            message = channel.get_message(timeout=_LISTEN)
            if message is not None:  # a subscription as well: what came before it was missed
                for hear in self._heard:
                    hear()
            if channel.health_check_response_counter >= _DEAF:
                with suppress(RedisError):
                    channel.reset()
                return
