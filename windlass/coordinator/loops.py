"""The engine's background work, each piece in a thread of its own."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic

from windlass.coordinator.engine.loop import Step, name_of, run

_ENDING = {signal.SIGTERM, signal.SIGINT}
LAST_WORDS = 4.0  # seconds a step may take to come to its end; it may be cut short at any time


@dataclass(frozen=True)
class Loop:
    """``nudged``: whoever nudges the dispatcher means this one too, though no more often than every
    ``gap`` seconds."""

    step: Step
    every: float
    nudged: bool = False
    gap: float = 0.0
    wake: Event = field(default_factory=Event)


def in_batches(name: str, act: Callable[[], int], full: int) -> Step:
    """A step of something that says how much it did: after a full batch it goes on at once."""

    def step() -> float:
        return 0.0 if act() >= full else float("inf")

    step.__name__ = name
    return step


def waking(other: Loop, step: Step) -> Step:
    """The same step; ``other`` has something to look at after it."""

    def both() -> float:
        rest = step()
        other.wake.set()
        return rest

    both.__name__ = name_of(step)
    return both


def run_all(loops: Sequence[Loop], until: Callable[[], object]) -> None:
    """Until ``until`` returns; then as long as the steps take to end, within reason."""
    stop = Event()
    threads = [
        Thread(daemon=True, target=run, args=(loop.step, loop.every, loop.wake, stop, loop.gap))
        for loop in loops
    ]
    for thread in threads:
        thread.start()
    until()
    stop.set()
    for loop in loops:
        loop.wake.set()
    deadline = monotonic() + LAST_WORDS
    for thread in threads:
        thread.join(max(0.0, deadline - monotonic()))


def wake_all(loops: Sequence[Loop]) -> None:
    for loop in loops:
        if loop.nudged:
            loop.wake.set()


def mask_signals() -> None:
    """Call it before the first thread starts: they inherit it, and only ``signalled`` hears."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)


def signalled() -> None:
    """Returns at SIGTERM or SIGINT."""
    signal.sigwait(_ENDING)
