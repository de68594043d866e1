"""Celery's worker, on a thread of its own: the main thread is for signals."""

from collections.abc import Callable
from threading import Thread
from time import monotonic, sleep
from typing import Any, cast

from celery import Celery
from celery.worker import WorkController, state

from windlass.shared import logs
from windlass.worker.app import INTAKE_THREADS
from windlass.worker.consumer import look_again
from windlass.worker.watchdog import Pulse

EXIT_CONSUMER = 70  # EX_SOFTWARE: Celery's worker ended by itself
_POLL = 0.02

log = logs.logger("intake")


class Intake:
    """``died`` is called, with an exit code, when it ends without having been told to."""

    def __init__(self, app: Celery, node: str, queues: tuple[str, ...], pulse: Pulse) -> None:
        self._app = app
        self._node = node
        self._queues = queues
        self._pulse = pulse
        self._stopping = False
        self._controller: WorkController | None = None
        self._died: Callable[[int], None] = _nobody
        self._thread = Thread(target=self._run, name="intake", daemon=True)

    def start(self, died: Callable[[int], None]) -> None:
        self._died = died
        self._app.set_default()  # where threads of Celery's pool look for the task
        self._controller = WorkController(
            app=self._app,
            hostname=f"windlass@{self._node}",
            pool_cls="threads",
            concurrency=INTAKE_THREADS,
            queues=self._queues,
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
        )
        self._thread.start()

    def settle(self, timeout: float) -> bool:
        """Wait until nothing is asked of the broker any more; False after ``timeout`` seconds.
        Nothing must be wanted by now: a message on its way is let in, and handed back."""
        began = monotonic()
        while self._pulse.last < began or state.reserved_requests:
            if monotonic() - began > timeout or not self._thread.is_alive():
                return False
            sleep(_POLL)
        return True

    def stop(self, timeout: float) -> None:
        self._stopping = True
        state.should_stop = cast(Any, 0)
        hub = getattr(self._controller, "hub", None)
        if hub is not None:
            hub.call_soon(look_again)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        try:
            assert self._controller is not None  # noqa: S101 - it has been started
            self._controller.start()
        except BaseException:
            log.exception("consumer.broke")
        if not self._stopping:
            self._died(EXIT_CONSUMER)


def _nobody(code: int) -> None:
    """Replaced by ``start``."""
