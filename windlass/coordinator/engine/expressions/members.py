"""Reading a part of a value: members, elements, slices."""

from collections.abc import Sequence

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.printing import show
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.values import go_name, is_list, is_map, kind


def fetch(budget: Budget, base: object, key: object) -> object:
    """nil where a map has no such key."""
    if is_map(base):
        return base.get(key) if kind(key) not in {"list", "map"} else None
    if is_list(base):
        return _element(budget, base, key)
    if isinstance(base, str) and type(key) is int:
        return base[_position(key, len(base))]
    raise Fault(f"cannot fetch {show(budget, key)} from {go_name(base)}")


def _element(budget: Budget, base: Sequence[object], key: object) -> object:
    if type(key) is not int:
        raise Fault(f"cannot fetch {show(budget, key)} from {go_name(base)}")
    return base[_position(key, len(base))]


def _position(index: int, length: int) -> int:
    place = index + length if index < 0 else index
    if 0 <= place < length:
        return place
    raise Fault(f"index out of range: {index} (array length is {length})")


def cut(budget: Budget, base: object, start: object, end: object) -> object:
    """From ``start`` up to ``end``, both moved into the value; negative ones count from behind."""
    if not isinstance(base, str) and not is_list(base):
        raise Fault(f"cannot slice {go_name(base)}")
    length = len(base)
    last = _bound(length if end is None else end, length)
    first = min(_bound(0 if start is None else start, length), last)
    if isinstance(base, str):
        budget.text(last - first)
        return base[first:last]
    budget.cells(last - first)
    return list(base[first:last])


def _bound(value: object, length: int) -> int:
    if type(value) is not int:
        raise Fault(f"non-integer slice index {go_name(value)}")
    return min(max(value + length if value < 0 else value, 0), length)
