"""A thread that does one thing again and again."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from windlass.shared import logs

_FINISH_WITHIN = 15.0  # a step in progress may be waiting for Redis

log = logs.logger("ticker")


class Ticker:
    """Calls ``step`` every ``every`` seconds, and soon after ``wake``; outlives its exceptions.

    ``gap`` seconds lie between two steps at least, however often it is woken.
    """

    def __init__(
        self, name: str, step: Callable[[], None], every: float, *, gap: float = 0.0
    ) -> None:
        self._step: Final = step
        self._every = every
        self._gap = gap
        self._woken = Event()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(_FINISH_WITHIN)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self._step()
            except Exception:
                log.exception("step.failed", thread=self._thread.name)
            self._stopping.wait(self._gap)
            self._woken.wait(self._every)
