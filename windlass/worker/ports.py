"""Ports of a machine whose tasks share its network: one attempt at a time is there to listen on
each, of those that this worker runs."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

_LOOK = 0.1  # seconds

_locks: defaultdict[int, Lock] = defaultdict(Lock)


@contextmanager
def alone(port: int, stopping: Event) -> Iterator[bool]:
    """Waits for those before it; False where ``stopping`` was set before its turn."""
    lock = _locks[port]
    while not lock.acquire(timeout=_LOOK):
        if stopping.is_set():
            yield False
            return
    try:
        yield True
    finally:
        lock.release()
