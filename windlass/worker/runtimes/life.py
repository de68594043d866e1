"""Watch and signal a process that is not our child, and never another that took its number.

Standard library only.
"""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import CLOCK_BOOTTIME, clock_gettime


@dataclass(frozen=True)
class Life:
    """One process, told from a later one with the same number."""

    pid: int
    start: int  # in clock ticks since boot
    began: float  # seconds since boot: whoever sets the clock does not touch it

    @classmethod
    def own(cls) -> "Life":
        pid = os.getpid()
        return cls(pid, start_of(pid) or 0, since_boot())

    @classmethod
    def parse(cls, text: str) -> "Life":
        pid, start, began = text.split()
        return cls(int(pid), int(start), float(began))

    def __str__(self) -> str:
        return f"{self.pid} {self.start} {self.began}"


def since_boot() -> float:
    return clock_gettime(CLOCK_BOOTTIME)


def start_of(pid: int) -> int | None:
    """In clock ticks since boot; None when there is no such process."""
    fields = stat(pid)
    return int(fields[19]) if fields else None


def stat(pid: int) -> list[bytes]:
    """Its fields after the name, which may itself hold anything; none when it has gone."""
    with suppress(OSError), open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()
    return []


@contextmanager
def watching(life: Life) -> Iterator[int | None]:
    """A descriptor that becomes readable when it ends; None when it has ended."""
    try:
        descriptor = os.pidfd_open(life.pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield descriptor if start_of(life.pid) == life.start else None
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


def lives(life: Life) -> bool:
    with watching(life) as descriptor:
        return not ends_within(descriptor, 0)
