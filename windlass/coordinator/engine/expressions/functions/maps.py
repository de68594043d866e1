"""Maps. What comes out of one is sorted by key, so that the same map gives the same text."""

from collections.abc import Mapping, Sequence

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import LIST, MAP
from windlass.coordinator.engine.expressions.printing import rank, show
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import function
from windlass.coordinator.engine.expressions.values import is_list, kind


def _sorted(budget: Budget, map: Mapping[object, object]) -> list[object]:
    budget.cells(len(map))
    return sorted(map, key=rank)


@function("keys", "map", result=LIST, refusal="cannot get keys from {got}")
def keys(budget: Budget, map: Mapping[object, object]) -> list[object]:
    return _sorted(budget, map)


@function("values", "map", result=LIST, refusal="cannot get values from {got}")
def values(budget: Budget, map: Mapping[object, object]) -> list[object]:
    return [map[key] for key in _sorted(budget, map)]


@function("toPairs", "map", result=LIST, refusal="cannot transform {got} to pairs")
def to_pairs(budget: Budget, map: Mapping[object, object]) -> list[object]:
    budget.cells(2 * len(map))
    return [[key, map[key]] for key in _sorted(budget, map)]


@function("fromPairs", "list", result=MAP, refusal="cannot transform {got} from pairs")
def from_pairs(budget: Budget, pairs: Sequence[object]) -> dict[object, object]:
    budget.cells(len(pairs))
    map: dict[object, object] = {}
    for pair in pairs:
        key, value = _pair(budget, pair)
        map[key_of(key)] = value
    return map


def _pair(budget: Budget, pair: object) -> tuple[object, object]:
    if not is_list(pair):
        raise Fault(f"invalid pair {show(budget, pair)}")
    try:
        key, value = pair
    except ValueError:
        raise Fault(f"invalid pair length {show(budget, pair)}") from None
    return key, value


def key_of(value: object) -> object:
    """Lists and maps cannot be keys."""
    if kind(value) in {"list", "map"}:
        raise Fault(f"a {kind(value)} cannot be the key of a map")
    return value
