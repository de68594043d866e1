"""Big totals are remembered for a moment: to count a hundred thousand jobs again for each look at a
page of them would take longer than the page does."""

from collections.abc import Callable, Hashable
from threading import Lock

from windlass.shared.clock import Clock, SystemClock

BIG = 10_000
REMEMBERED_FOR = 2.0  # seconds
_MOST = 1000


class Counts:
    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._known: dict[Hashable, tuple[int, float]] = {}
        self._lock = Lock()

    def get(self, what: Hashable, count: Callable[[], int]) -> int:
        """What ``count`` says, or said a moment ago if that was much."""
        now = self._clock.monotonic()
        with self._lock:
            found, until = self._known.get(what, (0, 0.0))
        if now < until:
            return found
        found = count()
        if found > BIG:
            self._keep(what, found)
        return found

    def _keep(self, what: Hashable, found: int) -> None:
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[what] = (found, self._clock.monotonic() + REMEMBERED_FOR)
