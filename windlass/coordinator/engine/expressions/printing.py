"""Values as text: the way Go prints them by default."""

import math
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from windlass.coordinator.engine.expressions import dates
from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.values import Duration, is_list, is_map, kind

_RANKS = {"nil": 0, "int": 1, "float": 1, "string": 2, "bool": 3}


def show(budget: Budget, value: object) -> str:
    if type(value) is str:
        return value
    return "".join(_pieces(budget, value))


def _pieces(budget: Budget, value: object) -> Iterator[str]:
    budget.spend(1)
    if is_list(value):
        yield "["
        for index, item in enumerate(value):
            yield " " if index else ""
            yield from _pieces(budget, item)
        yield "]"
    elif is_map(value):
        yield "map["
        for index, key in enumerate(sorted(value, key=rank)):
            yield " " if index else ""
            yield from _pieces(budget, key)
            yield ":"
            yield from _pieces(budget, value[key])
        yield "]"
    else:
        text = _scalar(value)
        budget.text(len(text))
        yield text


def rank(key: object) -> tuple[int, object]:
    """Sorts keys of any kinds."""
    place = _RANKS.get(kind(key), 4)
    return place, str(key) if place == 4 else key


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
    if -5 < exponent < 6:
        return sign + plain(digits, exponent)
    return sign + scientific(digits, exponent)


def special(value: float) -> str:
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def decompose(value: float) -> tuple[str, str, int]:
    """Sign, digits without leading or trailing zeros, and the exponent of the first digit."""
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    written = "".join(map(str, digits))
    place = exponent + len(written) - 1
    return "-" * sign, written.rstrip("0") or "0", place if value else 0


def plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole, rest = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{whole}.{rest}" if rest else whole


def scientific(digits: str, exponent: int) -> str:
    rest = "." + digits[1:] if digits[1:] else ""
    return f"{digits[0]}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
