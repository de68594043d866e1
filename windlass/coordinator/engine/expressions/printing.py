"""Values as text: the way Go prints them by default."""

import math
from collections.abc import Callable
from datetime import datetime

from windlass.coordinator.engine.expressions import dates
from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.values import Duration, is_list, is_map, kind

_PLAIN = range(-4, 6)  # exponents that are written without one
_LAST = 4
_RANKS = {"nil": 0, "int": 1, "float": 1, "string": 2, "bool": 3}


def show(budget: Budget, value: object) -> str:
    if type(value) is str:
        return value
    pieces: list[str] = []
    _write(budget, value, pieces.append)
    return "".join(pieces)


def _write(budget: Budget, value: object, write: Callable[[str], object]) -> None:
    budget.spend(1)
    if is_list(value):
        budget.text(2 + len(value))
        for index, item in enumerate(value):
            write(" " if index else "[")
            _write(budget, item, write)
        write("]" if value else "[]")
    elif is_map(value):
        budget.text(6 + 2 * len(value))
        for index, key in enumerate(sorted(value, key=rank)):
            write(" " if index else "map[")
            _write(budget, key, write)
            write(":")
            _write(budget, value[key], write)
        write("]" if value else "map[]")
    else:
        text = _scalar(value)
        budget.text(len(text))
        write(text)


def rank(key: object) -> tuple[int, object]:
    """Sorts keys of any kinds."""
    place = _RANKS.get(kind(key), _LAST)
    return place, str(key) if place == _LAST else key


def _scalar(value: object) -> str:
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime):
        return dates.show(value)
    if isinstance(value, Duration):
        return dates.show_duration(value)
    return str(value)


def number(value: float) -> str:
    """The shortest digits that give the number back; with an exponent below 1e-04 and from 1e+06
    on."""
    if not math.isfinite(value):
        return special(value)
    sign, digits, exponent = decompose(value)
    if exponent in _PLAIN:
        return sign + plain(digits, exponent)
    return sign + scientific(digits, exponent)


def special(value: float) -> str:
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def decompose(value: float) -> tuple[str, str, int]:
    """Sign, digits without leading or trailing zeros, and the exponent of the first digit."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    if not value:
        return sign, "0", 0
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) + len(digits) - len(fraction) - 1
    return sign, digits.rstrip("0"), exponent


def plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole, rest = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{whole}.{rest}" if rest else whole


def scientific(digits: str, exponent: int) -> str:
    rest = "." + digits[1:] if digits[1:] else ""
    return f"{digits[0]}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
