"""Nudges on their way out: whoever gives one waits for nobody, and many at a time are one.

The first goes at once, those that follow within ``GAP`` go together. Nudges may be lost, so none is
kept while Redis is away.
"""

from collections import defaultdict
from collections.abc import Iterable
from threading import Event, Lock, Thread
from time import sleep

from redis import Redis, RedisError

GAP = 0.005
SILENCE = 1.0  # seconds after one did not get through


class Herald:
    """Its thread starts with the first nudge, so a process may fork before."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._lock = Lock()
        self._waiting: dict[str, set[bytes]] = defaultdict(set)
        self._given = Event()
        self._thread: Thread | None = None
        self._closing = False

    def close(self) -> None:
        """What was said leaves; nothing goes out after it. Before the client is closed."""
        with self._lock:
            self._closing, thread = True, self._thread
        self._given.set()
        if thread is not None:
            thread.join()

    def say(self, channel: str, words: Iterable[bytes] = ()) -> None:
        """Each of ``words`` once, one behind the other; or just the channel."""
        with self._lock:
            self._waiting[channel].update(words)
            if self._thread is None and not self._closing:
                self._thread = Thread(target=self._run, name="herald", daemon=True)
                self._thread.start()
        self._given.set()

    def _run(self) -> None:
        closing = False
        while not closing:
            self._given.wait()
            self._given.clear()
            closing = self._closing
            gap = GAP if self._publish() else SILENCE
            sleep(0 if closing else gap)

    def _publish(self) -> bool:
        with self._lock:
            waiting, self._waiting = self._waiting, defaultdict(set)
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for channel, words in waiting.items():
                    pipe.publish(channel, b"".join(words))
                pipe.execute()
        except (RedisError, OSError, ValueError):
            return False
        return True
