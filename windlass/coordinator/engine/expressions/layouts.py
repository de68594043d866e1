"""Go's way to say how a time is written: by how 2006-01-02 15:04:05 would be."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from windlass.coordinator.engine.expressions.problems import Fault

_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
MONTHS, DAYS = tuple(_MONTHS.split()), tuple(_DAYS.split())
_SHORT_MONTHS = tuple(name[:3] for name in MONTHS)
_SHORT_DAYS = tuple(name[:3] for name in DAYS)


@dataclass(frozen=True)
class Field:
    """One element of a layout: how it is written, what it looks like, which part it tells."""

    write: Callable[[datetime], str]
    pattern: str
    part: str


def _digits(format: str, pattern: str, part: str) -> Field:
    return Field(lambda time: time.strftime(format), pattern, part)


def _names(names: tuple[str, ...], index: Callable[[datetime], int], part: str) -> Field:
    return Field(lambda time: names[index(time)], "|".join(names), part)


def _offset(time: datetime, colon: str, zulu: bool) -> str:
    minutes = int((time.utcoffset() or timedelta()).total_seconds() // 60)
    if zulu and not minutes:
        return "Z"
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}{colon}{rest:02d}"


# Longest first: the layout is read from left to right.
_FIELDS = {
    "2006": Field(lambda time: f"{time.year:04d}", "[0-9]{4}", "year"),
    "January": _names(MONTHS, lambda time: time.month - 1, "month_name"),
    "Monday": _names(DAYS, lambda time: time.weekday(), ""),
    "Z07:00": Field(lambda time: _offset(time, ":", True), "Z|[+-][0-9]{2}:[0-9]{2}", "offset"),
    "-07:00": Field(lambda time: _offset(time, ":", False), "[+-][0-9]{2}:[0-9]{2}", "offset"),
    "-0700": Field(lambda time: _offset(time, "", False), "[+-][0-9]{4}", "offset"),
    ".000000": Field(lambda time: f".{time.microsecond:06d}", r"\.[0-9]{6}", "fraction"),
    ".000": Field(lambda time: f".{time.microsecond // 1000:03d}", r"\.[0-9]{3}", "fraction"),
    "Jan": _names(_SHORT_MONTHS, lambda time: time.month - 1, "month_name"),
    "Mon": _names(_SHORT_DAYS, lambda time: time.weekday(), ""),
    "MST": Field(lambda time: time.tzname() or "UTC", "[A-Z]{3,4}", "zone"),
    "01": _digits("%m", "[0-9]{2}", "month"),
    "02": _digits("%d", "[0-9]{2}", "day"),
    "03": _digits("%I", "[0-9]{2}", "hour12"),
    "04": _digits("%M", "[0-9]{2}", "minute"),
    "05": _digits("%S", "[0-9]{2}", "second"),
    "06": _digits("%y", "[0-9]{2}", "short_year"),
    "15": _digits("%H", "[0-9]{1,2}", "hour"),
    "PM": _digits("%p", "AM|PM", "half"),
    "1": Field(lambda time: str(time.month), "[0-9]{1,2}", "month"),
    "2": Field(lambda time: str(time.day), "[0-9]{1,2}", "day"),
    "3": Field(lambda time: str(time.hour % 12 or 12), "[0-9]{1,2}", "hour12"),
    "4": Field(lambda time: str(time.minute), "[0-9]{1,2}", "minute"),
    "5": Field(lambda time: str(time.second), "[0-9]{1,2}", "second"),
}
_ELEMENT = re.compile("|".join(map(re.escape, _FIELDS)))
_MAX_LAYOUT = 200
_PIVOT = 69  # two digits from here on mean the last century

COMMON = (
    "2006-01-02",
    "15:04:05",
    "2006-01-02 15:04:05",
    "2006-01-02T15:04:05Z07:00",
    "02 Jan 06 15:04 MST",
    "Monday, 02-Jan-06 15:04:05 MST",
    "Mon, 02 Jan 2006 15:04:05 MST",
)


def write(time: datetime, layout: str) -> str:
    _check(layout)
    return _ELEMENT.sub(lambda element: _FIELDS[element[0]].write(time), layout)


def read(text: str, layout: str, default: tzinfo = UTC) -> datetime:
    """Raises Fault. What the layout does not tell is the first of its kind."""
    _check(layout)
    fields = _ELEMENT.findall(layout)
    pieces = [re.escape(piece) for piece in _ELEMENT.split(layout)]
    pattern = pieces[0]
    for field, piece in zip(fields, pieces[1:], strict=True):
        fraction = r"(?:\.[0-9]{1,9})?" if field in {"05", "5"} and "\\." not in piece else ""
        pattern += f"({_FIELDS[field].pattern}){fraction}{piece}"
    found = re.fullmatch(pattern, text) if len(text) <= _MAX_LAYOUT else None
    if found is None:
        raise Fault(f'parsing time "{text[:_MAX_LAYOUT]}" as "{layout}": cannot parse')
    parts = {
        _FIELDS[field].part: value for field, value in zip(fields, found.groups(), strict=True)
    }
    try:
        return _assemble(parts, default)
    except (ValueError, OverflowError):
        raise Fault(f'parsing time "{text}": out of range') from None


def _check(layout: str) -> None:
    if len(layout) > _MAX_LAYOUT:
        raise Fault(f"a layout may have at most {_MAX_LAYOUT} characters")


def _assemble(parts: dict[str, str], default: tzinfo) -> datetime:
    return datetime(
        _year(parts),
        _month(parts),
        int(parts.get("day", 1)),
        _hour(parts),
        int(parts.get("minute", 0)),
        int(parts.get("second", 0)),
        int(parts.get("fraction", ".0")[1:].ljust(6, "0")),
        tzinfo=_zone(parts, default),
    )


def _year(parts: dict[str, str]) -> int:
    if "short_year" in parts:
        short = int(parts["short_year"])
        return short + (1900 if short >= _PIVOT else 2000)
    return int(parts.get("year", 1))


def _month(parts: dict[str, str]) -> int:
    if "month_name" in parts:
        return _SHORT_MONTHS.index(parts["month_name"][:3]) + 1
    return int(parts.get("month", 1))


def _hour(parts: dict[str, str]) -> int:
    if "hour12" in parts:
        return int(parts["hour12"]) % 12 + (12 if parts.get("half") == "PM" else 0)
    return int(parts.get("hour", 0))


def _zone(parts: dict[str, str], default: tzinfo) -> tzinfo:
    written = parts.get("offset", "")
    if written in {"", "Z"}:
        return UTC if written else default
    digits = written[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes))
