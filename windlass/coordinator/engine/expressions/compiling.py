"""From a tree to a function of a frame. Never ``eval``: each node becomes a closure over its parts.

What a closure raises without a place gets the place of its node.
"""

from collections.abc import Callable
from functools import singledispatch

from windlass.coordinator.engine.expressions import members, nodes
from windlass.coordinator.engine.expressions.arithmetic import BINARY, negate, plus, truth
from windlass.coordinator.engine.expressions.calling import call_function, call_predicate
from windlass.coordinator.engine.expressions.frames import Frame
from windlass.coordinator.engine.expressions.functions import FUNCTIONS
from windlass.coordinator.engine.expressions.functions.maps import key_of
from windlass.coordinator.engine.expressions.functions.times import method
from windlass.coordinator.engine.expressions.nodes import Node
from windlass.coordinator.engine.expressions.predicates import PREDICATES
from windlass.coordinator.engine.expressions.problems import Fault

Step = Callable[[Frame], object]


class _Nil(Exception):
    """``?.`` met nil."""


@singledispatch
def compiled(node: Node) -> Step:
    raise TypeError(node)


def _placed(node: Node, step: Step) -> Step:
    at = node.at

    def placed(frame: Frame) -> object:
        try:
            return step(frame)
        except Fault as fault:
            if fault.at is None:
                fault.at = at
            raise

    return placed


@compiled.register
def _constant(node: nodes.Constant) -> Step:
    value = node.value
    return lambda frame: value


@compiled.register
def _name(node: nodes.Name) -> Step:
    name = node.name
    if name == "$env":
        return lambda frame: frame.env

    def look_up(frame: Frame) -> object:
        if name in frame.names:
            return frame.names[name]
        return frame.env.get(name)

    return look_up


@compiled.register
def _pointer(node: nodes.Pointer) -> Step:
    if node.name == "#acc":
        return lambda frame: frame.acc
    if node.name == "#index":
        return lambda frame: frame.index
    return lambda frame: frame.item


@compiled.register
def _unary(node: nodes.Unary) -> Step:
    operand = compiled(node.operand)
    if node.operator in {"!", "not"}:
        return _placed(node, lambda frame: not truth(operand(frame)))
    operation = negate if node.operator == "-" else plus
    return _placed(node, lambda frame: operation(operand(frame)))


@compiled.register
def _binary(node: nodes.Binary) -> Step:
    left, right = compiled(node.left), compiled(node.right)
    if node.operator in {"&&", "and"}:
        return _placed(node, lambda frame: truth(left(frame)) and truth(right(frame)))
    if node.operator in {"||", "or"}:
        return _placed(node, lambda frame: truth(left(frame)) or truth(right(frame)))
    if node.operator == "??":
        return _coalesced(left, right)
    operation = BINARY[node.operator]
    return _placed(node, lambda frame: operation(frame.budget, left(frame), right(frame)))


def _coalesced(left: Step, right: Step) -> Step:
    def coalesced(frame: Frame) -> object:
        value = left(frame)
        return right(frame) if value is None else value

    return coalesced


@compiled.register
def _conditional(node: nodes.Conditional) -> Step:
    condition, yes, no = map(compiled, node.parts())
    return _placed(node, lambda frame: (yes if truth(condition(frame)) else no)(frame))


@compiled.register
def _let(node: nodes.Let) -> Step:
    name, value, body = node.name, compiled(node.value), compiled(node.body)
    return lambda frame: body(frame.knowing(name, value(frame)))


@compiled.register
def _sequence(node: nodes.Sequence) -> Step:
    *before, last = map(compiled, node.items)

    def sequence(frame: Frame) -> object:
        for step in before:
            step(frame)
        return last(frame)

    return sequence


@compiled.register
def _list(node: nodes.ListOf) -> Step:
    items = [compiled(item) for item in node.items]

    def listed(frame: Frame) -> object:
        frame.budget.cells(len(items))
        return [item(frame) for item in items]

    return _placed(node, listed)


@compiled.register
def _map(node: nodes.MapOf) -> Step:
    keys, values = [*map(compiled, node.keys)], [*map(compiled, node.values)]

    def mapped(frame: Frame) -> object:
        frame.budget.cells(len(keys))
        pairs = zip(keys, values, strict=True)
        return {key_of(key(frame)): value(frame) for key, value in pairs}

    return _placed(node, mapped)


@compiled.register
def _member(node: nodes.Member) -> Step:
    base, key = compiled(node.base), compiled(node.key)
    if node.optional:
        base = _or_nil(base)
    return _placed(node, lambda frame: members.fetch(frame.budget, base(frame), key(frame)))


def _or_nil(base: Step) -> Step:
    def checked(frame: Frame) -> object:
        value = base(frame)
        if value is None:
            raise _Nil
        return value

    return checked


@compiled.register
def _chain(node: nodes.Chain) -> Step:
    inner = compiled(node.inner)

    def chain(frame: Frame) -> object:
        try:
            return inner(frame)
        except _Nil:
            return None

    return chain


@compiled.register
def _slice(node: nodes.Slice) -> Step:
    base = compiled(node.base)
    start = compiled(node.start) if node.start else _nothing
    end = compiled(node.end) if node.end else _nothing
    return _placed(
        node, lambda frame: members.cut(frame.budget, base(frame), start(frame), end(frame))
    )


def _nothing(frame: Frame) -> object:
    return None


@compiled.register
def _method(node: nodes.Method) -> Step:
    base = compiled(node.base)
    if node.optional:
        base = _or_nil(base)
    name, arguments = node.name, [compiled(argument) for argument in node.arguments]
    return _placed(
        node, lambda frame: method(base(frame), name, [step(frame) for step in arguments])
    )


@compiled.register
def _predicate(node: nodes.Predicate) -> Step:
    """One evaluation of the body; charged, since there may be many."""
    body, size = compiled(node.body), node.size

    def predicate(frame: Frame) -> object:
        frame.budget.spend(size)
        return body(frame)

    return predicate


@compiled.register
def _call(node: nodes.Call) -> Step:
    arguments = [compiled(argument) for argument in node.arguments]
    if node.name in PREDICATES:
        return _placed(node, call_predicate(node.name, arguments))
    if node.name not in FUNCTIONS:
        raise Fault(f"unknown name {node.name}", node.at)
    return _placed(node, call_function(FUNCTIONS[node.name], arguments))
