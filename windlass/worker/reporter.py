"""Events to the stream, in order, held and repeated while Redis is away.

Nothing is kept on disk: what a killed worker had not reported, the next one finds out again from
the runs themselves.
"""

from collections import deque
from itertools import islice
from threading import Condition

from redis.exceptions import RedisError

from windlass.shared import logs
from windlass.shared.events import AnyEvent, AttemptProgressed
from windlass.shared.streams import Outlet
from windlass.worker.ticker import Ticker

_BATCH = 100
_AGAIN = 0.5  # seconds until the next try when Redis is away
_GAP = 0.01  # seconds between two batches: the first event goes at once, the next find company

log = logs.logger("reporter")


class Reporter:
    """Bounded by what is claimed here: an attempt reports its start, its end and its latest
    progress, and nothing is claimed while Redis is away."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._waiting: deque[AnyEvent] = deque()
        self._changes = Condition()
        self._away = False
        self._ticker = Ticker("reporter", self._send, every=_AGAIN, gap=_GAP)

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()

    def report(self, event: AnyEvent) -> None:
        """Never blocks. Progress replaces progress of the same attempt that has not left yet."""
        with self._changes:
            if isinstance(event, AttemptProgressed):
                self._forget_progress(event)
            if event not in self._waiting:
                self._waiting.append(event)
        self._ticker.wake()

    def flush(self, timeout: float) -> bool:
        """Wait until everything has left; False after ``timeout`` seconds."""
        with self._changes:
            return self._changes.wait_for(lambda: not self._waiting, timeout)

    def _forget_progress(self, newer: AttemptProgressed) -> None:
        for event in self._waiting:
            if isinstance(event, AttemptProgressed) and event.attempt_id == newer.attempt_id:
                self._waiting.remove(event)
                return

    def _send(self) -> None:
        while batch := self._next():
            try:
                self._outlet.publish(batch)
            except RedisError as problem:
                self._stay(problem, len(batch))
                return
            self._away = False
            self._sent(batch)

    def _next(self) -> list[AnyEvent]:
        with self._changes:
            return list(islice(self._waiting, _BATCH))

    def _sent(self, batch: list[AnyEvent]) -> None:
        """Progress may have been replaced while it was on its way."""
        with self._changes:
            for event in batch:
                if self._waiting and self._waiting[0] is event:
                    self._waiting.popleft()
            if not self._waiting:
                self._changes.notify_all()

    def _stay(self, problem: RedisError, waiting: int) -> None:
        if not self._away:
            log.warning("reports.held", problem=str(problem), waiting=waiting)
        self._away = True
