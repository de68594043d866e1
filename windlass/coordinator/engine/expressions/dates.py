"""Times and durations: read and written in Go's layouts."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.values import Duration, wrap

_SECOND = 1_000_000_000
_UNITS = {"ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000}
_UNITS |= {"s": _SECOND, "m": 60 * _SECOND, "h": 3_600 * _SECOND}
_PART = re.compile(r"([0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(ns|us|µs|μs|ms|s|m|h)")
_MAX_WRITTEN = 200


def duration(text: str) -> Duration:
    """``1h30m``, ``-1.5s``, ``0``."""
    body = text.removeprefix("-").removeprefix("+") if text[1:2] not in {"-", "+"} else ""
    if body == "0":
        return Duration(0)
    if not body or len(body) > _MAX_WRITTEN:
        raise Fault(f'time: invalid duration "{text[:_MAX_WRITTEN]}"')
    total, at = 0, 0
    for part in _PART.finditer(body):
        if part.start() != at:
            break
        at = part.end()
        total += _part(part[1], _UNITS[part[2]])
    if at != len(body) or wrap(total) != total:
        raise Fault(f'time: invalid duration "{text}"')
    return Duration(-total if text.startswith("-") else total)


def _part(number: str, unit: int) -> int:
    whole, _, fraction = number.partition(".")
    scale: int = 10 ** len(fraction)
    return int(whole or 0) * unit + int(fraction or 0) * unit // scale


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
