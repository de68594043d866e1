"""A Postgres that has stopped answering without hanging up: its host is frozen, or its disk.

No timeout of the link ever ends a wait for it, since the kernel over there still acknowledges what
is sent. So it is asked something trivial every second, and once that takes too long all connections
are cut: whoever waits on one hears ``Unavailable``.
"""

from threading import Event, Thread
from time import monotonic

from windlass.coordinator.store.db import Database
from windlass.coordinator.store.errors import Unavailable

EVERY = 1.0  # seconds between two questions
PATIENCE = 4.0  # seconds for an answer: a busy server gives it in milliseconds


class Guard:
    """Over ``guarded``. Asks through a connection of its own, which no pool can withhold."""

    def __init__(self, url: str, guarded: Database, patience: float = PATIENCE) -> None:
        self._own = Database(url, pool_size=1)
        self._guarded = guarded
        self._patience = patience
        self._asked_at: float | None = None  # while no answer has come
        self._stop = Event()

    def start(self) -> None:
        for work in (self._ask, self._watch):
            Thread(target=work, daemon=True, name="postgres-guard").start()

    def stop(self) -> None:
        self._stop.set()

    def _ask(self) -> None:
        while not self._stop.wait(EVERY):
            self._asked_at = monotonic()
            try:
                with self._own.reading() as tx:
                    tx.one("SELECT 1 AS answer")
            except Unavailable:  # it says so: nobody waits for that
                pass
            self._asked_at = None
        self._own.close()

    def _watch(self) -> None:
        while not self._stop.wait(EVERY / 4):
            asked_at = self._asked_at
            if asked_at is not None and monotonic() - asked_at > self._patience:
                self._guarded.cut()
                self._own.cut()
