"""Values as JSON text, as Go indents and escapes it."""

import json
import math
from collections.abc import Iterator
from datetime import datetime

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.printing import decompose, plain, rank, show
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.values import Duration, is_list, is_map

_ESCAPED = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
_INDENT = "  "


def pieces(budget: Budget, value: object, level: int = 0) -> Iterator[str]:
    budget.spend(1)
    if is_map(value) and value:
        parts = ((_key(budget, key) + ": ", value[key]) for key in sorted(value, key=rank))
        yield from _within(budget, "{}", parts, level)
    elif is_list(value) and value:
        yield from _within(budget, "[]", (("", item) for item in value), level)
    else:
        text = _scalar(value)
        budget.text(len(text))
        yield text


def _within(
    budget: Budget, brackets: str, parts: Iterator[tuple[str, object]], level: int
) -> Iterator[str]:
    line = "\n" + _INDENT * (level + 1)
    yield brackets[0]
    for index, (before, item) in enumerate(parts):
        start = ("," if index else "") + line + before
        budget.text(len(start))
        yield start
        yield from pieces(budget, item, level + 1)
    yield "\n" + _INDENT * level + brackets[1]


def _key(budget: Budget, key: object) -> str:
    return _text(show(budget, key))


def _scalar(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Duration):
        return str(value.nanoseconds)
    if isinstance(value, datetime):
        return _text(value.isoformat().replace("+00:00", "Z"))
    if isinstance(value, str):
        return _text(value)
    if is_map(value):
        return "{}"
    return "[]" if is_list(value) else str(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)


def number(value: float) -> str:
    """An exponent below 1e-06 and from 1e+21 on."""
    if not math.isfinite(value):
        raise Fault(f"json: unsupported value: {show(Budget(), value)}")
    sign, digits, exponent = decompose(value)
    if -7 < exponent < 21:
        return sign + plain(digits, exponent)
    rest = "." + digits[1:] if digits[1:] else ""
    return f"{sign}{digits[0]}{rest}e{exponent:+d}"
