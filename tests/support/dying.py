"""What is run in a process of its own, and does not live to see its end."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from windlass.coordinator.store.db import Database, Tx


class DeadBeforeCommit(Database):
    """Killed when everything has been done, and nothing committed."""

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        with super().transaction() as tx:
            yield tx
            die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def died(main: Callable[..., None], *words: str) -> bool:
    """By SIGKILL. ``main`` has to be found by its name."""
    child = multiprocessing.get_context("spawn").Process(target=main, args=words)
    child.start()
    child.join()
    return child.exitcode == -signal.SIGKILL
