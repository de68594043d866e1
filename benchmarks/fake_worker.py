"""A worker without runs: takes orders off the broker by the hundred, and reports each as done.

python -m benchmarks.fake_worker QUEUE, told by its environment what a worker is told. It ends with
its starter.
"""

import json
import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from benchmarks.stack import Up
from windlass.shared import keys, messages
from windlass.shared.events import AnyEvent, AttemptFinished, AttemptStarted
from windlass.shared.queues import broker_priority, transport_options
from windlass.shared.redis import connect
from windlass.shared.sealing import Ring, parse_ring
from windlass.shared.spec import DEFAULT_PRIORITY
from windlass.shared.streams import Outlet

NODE = "bench"
BATCH = 100
_WAIT = 1  # seconds


@contextmanager
def a_fake_worker(up: Up, queue: str) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.fake_worker", queue]
    environment = {
        **os.environ,
        "WINDLASS_REDIS_URL": up.running.redis_url,
        "WINDLASS_ORDER_KEYS": up.place.key("orders"),
    }
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as process:
        try:
            yield
        finally:
            process.terminate()


def main() -> None:
    redis: Any = connect(os.environ["WINDLASS_REDIS_URL"])
    outlet, ring = Outlet(redis), parse_ring(os.environ["WINDLASS_ORDER_KEYS"])
    line = _list_of(sys.argv[1])
    while True:
        found = redis.blmpop(_WAIT, 1, line, direction="RIGHT", count=BATCH)
        if found:
            outlet.publish([event for text in found[1] for event in _life(_order(text, ring))])


def _list_of(queue: str) -> str:
    """Where kombu keeps the messages of our default priority."""
    return f"{keys.kombu_prefix()}{queue}{transport_options()['sep']}" + str(
        broker_priority(DEFAULT_PRIORITY)
    )


def _order(text: bytes, ring: Ring) -> messages.RunAttempt:
    (message,), _, _ = json.loads(b64decode(json.loads(text)["body"]))
    return messages.decode(ring.open(message))


def _life(order: messages.RunAttempt) -> Sequence[AnyEvent]:
    id, now = order.attempt_id, datetime.now(UTC)
    return [
        AttemptStarted(attempt_id=id, node=NODE, at=now),
        AttemptFinished(attempt_id=id, node=NODE, at=now, exit_code=0),
    ]


if __name__ == "__main__":
    main()
