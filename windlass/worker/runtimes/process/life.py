"""Watch and signal a process that is not our child, and never another that took its number."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from windlass.worker.runtimes.process import tree
from windlass.worker.runtimes.process.directory import Life


@contextmanager
def watching(life: Life) -> Iterator[int | None]:
    """A descriptor that becomes readable when it ends; None when it has ended."""
    try:
        descriptor = os.pidfd_open(life.pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield descriptor if tree.start_of(life.pid) == life.start else None
    finally:
        os.close(descriptor)


def ends_within(descriptor: int | None, seconds: float | None) -> bool:
    """Whether it ended; None waits for ever."""
    if descriptor is None:
        return True
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(None if seconds is None else seconds * 1000))


def tell(life: Life, number: signal.Signals) -> None:
    """Nothing happens when it has ended."""
    with watching(life) as descriptor:
        if descriptor is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, number)
