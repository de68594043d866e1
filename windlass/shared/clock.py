"""Time as an argument: code that must know the time takes a Clock."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Wall time, aware, in UTC: for showing, never for measuring."""

    def monotonic(self) -> float:
        """Seconds that never jump: for measuring."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
