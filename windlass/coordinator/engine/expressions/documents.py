"""Values as JSON text, as Go indents and escapes it."""

import json
import math
from collections.abc import Callable, Iterator

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.printing import decompose, plain, rank, show
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.values import is_list, is_map, kind

_ESCAPED = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
Write = Callable[[str], object]

_PLAIN = range(-6, 21)  # exponents that are written without one
_INDENT = "  "


def document(budget: Budget, value: object) -> str:
    pieces: list[str] = []
    _write(budget, value, pieces.append, "\n")
    return "".join(pieces)


def _write(budget: Budget, value: object, write: Write, line: str) -> None:
    """``line`` begins a line as far indented as the value."""
    budget.spend(1)
    if is_map(value) and value:
        parts = ((_key(budget, key) + ": ", value[key]) for key in sorted(value, key=rank))
        _write_within(budget, "{}", parts, write, line)
    elif is_list(value) and value:
        _write_within(budget, "[]", (("", item) for item in value), write, line)
    else:
        text = _SCALARS[kind(value)](value)
        budget.text(len(text))
        write(text)


def _write_within(
    budget: Budget, brackets: str, parts: Iterator[tuple[str, object]], write: Write, line: str
) -> None:
    inner = line + _INDENT
    for index, (before, item) in enumerate(parts):
        start = ("," if index else brackets[0]) + inner + before
        budget.text(len(start))
        write(start)
        _write(budget, item, write, inner)
    write(line + brackets[1])


def _key(budget: Budget, key: object) -> str:
    return _text(show(budget, key))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)


def number(value: float) -> str:
    """An exponent below 1e-06 and from 1e+21 on."""
    if not math.isfinite(value):
        raise Fault(f"json: unsupported value: {show(Budget(), value)}")
    sign, digits, exponent = decompose(value)
    if exponent in _PLAIN:
        return sign + plain(digits, exponent)
    rest = "." + digits[1:] if digits[1:] else ""
    return f"{sign}{digits[0]}{rest}e{exponent:+d}"


_SCALARS: dict[str, Callable[..., str]] = {
    **dict.fromkeys(("nil", "bool"), json.dumps),
    "int": str,
    "float": number,
    "string": _text,
    "list": lambda empty: "[]",
    "map": lambda empty: "{}",
    "time": lambda time: _text(time.isoformat().replace("+00:00", "Z")),
    "duration": lambda duration: str(duration.nanoseconds),
    "zone": lambda zone: "{}",
}
