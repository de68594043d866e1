"""The progress files of the tasks that run here, looked at every now and then."""

import math
from dataclasses import dataclass
from uuid import UUID

from windlass.shared import logs
from windlass.shared.clock import Clock
from windlass.shared.events import AttemptProgressed
from windlass.worker.reporter import Reporter
from windlass.worker.runtimes.base import Run, RuntimeBroken
from windlass.worker.ticker import Ticker

EVERY = 2.0  # seconds
_LONGEST = 64  # bytes of a progress file that can hold a number

log = logs.logger("progress")


def parse_percent(content: bytes | None) -> float | None:
    """``42``, ``42.5`` or ``42%`` as 0 … 100; None when it says nothing of the kind."""
    if content is None or len(content) > _LONGEST:
        return None
    try:
        percent = float(content.decode().strip().removesuffix("%"))
    except ValueError:  # undecodable as well
        return None
    return min(100.0, max(0.0, percent)) if math.isfinite(percent) else None


@dataclass
class _Watched:
    run: Run
    last: float | None = None


class Progress:
    """Reports changes only."""

    def __init__(self, reporter: Reporter, clock: Clock, node: str) -> None:
        self._reporter = reporter
        self._clock = clock
        self._node = node
        self._watched: dict[UUID, _Watched] = {}
        self._ticker = Ticker("progress", self.look, every=EVERY)

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()

    def watch(self, attempt_id: UUID, run: Run) -> None:
        self._watched[attempt_id] = _Watched(run)

    def forget(self, attempt_id: UUID) -> None:
        self._watched.pop(attempt_id, None)

    def look(self) -> None:
        for attempt_id, watched in list(self._watched.items()):
            percent = self._percent(attempt_id, watched.run)
            if percent is None or percent == watched.last:
                continue
            watched.last = percent
            if attempt_id in self._watched:  # not ended while we looked
                self.tell(attempt_id, percent)

    def tell(self, attempt_id: UUID, percent: float, message: str = "") -> None:
        self._reporter.report(
            AttemptProgressed(
                attempt_id=attempt_id,
                node=self._node,
                at=self._clock.now(),
                percent=percent,
                message=message,
            )
        )

    def _percent(self, attempt_id: UUID, run: Run) -> float | None:
        try:
            return parse_percent(run.progress())
        except RuntimeBroken as problem:
            log.debug("progress.unreadable", attempt_id=str(attempt_id), problem=str(problem))
            return None
