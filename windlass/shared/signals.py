"""Signals that set an event.

A handler runs in the middle of whatever the main thread does, and that may be ``event.wait()`` with
the event's lock held: ``event.set()`` in the handler would then wait for the thread it interrupts,
for ever. ``SimpleQueue.put`` is the one step that Python promises to be reentrant.
"""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Thread


def reentrant_set(event: Event) -> Callable[[], None]:
    """What a signal's handler may call at any instruction; ``event`` is set by another thread."""
    rings: SimpleQueue[None] = SimpleQueue()

    def hear() -> None:
        rings.get()
        event.set()

    Thread(target=hear, name="signals", daemon=True).start()
    return lambda: rings.put(None)
