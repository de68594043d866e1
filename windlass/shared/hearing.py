"""Listen to what is published in Redis, over a line that may die without a word."""

from collections.abc import Iterator, Mapping, Sequence
from threading import Event
from typing import Any, cast

from redis import Redis

_WORDS = {"subscribe", "message"}


def hear(
    redis: Redis, channels: Sequence[str], stop: Event, quiet: float
) -> Iterator[Mapping[str, Any]]:
    """What is said there, over one connection, until ``stop``; first a ``subscribe`` for each, for
    what was said before nobody heard. After ``quiet`` seconds without a word the line is tested:
    ConnectionError when it no longer answers. RedisError, OSError."""
    with cast(Any, redis).pubsub() as subscription:
        subscription.subscribe(*channels)
        is_tested = False
        while not stop.is_set():
            message = subscription.get_message(timeout=quiet)
            if message is not None:
                is_tested = False
                if message["type"] in _WORDS:
                    yield message
            elif is_tested:
                raise ConnectionError("no answer")
            else:
                is_tested = True
                subscription.ping()
