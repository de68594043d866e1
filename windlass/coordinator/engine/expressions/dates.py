"""Times and durations: read and written in Go's layouts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.values import Duration, wrap
from windlass.shared.golang import durations

_SECOND = 1_000_000_000
_UNITS = {"ns": 1, "µs": 1_000, "ms": 1_000_000}
_MAX_WRITTEN = 200


def duration(text: str) -> Duration:
    """``1h30m``, ``-1.5s``, ``0``."""
    try:
        return Duration(durations.nanoseconds(text[:_MAX_WRITTEN]))
    except ValueError as problem:
        raise Fault(str(problem)) from None


def show_duration(value: Duration) -> str:
    nanoseconds = abs(value.nanoseconds)
    sign = "-" if value.nanoseconds < 0 else ""
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < _SECOND:
        name = next(name for name in ("ms", "µs", "ns") if nanoseconds >= _UNITS[name])
        return f"{sign}{_decimal(nanoseconds, _UNITS[name])}{name}"
    minutes, rest = divmod(nanoseconds, 60 * _SECOND)
    hours, minutes = divmod(minutes, 60)
    text = f"{_decimal(rest, _SECOND)}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return sign + (f"{hours}h{text}" if hours else text)


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    fraction = str(unit + rest)[1:].rstrip("0") if rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)


def shift(time: datetime, nanoseconds: int) -> datetime:
    try:
        return time + timedelta(microseconds=nanoseconds // 1_000)
    except OverflowError:
        raise Fault("the time is out of range") from None


def between(left: datetime, right: datetime) -> Duration:
    return Duration(wrap((left - right) // timedelta(microseconds=1) * 1_000))


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        raise Fault(f"unknown time zone {name[:64]}") from None


def now() -> datetime:
    return datetime.now(UTC)


def show(time: datetime) -> str:
    """2026-01-02 15:04:05.123 +0000 UTC"""
    fraction = f".{time.microsecond:06d}".rstrip("0") if time.microsecond else ""
    return f"{time:%Y-%m-%d %H:%M:%S}{fraction} {time:%z} {time.tzname() or ''}".rstrip()
