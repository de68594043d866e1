"""Ends one run, and remembers why."""

from threading import Event, Lock, Thread

from windlass.shared import logs
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Run, RuntimeBroken

_AGAIN = 0.5  # seconds after a stop that failed

log = logs.logger("stopper")


class Stopper:
    """The first reason counts; one that comes after the end does not."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._lock = Lock()
        self._run: Run | None = None
        self._reason: Reason | None = None
        self._ended = Event()
        self._thread: Thread | None = None

    @property
    def reason(self) -> Reason | None:
        return self._reason

    def ask(self, reason: Reason) -> None:
        """Never blocks. Before there is a run, it is stopped as soon as there is one."""
        with self._lock:
            if self._ended.is_set() or self._reason is not None:
                return
            self._reason = reason
            self._stop()

    def attach(self, run: Run) -> None:
        with self._lock:
            self._run = run
            if self._reason is not None:
                self._stop()

    def ended(self) -> Reason | None:
        """It has ended: because we wanted it, and why. Waits for a stop in progress, which must
        not meet a run that is being removed."""
        with self._lock:
            self._ended.set()
        if self._thread is not None:
            self._thread.join()
        return self._reason

    def _stop(self) -> None:
        if self._run is not None:
            self._thread = Thread(target=self._insist, args=(self._run,), daemon=True)
            self._thread.start()

    def _insist(self, run: Run) -> None:
        """Until it works or the run has ended: nobody asks a second time."""
        while True:
            try:
                run.stop(self._grace)
            except RuntimeBroken as problem:
                log.warning("stop.failed", problem=str(problem))
            else:
                return
            if self._ended.wait(_AGAIN):
                return
