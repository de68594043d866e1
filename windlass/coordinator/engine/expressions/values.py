"""The values of the language: what kind each is, and how two compare.

nil, bool, int (64 bits, wrapping as Go's), float, string, list, map; times and durations.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeGuard

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.problems import Fault

_KINDS: dict[type, str] = {
    type(None): "nil",
    bool: "bool",
    int: "int",
    float: "float",
    str: "string",
    list: "list",
    tuple: "list",
    dict: "map",
    datetime: "time",
}
# As Go would name the type of such a value.
GO_NAMES = {
    "nil": "<nil>",
    "float": "float64",
    "list": "[]interface {}",
    "map": "map[string]interface {}",
    "time": "time.Time",
    "duration": "time.Duration",
    "zone": "*time.Location",
}
_SPAN = 2**64


@dataclass(frozen=True, order=True, slots=True)
class Duration:
    nanoseconds: int


class Texts(Mapping[object, object]):
    """A map of strings: what it does not have reads as the empty string."""

    __slots__ = ("_inner",)

    def __init__(self, inner: Mapping[str, object]) -> None:
        self._inner = inner

    def __getitem__(self, key: object) -> object:
        return self._inner[key]  # type: ignore[index]  # as whoever evaluates gave it

    def get(self, key: object, default: object = "") -> object:
        return self._inner.get(key, "")  # type: ignore[call-overload]  # likewise

    def __iter__(self) -> Iterator[object]:
        return iter(self._inner)

    def __len__(self) -> int:
        return len(self._inner)


_KINDS[Texts] = "map"


def kind(value: object) -> str:
    return _KINDS.get(type(value)) or _kind(value)


def _kind(value: object) -> str:
    if isinstance(value, Duration):
        return "duration"
    if isinstance(value, tzinfo):
        return "zone"
    if isinstance(value, str):
        return "string"
    if isinstance(value, Mapping):
        return "map"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "list"
    raise Fault(f"a value of type {type(value).__name__} cannot be used in an expression")


def go_name(value: object) -> str:
    return GO_NAMES.get(kind(value), kind(value))


def is_number(value: object) -> TypeGuard[int | float]:
    return type(value) is int or type(value) is float


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    return type(value) is list or kind(value) == "list"


def is_map(value: object) -> TypeGuard[Mapping[object, object]]:
    return type(value) is dict or kind(value) == "map"


def wrap(value: int) -> int:
    """Into 64 bits."""
    if -(2**63) <= value < 2**63:
        return value
    return (value + 2**63) % _SPAN - 2**63


def equal(budget: Budget, left: object, right: object) -> bool:
    """Without recursion: values can be nested deeper than the stack."""
    pairs = [(left, right)]
    while pairs:
        budget.spend(1)
        one, other = pairs.pop()
        if is_list(one) and is_list(other) and len(one) == len(other):
            pairs.extend(zip(one, other, strict=True))
        elif is_map(one) and is_map(other) and one.keys() == other.keys():
            pairs.extend((value, other[key]) for key, value in one.items())
        elif not _same(budget, one, other):
            return False
    return True


def _same(budget: Budget, one: object, other: object) -> bool:
    if is_number(one) and is_number(other):
        return one == other
    if kind(one) != kind(other) or kind(one) in {"list", "map"}:
        return False
    if isinstance(one, str):
        budget.spend(len(one) // 64)
    return one == other


def contains(budget: Budget, items: Sequence[object], wanted: object) -> bool:
    return any(equal(budget, item, wanted) for item in items)


def measure(budget: Budget, value: object) -> None:
    """Charge for a value as it would be written out: one that holds itself many times over looks
    small and is not."""
    values = [value]
    while values:
        budget.spend(1)
        item = values.pop()
        if isinstance(item, str):
            budget.text(len(item))
        elif is_map(item):
            values.extend(item)
            values.extend(item.values())
        elif is_list(item):
            values.extend(item)
