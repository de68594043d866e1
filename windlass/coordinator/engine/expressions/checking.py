"""Static types: tells before anything runs what can never work."""

from dataclasses import dataclass, replace
from functools import singledispatch

from windlass.coordinator.engine.expressions import nodes
from windlass.coordinator.engine.expressions.functions import FUNCTIONS
from windlass.coordinator.engine.expressions.natures import (
    BOOL,
    FLOAT,
    INT,
    LIST,
    MAP,
    NIL,
    STRING,
    UNKNOWN,
    Nature,
)
from windlass.coordinator.engine.expressions.nodes import Node
from windlass.coordinator.engine.expressions.pairing import binary
from windlass.coordinator.engine.expressions.predicates import PREDICATES
from windlass.coordinator.engine.expressions.problems import Fault

Names = tuple[tuple[str, Nature], ...]

_CONSTANTS = {bool: BOOL, int: INT, float: FLOAT, str: STRING, type(None): NIL}
_YES_OR_NO = frozenset(
    {"all", "any", "none", "one", "filter", "count", "find", "findIndex"}
    | {"findLast", "findLastIndex"}
)
_RESULTS = {
    **dict.fromkeys(("all", "any", "none", "one"), BOOL),
    **dict.fromkeys(("count", "findIndex", "findLastIndex"), INT),
    "groupBy": MAP,
    "sortBy": LIST,
}


@dataclass(frozen=True)
class Scope:
    """What the names mean where a node stands. ``element`` None: not in a predicate."""

    names: dict[str, Nature]
    strict: bool
    element: Nature | None = None


def nature(node: Node, names: Names, strict: bool) -> Nature:
    """What the value will be. Raises Fault. Not strict: names not listed may be anything."""
    return of(node, Scope(dict(names), strict))


@singledispatch
def of(node: Node, scope: Scope) -> Nature:
    raise TypeError(node)


@of.register
def _constant(node: nodes.Constant, scope: Scope) -> Nature:
    return _CONSTANTS[type(node.value)]


@of.register
def _name(node: nodes.Name, scope: Scope) -> Nature:
    if node.name == "$env":
        return MAP
    if node.name in scope.names:
        return scope.names[node.name]
    if scope.strict:
        raise Fault(f"unknown name {node.name}", node.at)
    return UNKNOWN


@of.register
def _pointer(node: nodes.Pointer, scope: Scope) -> Nature:
    if scope.element is None:
        raise Fault(f'unexpected token Operator("{node.written}")', node.at)
    if node.name in {"#acc", "#index"}:
        return INT if node.name == "#index" else UNKNOWN
    if node.name != "#":
        raise Fault(f"unknown pointer {node.name}", node.at)
    return scope.element


@of.register
def _unary(node: nodes.Unary, scope: Scope) -> Nature:
    operand = of(node.operand, scope)
    if node.operator in {"!", "not"}:
        if operand.may_be("bool"):
            return BOOL
    elif operand.may_be("int", "float", "duration"):
        return operand
    raise Fault(f"invalid operation: {node.operator} (mismatched type {operand})", node.at)


@of.register
def _binary(node: nodes.Binary, scope: Scope) -> Nature:
    return binary(node, of(node.left, scope), of(node.right, scope))


@of.register
def _conditional(node: nodes.Conditional, scope: Scope) -> Nature:
    condition = of(node.condition, scope)
    if not condition.may_be("bool"):
        raise Fault(f"non-bool expression (type {condition}) used as condition", node.condition.at)
    yes, no = of(node.yes, scope), of(node.no, scope)
    if NIL in {yes, no}:
        return no if yes == NIL else yes
    return yes if yes == no else UNKNOWN


@of.register
def _let(node: nodes.Let, scope: Scope) -> Nature:
    value = of(node.value, scope)
    if node.name in scope.names:
        raise Fault(f"cannot redeclare {node.name}", node.at)
    if node.name in FUNCTIONS or node.name in PREDICATES:
        raise Fault(f"cannot redeclare builtin {node.name}", node.at)
    return of(node.body, replace(scope, names={**scope.names, node.name: value}))


@of.register
def _sequence(node: nodes.Sequence, scope: Scope) -> Nature:
    return [of(item, scope) for item in node.items][-1]


@of.register
def _list(node: nodes.ListOf, scope: Scope) -> Nature:
    found = {of(item, scope) for item in node.items}
    return Nature("list", found.pop()) if len(found) == 1 else LIST


@of.register
def _map(node: nodes.MapOf, scope: Scope) -> Nature:
    for part in node.parts():
        of(part, scope)
    return MAP


@of.register
def _member(node: nodes.Member, scope: Scope) -> Nature:
    base, key = of(node.base, scope), of(node.key, scope)
    if isinstance(node.base, nodes.Name) and node.base.name == "$env":
        return _of_env(node, scope)
    if base.kind == "map":
        if not key.may_be("string", "nil"):
            raise Fault(f"cannot use {key} to get an element from {base}", node.key.at)
        return base.element
    if base.kind == "list":
        if not key.may_be("int"):
            message = f"array elements can only be selected using an integer (got {key})"
            raise Fault(message, node.key.at)
        return base.element
    if base.known and not (node.optional and base == NIL):
        raise _no_member(node, base, key)
    return UNKNOWN


def _of_env(node: nodes.Member, scope: Scope) -> Nature:
    key = node.key.value if isinstance(node.key, nodes.Constant) else None
    return scope.names.get(str(key), UNKNOWN)


def _no_member(node: nodes.Member, base: Nature, key: Nature) -> Fault:
    if isinstance(node.key, nodes.Constant) and isinstance(node.key.value, str):
        return Fault(f"type {base} has no field {node.key.value}", node.at)
    return Fault(f"type {base}[{key}] is undefined", node.at)


@of.register
def _chain(node: nodes.Chain, scope: Scope) -> Nature:
    return of(node.inner, scope)


@of.register
def _slice(node: nodes.Slice, scope: Scope) -> Nature:
    base = of(node.base, scope)
    if not base.may_be("string", "list"):
        raise Fault(f"cannot slice {base}", node.at)
    for bound in node.parts()[1:]:
        found = of(bound, scope)
        if not found.may_be("int"):
            raise Fault(f"non-integer slice index {found}", bound.at)
    return base


@of.register
def _method(node: nodes.Method, scope: Scope) -> Nature:
    base = of(node.base, scope)
    for argument in node.arguments:
        of(argument, scope)
    if not base.may_be("time", "duration"):
        raise Fault(f"type {base} has no method {node.name}", node.at)
    return UNKNOWN


@of.register
def _call(node: nodes.Call, scope: Scope) -> Nature:
    if node.name in PREDICATES:
        return _walk(node, scope)
    if node.name in scope.names:
        raise Fault(f"{scope.names[node.name]} is not callable", node.at)
    given = [of(argument, scope) for argument in node.arguments]
    if node.name not in FUNCTIONS:
        if scope.strict:
            raise Fault(f"unknown name {node.name}", node.at)
        return UNKNOWN
    try:
        return FUNCTIONS[node.name].nature(given, [each.at for each in node.arguments])
    except Fault as fault:
        fault.at = node.at if fault.at is None else fault.at
        raise


def _walk(node: nodes.Call, scope: Scope) -> Nature:
    """A call that evaluates its second argument for each element of the first."""
    items = of(node.arguments[0], scope)
    if not items.may_be("list"):
        message = f"builtin {node.name} takes only array (got {items})"
        raise Fault(message, node.arguments[0].at)
    for argument in node.arguments[2:]:
        of(argument, scope)
    found = _per_element(node, replace(scope, element=items.element))
    if node.name == "map":
        return Nature("list", found)
    if node.name == "filter":
        return Nature("list", items.item)
    return _RESULTS.get(node.name, UNKNOWN)


def _per_element(node: nodes.Call, scope: Scope) -> Nature:
    if len(node.arguments) == 1:
        return UNKNOWN
    predicate = node.arguments[1]
    found = of(predicate, scope)
    if node.name in _YES_OR_NO and not found.may_be("bool"):
        raise Fault(f"predicate should return boolean (got {found})", predicate.at)
    return found


@of.register
def _predicate(node: nodes.Predicate, scope: Scope) -> Nature:
    return of(node.body, scope)
