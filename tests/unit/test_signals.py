"""Signals that set an event, at the worst instruction."""

import signal
from contextlib import AbstractContextManager
from threading import Event
from typing import Any, cast

from windlass.shared.signals import reentrant_set


class Waited(Event):
    """As ``wait`` has it for a moment: its own lock is taken by the thread that waits."""

    def lock(self) -> AbstractContextManager[Any]:
        return cast(AbstractContextManager[Any], vars(self)["_cond"])


def test_a_signal_that_comes_while_the_events_own_lock_is_held_hangs_nothing() -> None:
    stop = Waited()
    want = reentrant_set(stop)
    before = signal.signal(signal.SIGUSR1, lambda number, frame: want())
    try:
        with stop.lock():
            signal.raise_signal(signal.SIGUSR1)
            assert not stop.is_set()
        assert stop.wait(20)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_signals_after_the_first_change_nothing() -> None:
    stop = Event()
    want = reentrant_set(stop)
    want()
    assert stop.wait(20)

    want()
    want()

    assert stop.is_set()
