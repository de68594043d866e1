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
        return self._inner[key]  # type: ignore[index]

    def get(self, key: object, default: object = "") -> object:
        return self._inner.get(key, "")  # type: ignore[call-overload]

    def __iter__(self) -> Iterator[object]:
        return iter(self._inner)

    def __len__(self) -> int:
        return len(self._inner)


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
    budget.spend(1)
    if is_number(left) and is_number(right):
        return left == right
    if kind(left) != kind(right):
        return False
    if is_list(left) and is_list(right):
        return len(left) == len(right) and all(
            equal(budget, one, other) for one, other in zip(left, right, strict=True)
        )
    if is_map(left) and is_map(right):
        return len(left) == len(right) and all(
            key in right and equal(budget, value, right[key]) for key, value in left.items()
        )
    if isinstance(left, str):
        budget.spend(len(left) // 64)
    return left == right


def contains(budget: Budget, items: Sequence[object], wanted: object) -> bool:
    return any(equal(budget, item, wanted) for item in items)


def measure(budget: Budget, value: object) -> None:
    """Charge for a value as it would be written out: one that holds itself many times over looks
    small and is not."""
    budget.spend(1)
    if isinstance(value, str):
        budget.text(len(value))
    elif is_map(value):
        for key, item in value.items():
            measure(budget, key)
            measure(budget, item)
    elif is_list(value):
        for item in value:
            measure(budget, item)
