"""Integers as 64 bits."""

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import INT
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import function
from windlass.coordinator.engine.expressions.values import wrap

_WIDTH = 64
_MASK = 2**_WIDTH - 1


@function("bitand", "int", "int", result=INT)
def conjunction(budget: Budget, left: int, right: int) -> int:
    return left & right


@function("bitor", "int", "int", result=INT)
def disjunction(budget: Budget, left: int, right: int) -> int:
    return left | right


@function("bitxor", "int", "int", result=INT)
def difference(budget: Budget, left: int, right: int) -> int:
    return left ^ right


@function("bitnand", "int", "int", result=INT)
def clear(budget: Budget, left: int, right: int) -> int:
    """What Go calls and-not."""
    return left & ~right


@function("bitnot", "int", result=INT)
def complement(budget: Budget, value: int) -> int:
    return ~value


@function("bitshl", "int", "int", result=INT)
def shift_left(budget: Budget, value: int, by: int) -> int:
    return wrap(value << min(_distance(by), _WIDTH))


@function("bitshr", "int", "int", result=INT)
def shift_right(budget: Budget, value: int, by: int) -> int:
    return value >> min(_distance(by), _WIDTH)


@function("bitushr", "int", "int", result=INT)
def shift_right_unsigned(budget: Budget, value: int, by: int) -> int:
    return wrap((value & _MASK) >> min(_distance(by), _WIDTH))


def _distance(by: int) -> int:
    if by < 0:
        raise Fault(f"invalid operation: negative shift count {by} (type int)")
    return by
