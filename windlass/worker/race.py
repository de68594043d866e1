"""Several runs of which the first to end decides. One thread waits for each."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from windlass.worker.runtimes.base import Exit, Run

T = TypeVar("T")
_Waiting = Callable[[], Exit | None]


class Race(Generic[T]):
    def __init__(self) -> None:
        self._ends: SimpleQueue[tuple[T, Exit | Exception]] = SimpleQueue()

    def enter(self, who: T, wait: _Waiting) -> None:
        """``wait`` returns how it ended; None where it has nothing to say."""

        def follow() -> None:
            try:
                exit = wait()
            except Exception as problem:
                self._ends.put((who, problem))
            else:
                if exit is not None:
                    self._ends.put((who, exit))

        Thread(target=follow, daemon=True).start()

    def first(self, patience: float | None = None) -> tuple[T, Exit]:
        """Who ended first, and how; what went wrong with waiting is raised. ``queue.Empty``:
        nobody did within ``patience`` seconds."""
        who, end = self._ends.get(timeout=patience)
        if isinstance(end, Exception):
            raise end
        return who, end


def stop_all(runs: Iterable[tuple[Run, float]]) -> None:
    """All at the same time, each with its grace."""
    stopping = list(runs)
    with ThreadPoolExecutor(max(1, len(stopping))) as pool:
        for done in [pool.submit(run.stop, grace) for run, grace in stopping]:
            done.result()
