"""Whether what the engine stands on answers, told in time although it may be frozen.

A server that is stopped, or behind a wall that swallows packets, does not refuse: whoever asks it
hangs. So each is asked on a thread of its own, one at a time, and who cannot wait is told so.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from threading import Lock, Thread

from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.ports import Away, Signals
from windlass.coordinator.store import nodes as store
from windlass.coordinator.store.db import Database

PATIENCE = 2.0  # seconds

Ask = Callable[[], str]


class Health:
    """``asks``: name -> a question whose answer is ``ok`` or what is wrong."""

    def __init__(self, asks: Mapping[str, Ask], patience: float = PATIENCE) -> None:
        self._asks = asks
        self._patience = patience
        self._asked: dict[str, Future[str]] = {}
        self._lock = Lock()

    def check(self) -> dict[str, str]:
        with self._lock:
            asked = {name: self._question(name) for name in self._asks}
        wait(asked.values(), self._patience)
        return {
            name: future.result() if future.done() else f"no answer for {self._patience:g} s"
            for name, future in asked.items()
        }

    def _question(self, name: str) -> "Future[str]":
        """The one that is still open, if there is one."""
        before = self._asked.get(name)
        if before is not None and not before.done():
            return before
        future: Future[str] = Future()
        self._asked[name] = future
        Thread(target=_answer, args=(future, self._asks[name]), daemon=True).start()
        return future


def of(db: Database, signals: Signals) -> Health:
    return Health({"postgres": lambda: _postgres(db), "redis": lambda: _redis(signals)})


def _answer(future: "Future[str]", ask: Ask) -> None:
    try:
        future.set_result(ask())
    except Exception as problem:  # a question nobody waits for must not stay open
        future.set_result(f"{type(problem).__name__}: {problem}")


def _postgres(db: Database) -> str:
    try:
        with db.transaction() as tx:
            store.ping(tx)
    except Unavailable as problem:
        return str(problem)
    return "ok"


def _redis(signals: Signals) -> str:
    try:
        signals.backlog()
    except Away as problem:
        return str(problem)
    return "ok"
