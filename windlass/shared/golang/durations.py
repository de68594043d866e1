"""Durations as Go writes them: ``1h30m``, ``-1.5s``, ``300ms``; the unit is never left out."""

import re

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60 * 1_000_000_000,
    "h": 3600 * 1_000_000_000,
}
_PART = re.compile(r"([0-9]*)(?:(\.)([0-9]*))?")
_UNIT = re.compile(r"[^.0-9]*")
_MOST = 1 << 63  # nanoseconds; one more than fits, but for negative ones
_PRECISE = 18  # digits of a fraction
_PRINTABLE = range(ord(" "), 0x80)


def parse(text: str) -> float:
    """Seconds. ValueError in Go's words."""
    return nanoseconds(text) / 1_000_000_000


def nanoseconds(text: str) -> int:
    """Likewise."""
    negative = text.startswith("-")
    rest = text[1:] if text[:1] in {"-", "+"} else text
    if rest == "0":
        return 0
    total = 0
    while rest or not total:
        part, rest = _part(text, rest)
        total += part
        if total > _MOST or not rest:
            break
    if total > _MOST - (not negative):
        raise ValueError(f"time: invalid duration {quote(text)}")
    return -total if negative else total


def is_duration(text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _part(text: str, rest: str) -> tuple[int, str]:
    """Nanoseconds of the first number and unit, and what follows."""
    number = _PART.match(rest)
    digits, _, fraction = number.groups() if number else ("", "", "")
    whole = digits.lstrip("0") or digits[:1]
    end = number.end() if number else 0
    if not (whole or fraction) or len(whole) > len(str(_MOST)):
        raise ValueError(f"time: invalid duration {quote(text)}")
    unit_at = _UNIT.match(rest, end)
    unit = unit_at[0] if unit_at else ""
    if not unit:
        raise ValueError(f"time: missing unit in duration {quote(text)}")
    if unit not in _UNITS:
        raise ValueError(f"time: unknown unit {quote(unit)} in duration {quote(text)}")
    value = int(whole or 0) * _UNITS[unit]
    if value > _MOST:
        raise ValueError(f"time: invalid duration {quote(text)}")
    digits = (fraction or "")[:_PRECISE]
    part = int(digits or 0) * _UNITS[unit] // 10 ** len(digits)
    return value + part, rest[end + len(unit) :]


def quote(text: str) -> str:
    """As Go's package of times does it: by bytes, and none escaped by a letter."""
    return '"' + "".join(map(_quoted, text.encode("utf-8", "replace"))) + '"'


def _quoted(byte: int) -> str:
    if byte not in _PRINTABLE:
        return f"\\x{byte:02x}"
    return f"\\{byte:c}" if byte in b'"\\' else f"{byte:c}"
