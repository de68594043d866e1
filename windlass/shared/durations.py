"""Durations as people write them: ``90``, ``"1h30m"``, ``"250ms"``. Seconds inside the program."""

import re

LONGEST = 366 * 24 * 3600.0  # a year: longer is a slip of the keyboard

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(ms|[smhd])")


def parse_duration(text: str | float) -> float:
    """Seconds. ValueError, in words fit for a user, unless it lies in 0 … 366 days."""
    seconds = _seconds(text)
    if not 0 <= seconds <= LONGEST:
        raise ValueError(f"must lie between 0 and {int(LONGEST / 86400)} days")
    return seconds


def _seconds(text: str | float) -> float:
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ValueError("must be a duration such as 90, 10s, 5m or 1h30m")
    if not isinstance(text, str):
        return float(text)
    compact = text.strip().lower()
    parts = _PART.findall(compact)
    if not parts or "".join(number + unit for number, unit in parts) != compact:
        raise ValueError("must be a duration such as 10s, 5m, 1h30m or 250ms")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def show_duration(seconds: float) -> str:
    """``93.0`` as ``1m33s``; under a minute with one decimal."""
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m{rest:02}s" if hours else f"{minutes}m{rest:02}s"
