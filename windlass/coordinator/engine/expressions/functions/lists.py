"""Lists, and what works on lists, maps and strings alike."""

from collections.abc import Mapping, Sequence

from windlass.coordinator.engine.expressions import members
from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import INT, LIST, STRING, Nature
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import function
from windlass.coordinator.engine.expressions.values import (
    contains,
    go_name,
    is_list,
    is_number,
    kind,
)

_TYPE_NAMES = {
    "list": "array",
    "time": "time.Time",
    "duration": "time.Duration",
    "zone": "time.Location",
}
_END = object()


@function("len", "string|list|map", result=INT, refusal="invalid argument for len (type {got})")
def length(budget: Budget, value: str | Sequence[object] | Mapping[object, object]) -> int:
    return len(value)


@function("type", "any", result=STRING)
def type_name(budget: Budget, value: object) -> str:
    return _TYPE_NAMES.get(kind(value), kind(value))


def _element(arguments: Sequence[Nature]) -> Nature:
    return arguments[0].element


@function("first", "list|nil", result=_element, refusal="cannot get first element from {got}")
def first(budget: Budget, items: Sequence[object] | None) -> object:
    return items[0] if items else None


@function("last", "list|nil", result=_element, refusal="cannot get last element from {got}")
def last(budget: Budget, items: Sequence[object] | None) -> object:
    return items[-1] if items else None


@function("get", "any", "any")
def get(budget: Budget, base: object, key: object) -> object:
    """nil instead of an error."""
    try:
        return members.fetch(budget, base, key)
    except Fault:
        return None


@function("take", "list", "int", result=lambda given: given[0], refusal="cannot take from {got}")
def take(budget: Budget, items: Sequence[object], count: int) -> list[object]:
    if count < 0:
        raise Fault(f"cannot take {count} elements")
    budget.cells(min(count, len(items)))
    return list(items[:count])


@function("reverse", "list", result=LIST, refusal="cannot reverse {got}")
def reverse(budget: Budget, items: Sequence[object]) -> list[object]:
    budget.cells(len(items))
    return list(reversed(items))


@function("concat", "list", "list*", result=LIST, refusal="cannot concat {got}")
def concat(budget: Budget, *lists: Sequence[object]) -> list[object]:
    budget.cells(sum(map(len, lists)))
    return [item for items in lists for item in items]


@function("flatten", "list", result=LIST, refusal="cannot flatten {got}")
def flatten(budget: Budget, items: Sequence[object]) -> list[object]:
    """Without recursion: every visit is charged, also of lists that hold nothing."""
    flat: list[object] = []
    open_lists = [iter(items)]
    while open_lists:
        budget.spend(1)
        item = next(open_lists[-1], _END)
        if item is _END:
            open_lists.pop()
        elif is_list(item):
            open_lists.append(iter(item))
        else:
            budget.cells(1)
            flat.append(item)
    return flat


@function("uniq", "list", result=LIST, refusal="cannot uniq {got}")
def unique(budget: Budget, items: Sequence[object]) -> list[object]:
    """The first of each; scalars by hash, the rest one against the other."""
    budget.cells(len(items))
    seen: set[object] = set()
    complex_ones: list[object] = []
    kept: list[object] = []
    for item in items:
        if is_list(item) or kind(item) == "map":
            new = not contains(budget, complex_ones, item)
            complex_ones += [item] if new else []
        else:
            mark = (is_number(item) or kind(item), item)
            new = mark not in seen
            seen.add(mark)
        kept += [item] if new else []
    return kept


@function("sort", "list", "string?", result=LIST)
def sort(budget: Budget, items: Sequence[object], order: str = "asc") -> list[object]:
    return sorted_by(budget, list(items), list(items), order)


def sorted_by(budget: Budget, items: list[object], keys: list[object], order: str) -> list[object]:
    """Numbers among numbers, or strings, times, durations among their own."""
    if order not in {"asc", "desc"}:
        raise Fault(f"invalid order {order[:32]}, expected asc or desc")
    budget.cells(len(items))
    budget.spend(len(items) * len(items).bit_length() // 8)
    kinds = {"number" if is_number(key) else kind(key) for key in keys}
    if not (len(kinds) <= 1 and kinds <= {"number", "string", "time", "duration"}):
        one, other = (go_name(key) for key in _two_kinds(keys))
        raise Fault(f"invalid operation: {one} < {other}")
    places = sorted(range(len(items)), key=keys.__getitem__, reverse=order == "desc")  # type: ignore[arg-type]  # keys were compared before
    return [items[place] for place in places]


def _two_kinds(keys: list[object]) -> tuple[object, object]:
    return keys[0], next((key for key in keys if kind(key) != kind(keys[0])), keys[0])
