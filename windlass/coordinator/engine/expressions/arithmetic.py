"""What the operators do with values. Every one of them checks its operands: static types only tell
most mistakes earlier."""

import math
import operator
from collections.abc import Callable
from datetime import datetime

from windlass.coordinator.engine.expressions import dates, patterns
from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.values import (
    Duration,
    contains,
    equal,
    go_name,
    is_list,
    is_map,
    is_number,
    kind,
    wrap,
)

Operation = Callable[[Budget, object, object], object]


def _mismatch(symbol: str, left: object, right: object) -> Fault:
    return Fault(f"invalid operation: {go_name(left)} {symbol} {go_name(right)}")


def _add(budget: Budget, left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str):
        budget.text(len(left) + len(right))
        return left + right
    if is_number(left) and is_number(right):
        return _number(left + right)
    if isinstance(left, datetime) and isinstance(right, Duration):
        return dates.shift(left, right.nanoseconds)
    if isinstance(left, Duration) and isinstance(right, datetime):
        return dates.shift(right, left.nanoseconds)
    if isinstance(left, Duration) and isinstance(right, Duration):
        return Duration(wrap(left.nanoseconds + right.nanoseconds))
    raise _mismatch("+", left, right)


def _subtract(budget: Budget, left: object, right: object) -> object:
    if is_number(left) and is_number(right):
        return _number(left - right)
    if isinstance(left, datetime) and isinstance(right, datetime):
        return dates.between(left, right)
    if isinstance(left, datetime) and isinstance(right, Duration):
        return dates.shift(left, -right.nanoseconds)
    if isinstance(left, Duration) and isinstance(right, Duration):
        return Duration(wrap(left.nanoseconds - right.nanoseconds))
    raise _mismatch("-", left, right)


def _multiply(budget: Budget, left: object, right: object) -> object:
    if is_number(left) and is_number(right):
        return _number(left * right)
    if isinstance(left, Duration) and type(right) is int:
        return Duration(wrap(left.nanoseconds * right))
    if type(left) is int and isinstance(right, Duration):
        return Duration(wrap(left * right.nanoseconds))
    raise _mismatch("*", left, right)


def _number(value: int | float) -> int | float:
    return wrap(value) if isinstance(value, int) else value


def _divide(budget: Budget, left: object, right: object) -> object:
    """Always a float; by zero as floats have it."""
    if not (is_number(left) and is_number(right)):
        raise _mismatch("/", left, right)
    if right:
        return float(left) / float(right)
    if not left or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _remainder(budget: Budget, left: object, right: object) -> object:
    """Has the sign of the left operand."""
    if type(left) is not int or type(right) is not int:
        raise _mismatch("%", left, right)
    if right == 0:
        raise Fault("integer divide by zero")
    return wrap(int(math.copysign(1, left)) * (abs(left) % abs(right)))


def _power(budget: Budget, left: object, right: object) -> object:
    """Of floats, whatever comes: it cannot grow without end."""
    if not (is_number(left) and is_number(right)):
        raise _mismatch("**", left, right)
    base, exponent = float(left), float(right)
    try:
        return math.pow(base, exponent)
    except OverflowError:
        odd = exponent % 2 == 1
        return -math.inf if base < 0 and odd else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def _range(budget: Budget, left: object, right: object) -> object:
    if type(left) is not int or type(right) is not int:
        raise _mismatch("..", left, right)
    budget.cells(max(0, right - left + 1))
    return list(range(left, right + 1))


def _ordered(symbol: str, compare: Callable[..., bool]) -> Operation:
    def operation(budget: Budget, left: object, right: object) -> object:
        comparable = is_number(left) and is_number(right)
        if comparable or (kind(left) == kind(right) and kind(left) in _ORDERED):
            return compare(left, right)
        raise _mismatch(symbol, left, right)

    return operation


_ORDERED = frozenset({"string", "time", "duration"})


def _textual(symbol: str, test: Callable[[str, str], bool]) -> Operation:
    def operation(budget: Budget, left: object, right: object) -> object:
        if not (isinstance(left, str) and isinstance(right, str)):
            if left is None or right is None:
                return False
            raise _mismatch(symbol, left, right)
        budget.spend((len(left) + len(right)) // 64)
        return test(left, right)

    return operation


def _matches(budget: Budget, left: object, right: object) -> object:
    if left is None or right is None:
        return False
    if not (isinstance(left, str) and isinstance(right, str)):
        raise _mismatch("matches", left, right)
    return patterns.matches(budget, left, right)


def _in(budget: Budget, left: object, right: object) -> object:
    if right is None:
        return False
    if is_map(right):
        return kind(left) not in {"list", "map"} and left in right
    if is_list(right):
        return contains(budget, right, left)
    raise Fault(f'operator "in" not defined on {go_name(right)}')


def _not_equal(budget: Budget, left: object, right: object) -> object:
    return not equal(budget, left, right)


BINARY: dict[str, Operation] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _remainder,
    "**": _power,
    "^": _power,
    "..": _range,
    "==": equal,
    "!=": _not_equal,
    "<": _ordered("<", operator.lt),
    ">": _ordered(">", operator.gt),
    "<=": _ordered("<=", operator.le),
    ">=": _ordered(">=", operator.ge),
    "in": _in,
    "matches": _matches,
    "contains": _textual("contains", lambda text, part: part in text),
    "startsWith": _textual("startsWith", str.startswith),
    "endsWith": _textual("endsWith", str.endswith),
}


def negate(value: object) -> object:
    if is_number(value):
        return _number(-value)
    if isinstance(value, Duration):
        return Duration(wrap(-value.nanoseconds))
    raise Fault(f"invalid operation: - {go_name(value)}")


def plus(value: object) -> object:
    if is_number(value):
        return value
    raise Fault(f"invalid operation: + {go_name(value)}")


def truth(value: object) -> bool:
    if value is True or value is False:
        return value
    raise Fault(f"interface conversion: interface {{}} is {go_name(value)}, not bool")
