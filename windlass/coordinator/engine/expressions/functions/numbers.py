"""Numbers."""

import math
import re
import statistics
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import FLOAT, INT, UNKNOWN, Nature
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import function
from windlass.coordinator.engine.expressions.values import (
    go_name,
    is_list,
    is_number,
    wrap,
)

_INVALID = "invalid argument for {name} (type {got})"
_NUMBER = "int|float"
_WHOLE = re.compile(r"[+-]?[0-9]{1,32}")
_DECIMAL = re.compile(r"[+-]?([0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})([eE][+-]?[0-9]{1,4})?")
_SPECIAL = re.compile(r"[+-]?(inf|infinity|nan)", re.IGNORECASE)


@function("int", "int|float|string", result=INT, refusal=_INVALID)
def integer(budget: Budget, value: int | float | str) -> int:
    if isinstance(value, str):
        number = int(value) if _WHOLE.fullmatch(value) else None
        if number is None or wrap(number) != number:
            raise Fault(f"invalid operation: int({value[:64]})")
        return number
    if isinstance(value, float) and not math.isfinite(value):
        raise Fault("invalid operation: int of a number that is not finite")
    return wrap(int(value))


@function("float", "int|float|string", result=FLOAT, refusal=_INVALID)
def floating(budget: Budget, value: int | float | str) -> float:
    if isinstance(value, str) and not (_DECIMAL.fullmatch(value) or _SPECIAL.fullmatch(value)):
        raise Fault(f"invalid operation: float({value[:64]})")
    return float(value)


def _same(arguments: Sequence[Nature]) -> Nature:
    return arguments[0]


@function("abs", _NUMBER, result=_same, refusal=_INVALID)
def absolute(budget: Budget, value: int | float) -> int | float:
    return wrap(abs(value)) if isinstance(value, int) else abs(value)


@function("ceil", _NUMBER, result=FLOAT, refusal=_INVALID)
def ceil(budget: Budget, value: int | float) -> float:
    return float(math.ceil(value)) if math.isfinite(value) else float(value)


@function("floor", _NUMBER, result=FLOAT, refusal=_INVALID)
def floor(budget: Budget, value: int | float) -> float:
    return float(math.floor(value)) if math.isfinite(value) else float(value)


@function("round", _NUMBER, result=FLOAT, refusal=_INVALID)
def round_half_away(budget: Budget, value: int | float) -> float:
    if not math.isfinite(value) or abs(value) >= 2**53:
        return float(value)
    return float(Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _numbers(budget: Budget, name: str, values: Sequence[object]) -> Iterator[int | float]:
    """Of all lists within, in any order."""
    rest = list(values)
    while rest:
        budget.spend(1)
        value = rest.pop()
        if is_number(value):
            yield value
        elif is_list(value):
            rest.extend(value)
        else:
            raise Fault(f"invalid argument for {name} (type {go_name(value)})")


def _extreme(arguments: Sequence[Nature]) -> Nature:
    return arguments[0] if len(arguments) == 1 and arguments[0].kind != "list" else UNKNOWN


@function("max", "any", "any*", result=_extreme, refusal=_INVALID)
def largest(budget: Budget, *values: object) -> object:
    return max(_numbers(budget, "max", values), default=None)


@function("min", "any", "any*", result=_extreme, refusal=_INVALID)
def smallest(budget: Budget, *values: object) -> object:
    return min(_numbers(budget, "min", values), default=None)


@function("mean", "any", "any*", result=FLOAT, refusal=_INVALID)
def mean(budget: Budget, *values: object) -> float:
    numbers = list(_numbers(budget, "mean", values))
    return math.fsum(numbers) / len(numbers) if numbers else 0.0


@function("median", "any", "any*", result=FLOAT, refusal=_INVALID)
def median(budget: Budget, *values: object) -> float:
    numbers = list(_numbers(budget, "median", values))
    return float(statistics.median(numbers)) if numbers else 0.0
