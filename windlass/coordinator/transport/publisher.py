"""Attempts to the broker: a ticket each, then a Celery message each.

Messages are written as Celery's own client writes them (task protocol 2), through one kombu channel
and in one pipeline a batch; Celery itself need not be loaded for it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from kombu import Connection, Producer
from kombu.exceptions import KombuError
from redis import RedisError

from windlass.coordinator.engine.ports import Away, Due
from windlass.shared import keys
from windlass.shared.lease import Leases
from windlass.shared.messages import TASK_NAME
from windlass.shared.queues import broker_priority, transport_options

_PIPELINE = 1000  # commands
_NO_EMBED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


class CeleryPublisher:
    """A broken channel is made anew on the next call; nothing is retried here."""

    def __init__(self, redis_url: str, leases: Leases) -> None:
        # Kombu puts messages in one pipeline only where nothing is repeated behind its back.
        options = {**transport_options(), "retry_on_timeout": False}
        self._template = Connection(redis_url, transport_options=options)
        self._connection: Connection | None = None
        self._leases = leases
        self._producer: Any = None  # its stubs do not know of batches
        self._lock = Lock()

    def check(self) -> None:
        """By writing: a Redis that is full, or a replica, answers but takes no message."""
        with self._channel() as producer:
            producer.channel.client.set(keys.BROKER_PROBE, "", px=1)

    def publish(self, batch: Sequence[Due]) -> None:
        with self._channel() as producer:
            self._leases.issue([due.attempt_id for due in batch])
            with producer.batch(_PIPELINE):
                for due in batch:
                    _send(producer, due)

    def depth(self, queue: str) -> int:
        with self._channel() as producer:
            # Not passively: kombu then looks for the queue without the prefix of its keys.
            return int(producer.channel.queue_declare(queue).message_count)

    def close(self) -> None:
        with self._lock:
            self._forget()

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        with self._lock:
            try:
                if self._producer is None:
                    self._connection = self._template.clone()
                    self._producer = Producer(self._connection.channel())
                yield self._producer
            except (RedisError, KombuError, OSError) as problem:
                self._forget()
                raise Away(f"Redis: {problem}") from problem

    def _forget(self) -> None:
        self._producer = None
        if self._connection is not None:
            self._connection.close()


def _send(producer: Any, due: Due) -> None:
    id = str(due.attempt_id)
    producer.publish(
        ((due.message,), {}, _NO_EMBED),
        exchange="",
        routing_key=due.queue,
        serializer="json",
        priority=broker_priority(due.priority),
        correlation_id=id,
        headers={
            "lang": "py",
            "task": TASK_NAME,
            "id": id,
            "root_id": id,
            "parent_id": None,
            "group": None,
            "eta": None,
            "expires": None,
            "retries": 0,
            "timelimit": [None, None],
            "argsrepr": "",
            "kwargsrepr": "",
            "origin": "windlass",
            "ignore_result": True,
        },
    )
