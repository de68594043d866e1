"""Calls of functions, with and without a predicate."""

from collections.abc import Callable, Sequence

from windlass.coordinator.engine.expressions.frames import Frame
from windlass.coordinator.engine.expressions.predicates import WALKS, Test, sort_by
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import Function
from windlass.coordinator.engine.expressions.values import go_name, is_list

Step = Callable[[Frame], object]


def call_function(function: Function, arguments: Sequence[Step]) -> Step:
    return lambda frame: function.call(frame.budget, [step(frame) for step in arguments])


def call_predicate(name: str, arguments: Sequence[Step]) -> Step:
    if name == "reduce":
        return _reduce(arguments)
    if name == "sortBy":
        return _sort_by(arguments)
    walk, of = WALKS[name], arguments[0]
    test = arguments[1] if len(arguments) > 1 else _itself

    def call(frame: Frame) -> object:
        return walk(frame.budget, _items(name, of(frame)), _each(frame, test))

    return call


def _itself(frame: Frame) -> object:
    frame.budget.spend(1)
    return frame.item


def _items(name: str, value: object) -> Sequence[object]:
    if not is_list(value):
        raise Fault(f"builtin {name} takes only array (got {go_name(value)})")
    return value


def _each(frame: Frame, step: Step) -> Test:
    inside = frame.inside()

    def test(item: object, index: int) -> object:
        inside.item, inside.index = item, index
        return step(inside)

    return test


def _sort_by(arguments: Sequence[Step]) -> Step:
    of, key, *order = arguments

    def call(frame: Frame) -> object:
        chosen = order[0](frame) if order else "asc"
        items = _items("sortBy", of(frame))
        return sort_by(frame.budget, items, _each(frame, key), str(chosen))

    return call


def _reduce(arguments: Sequence[Step]) -> Step:
    of, step, *initial = arguments

    def call(frame: Frame) -> object:
        items, inside = _items("reduce", of(frame)), frame.inside()
        if not items and not initial:
            raise Fault("reduce of empty array with no initial value")
        inside.acc = initial[0](frame) if initial else items[0]
        for index in range(0 if initial else 1, len(items)):
            inside.item, inside.index = items[index], index
            inside.acc = step(inside)
        return inside.acc

    return call
