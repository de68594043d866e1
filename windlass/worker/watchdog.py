"""Ends a worker that has stopped asking for work though Redis is there, so that it is restarted.

Celery's consumer has been known to fall silent after a broken connection, with the process alive.
Nothing is lost by ending it: what runs here is taken up by the next worker.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from redis import Redis
from redis.exceptions import RedisError

from windlass.shared import logs
from windlass.shared.clock import Clock
from windlass.worker.ticker import Ticker

EXIT_STUCK = 75  # EX_TEMPFAIL: start me again
SILENCE = 30.0  # seconds
_EVERY = 2.0

log = logs.logger("watchdog")


@dataclass
class Pulse:
    """When the consumer last asked the broker for work, or chose not to."""

    clock: Clock
    last: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.beat()

    def beat(self) -> None:
        self.last = self.clock.monotonic()


class Watchdog:
    """``bark`` is called with an exit code, once."""

    def __init__(
        self,
        redis: "Redis",
        pulse: Pulse,
        bark: Callable[[int], None],
        silence: float = SILENCE,
    ) -> None:
        self._redis = redis
        self._pulse = pulse
        self._bark = bark
        self._silence = silence
        self._there_since = pulse.clock.monotonic()
        self._ticker = Ticker("watchdog", self.look, every=min(_EVERY, silence / 4))

    def start(self) -> None:
        self._pulse.beat()
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()

    def look(self) -> None:
        """The consumer is silent for a reason while Redis is away, and a little longer."""
        now = self._pulse.clock.monotonic()
        if not self._redis_is_there():
            self._there_since = self._pulse.clock.monotonic()
        elif now - max(self._pulse.last, self._there_since) > self._silence:
            log.critical("consumer.silent", seconds=round(now - self._pulse.last, 1))
            self._bark(EXIT_STUCK)

    def _redis_is_there(self) -> bool:
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False
