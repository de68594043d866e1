"""Looks whether the runtime can run anything; a node that cannot must not swallow work."""

from windlass.shared import logs
from windlass.worker.capacity import Capacity, Hold
from windlass.worker.runtimes.base import Runtime, RuntimeBroken
from windlass.worker.ticker import Ticker

EVERY = 5.0  # seconds

log = logs.logger("health")


class Health:
    def __init__(self, runtime: Runtime, capacity: Capacity) -> None:
        self._runtime = runtime
        self._capacity = capacity
        self._ticker = Ticker("health", self.check, every=EVERY)

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()

    def check(self) -> None:
        try:
            self._runtime.check()
        except RuntimeBroken as problem:
            log.warning("runtime.broken", problem=str(problem))
            self._capacity.hold(Hold.RUNTIME)
        else:
            self._capacity.release(Hold.RUNTIME)
