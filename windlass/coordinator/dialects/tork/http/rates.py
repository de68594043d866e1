"""How many requests a second each client may send; a second's worth of them at once."""

import time
from collections.abc import Callable
from threading import Lock

_FORGOTTEN = 180.0  # seconds without a request


class Rates:
    """Of one process."""

    def __init__(self, rate: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._lock = Lock()
        self._left: dict[str, tuple[float, float]] = {}  # requests, and when that was
        self._cleaned = monotonic()

    def take(self, client: str) -> bool:
        """False: this one is too many."""
        now = self._monotonic()
        with self._lock:
            self._clean(now)
            left, at = self._left.get(client, (float(self._rate), now))
            left = min(float(self._rate), left + (now - at) * self._rate)
            taken = left >= 1
            self._left[client] = (left - taken, now)
        return taken

    def _clean(self, now: float) -> None:
        if now - self._cleaned > _FORGOTTEN:
            self._cleaned = now
            recent = self._left.items()
            self._left = {who: known for who, known in recent if now - known[1] < _FORGOTTEN}
