"""A worker without a runtime: claims what the broker brings and reports at once that it is done."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from queue import Empty
from threading import Event, Thread
from typing import Any
from uuid import UUID

from kombu import Connection
from kombu.exceptions import KombuError
from redis import RedisError

from windlass.shared import messages
from windlass.shared.events import AttemptFinished, AttemptStarted
from windlass.shared.lease import Leases
from windlass.shared.queues import transport_options
from windlass.shared.redis import connect
from windlass.shared.streams import Outlet

NODE = "fake-node"


class FakeWorker:
    def __init__(self, redis_url: str, queue: str = "default") -> None:
        self.claimed: list[UUID] = []
        self.refused: list[UUID] = []  # messages whose ticket was spent
        self._url = redis_url
        self._queue = queue
        self._stop = Event()

    def run(self) -> None:
        while not self._stop.is_set():
            with suppress(KombuError, RedisError, OSError):
                self._work()

    def stop(self) -> None:
        self._stop.set()

    def _work(self) -> None:
        redis = connect(self._url)
        with Connection(self._url, transport_options=transport_options()) as connection:
            queue = connection.SimpleQueue(self._queue)
            while not self._stop.is_set():
                with suppress(Empty):
                    message = queue.get(timeout=0.2)
                    self._take(redis, messages.decode(message.payload[0][0]))
                    message.ack()

    def _take(self, redis: Any, order: messages.RunAttempt) -> None:
        id = order.attempt_id
        if not Leases(redis).claim(id, NODE):
            self.refused.append(id)
            return
        self.claimed.append(id)
        now = datetime.now(UTC)
        Outlet(redis).publish(
            [
                AttemptStarted(attempt_id=id, node=NODE, at=now),
                AttemptFinished(attempt_id=id, node=NODE, at=now, exit_code=0),
            ]
        )


@contextmanager
def a_worker(redis_url: str) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    thread = Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()
