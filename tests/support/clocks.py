"""A clock that a test moves by hand."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class HandClock:
    def __init__(self) -> None:
        self._passed = 0.0

    def pass_(self, seconds: float) -> None:
        self._passed += seconds

    def now(self) -> datetime:
        return _EPOCH + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return 1000.0 + self._passed
