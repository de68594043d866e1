"""The functions that evaluate one of their arguments for every element of a list.

Each gets the elements and the predicate as a function of element and index, and charges nothing:
the predicate does, once per call.
"""

from collections.abc import Callable, Sequence

from windlass.coordinator.engine.expressions.arithmetic import BINARY, truth
from windlass.coordinator.engine.expressions.functions.lists import sorted_by
from windlass.coordinator.engine.expressions.functions.maps import key_of
from windlass.coordinator.engine.expressions.limits import Budget

Test = Callable[[object, int], object]
Walk = Callable[[Budget, Sequence[object], Test], object]


def _hits(items: Sequence[object], test: Test) -> "list[int]":
    return [index for index, item in enumerate(items) if truth(test(item, index))]


def _first(items: Sequence[object], test: Test, backwards: bool = False) -> int:
    order = range(len(items) - 1, -1, -1) if backwards else range(len(items))
    return next((index for index in order if truth(test(items[index], index))), -1)


def _all(budget: Budget, items: Sequence[object], test: Test) -> bool:
    return all(truth(test(item, index)) for index, item in enumerate(items))


def _any(budget: Budget, items: Sequence[object], test: Test) -> bool:
    return any(truth(test(item, index)) for index, item in enumerate(items))


def _none(budget: Budget, items: Sequence[object], test: Test) -> bool:
    return not _any(budget, items, test)


def _one(budget: Budget, items: Sequence[object], test: Test) -> bool:
    return len(_hits(items, test)) == 1


def _filter(budget: Budget, items: Sequence[object], test: Test) -> list[object]:
    budget.cells(len(items))
    return [items[index] for index in _hits(items, test)]


def _map(budget: Budget, items: Sequence[object], test: Test) -> list[object]:
    budget.cells(len(items))
    return [test(item, index) for index, item in enumerate(items)]


def _count(budget: Budget, items: Sequence[object], test: Test) -> int:
    return len(_hits(items, test))


def _sum(budget: Budget, items: Sequence[object], test: Test) -> object:
    total: object = 0
    for index, item in enumerate(items):
        total = BINARY["+"](budget, total, test(item, index))
    return total


def _find(budget: Budget, items: Sequence[object], test: Test) -> object:
    index = _first(items, test)
    return items[index] if index >= 0 else None


def _find_index(budget: Budget, items: Sequence[object], test: Test) -> int:
    return _first(items, test)


def _find_last(budget: Budget, items: Sequence[object], test: Test) -> object:
    index = _first(items, test, backwards=True)
    return items[index] if index >= 0 else None


def _find_last_index(budget: Budget, items: Sequence[object], test: Test) -> int:
    return _first(items, test, backwards=True)


def _group_by(budget: Budget, items: Sequence[object], test: Test) -> dict[object, object]:
    budget.cells(2 * len(items))
    groups: dict[object, list[object]] = {}
    for index, item in enumerate(items):
        groups.setdefault(key_of(test(item, index)), []).append(item)
    return dict(groups)


# How many arguments must be there; the second, where given, is the predicate.
PREDICATES = {
    **dict.fromkeys(("all", "none", "any", "one", "filter", "map", "find", "findIndex"), 2),
    **dict.fromkeys(("findLast", "findLastIndex", "groupBy", "sortBy", "reduce"), 2),
    **dict.fromkeys(("count", "sum"), 1),
}

WALKS: dict[str, Walk] = {
    "all": _all,
    "any": _any,
    "none": _none,
    "one": _one,
    "filter": _filter,
    "map": _map,
    "count": _count,
    "sum": _sum,
    "find": _find,
    "findIndex": _find_index,
    "findLast": _find_last,
    "findLastIndex": _find_last_index,
    "groupBy": _group_by,
}


def sort_by(budget: Budget, items: Sequence[object], test: Test, order: str) -> list[object]:
    keys = [test(item, index) for index, item in enumerate(items)]
    return sorted_by(budget, list(items), keys, order)
