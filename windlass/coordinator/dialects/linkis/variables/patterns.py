"""The second syntax: ``&{yyyy-MM-dd%-1d%+2M}``, a date written by a Java pattern."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from windlass.coordinator.dialects.linkis.variables.moments import shifted

_PLACE = re.compile(r"&\{([^{}\n]*+)\}")
_MOVE = re.compile(r"\s*+([+-]?[0-9]{1,7}+)([yMdHms])\s*+")
_PART = re.compile(r"'((?:[^']|'')*+)'|(([A-Za-z])\3*+)|([^A-Za-z']++)")
_YEAR = 12  # months
_STEPS = {"d": "days", "H": "hours", "m": "minutes", "s": "seconds"}
_SHORT = 3  # letters: a name is shortened

_Write = Callable[[datetime, int], str]


def _padded(part: Callable[[datetime], int]) -> _Write:
    return lambda at, width: f"{part(at):0{min(width, 20)}d}"


def _year(at: datetime, width: int) -> str:
    return f"{at.year % 100:02d}" if width == len("yy") else _padded(lambda _: at.year)(at, width)


def _month(at: datetime, width: int) -> str:
    if width < _SHORT:
        return _padded(lambda _: at.month)(at, width)
    return f"{at:%b}" if width == _SHORT else f"{at:%B}"


def _weekday(at: datetime, width: int) -> str:
    return f"{at:%a}" if width <= _SHORT else f"{at:%A}"


def _fraction(at: datetime, width: int) -> str:
    return f"{at:%f}"[:width].ljust(min(width, 9), "0")


_LETTERS: dict[str, _Write] = {
    "y": _year,
    "u": _year,
    "M": _month,
    "d": _padded(lambda at: at.day),
    "D": _padded(lambda at: at.timetuple().tm_yday),
    "H": _padded(lambda at: at.hour),
    "h": _padded(lambda at: at.hour % 12 or 12),
    "m": _padded(lambda at: at.minute),
    "s": _padded(lambda at: at.second),
    "S": _fraction,
    "E": _weekday,
    "a": lambda at, _: f"{at:%p}",
}


def replace_patterns(code: str, at: datetime) -> str:
    """What is no pattern, or moves by nothing that is known, stays as it is."""
    return _PLACE.sub(lambda found: _replaced(found[1], at) or found[0], code)


def _replaced(content: str, at: datetime) -> str | None:
    pattern, *moves = content.strip().split("%")
    moved = _moved(at, moves) if pattern else None
    return _written(pattern, moved) if moved else None


def _moved(at: datetime, moves: Sequence[str]) -> datetime | None:
    try:
        for move in moves:
            found = _MOVE.fullmatch(move)
            if found is None:
                return None
            at = _step(at, int(found[1]), found[2])
    except (OverflowError, ValueError):
        return None
    return at


def _step(at: datetime, count: int, unit: str) -> datetime:
    if unit in _STEPS:
        return at + timedelta(**{_STEPS[unit]: count})
    return shifted(at, count * (_YEAR if unit == "y" else 1))


def _written(pattern: str, at: datetime) -> str | None:
    written, end = [], 0
    while end < len(pattern):
        part = _PART.match(pattern, end)
        text = _part(part, at) if part else None
        if part is None or text is None:
            return None
        written.append(text)
        end = part.end()
    return "".join(written)


def _part(part: re.Match[str], at: datetime) -> str | None:
    if part[1] is not None:
        return part[1].replace("''", "'") or "'"
    if part[4] is not None:
        return part[4]
    write = _LETTERS.get(part[3])
    return write(at, len(part[2])) if write else None
