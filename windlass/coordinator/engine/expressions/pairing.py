"""Which types an operator takes together, and what they give."""

from collections.abc import Callable

from windlass.coordinator.engine.expressions import patterns
from windlass.coordinator.engine.expressions.natures import (
    BOOL,
    DURATION,
    FLOAT,
    INT,
    INTS,
    NIL,
    STRING,
    TIME,
    UNKNOWN,
    Nature,
    is_numeric,
)
from windlass.coordinator.engine.expressions.nodes import Binary, Constant
from windlass.coordinator.engine.expressions.problems import Fault

_NUMBERS = ("int", "float")
_Pairs = dict[tuple[str, str], Nature]
_TIMES_ADDED: _Pairs = {
    ("time", "duration"): TIME,
    ("duration", "time"): TIME,
    ("duration", "duration"): DURATION,
}
_TIMES_SUBTRACTED: _Pairs = {
    ("time", "time"): DURATION,
    ("time", "duration"): TIME,
    ("duration", "duration"): DURATION,
}
_TIMES_MULTIPLIED: _Pairs = {("duration", "int"): DURATION, ("int", "duration"): DURATION}


def binary(node: Binary, left: Nature, right: Nature) -> Nature:
    """Raises Fault where the two can never go together."""
    found = _RULES[node.operator](left, right)
    if found is None:
        both = " and ".join("unknown" if each == NIL else str(each) for each in (left, right))
        message = f"invalid operation: {node.operator} (mismatched types {both})"
        raise Fault(message, node.at)
    if node.operator == "in":
        _check_membership(node, left, right)
    if node.operator == "matches":
        _check_pattern(node)
    return found


def _equality(left: Nature, right: Nature) -> Nature | None:
    same = left.kind == right.kind or is_numeric(left, right)
    free = not left.known or not right.known or NIL in {left, right}
    return BOOL if same or free else None


def _logic(left: Nature, right: Nature) -> Nature | None:
    return BOOL if left.may_be("bool") and right.may_be("bool") else None


def _order(left: Nature, right: Nature) -> Nature | None:
    if not left.known or not right.known:
        kinds = (*_NUMBERS, "string", "time", "duration")
        return BOOL if left.may_be(*kinds) and right.may_be(*kinds) else None
    same = left.kind == right.kind and left.kind in {"string", "time", "duration"}
    return BOOL if same or is_numeric(left, right) else None


def _sum(others: _Pairs, *kinds: str) -> "Rule":
    def rule(left: Nature, right: Nature) -> Nature | None:
        if is_numeric(left, right):
            return INT if left == right == INT else FLOAT
        if left == right == STRING and "string" in kinds:
            return STRING
        if (left.kind, right.kind) in others:
            return others[left.kind, right.kind]
        free = not left.known or not right.known
        return UNKNOWN if free and left.may_be(*kinds) and right.may_be(*kinds) else None

    return rule


def _both(result: Nature, *kinds: str) -> "Rule":
    return lambda left, right: result if left.may_be(*kinds) and right.may_be(*kinds) else None


def _membership(left: Nature, right: Nature) -> Nature | None:
    return BOOL if right.may_be("list", "map") else None


def _coalesced(left: Nature, right: Nature) -> Nature:
    if NIL in {left, right}:
        return right if left == NIL else left
    return left if left == right else UNKNOWN


def _check_membership(node: Binary, left: Nature, right: Nature) -> None:
    if left in {UNKNOWN, NIL}:
        return
    if right.kind == "map" and left != STRING:
        raise Fault(f"cannot use {left} as type string in map key", node.at)
    if right.kind == "list" and _equality(left, right.element) is None:
        raise Fault(f"cannot use {left} as type {right.element} in array", node.at)


def _check_pattern(node: Binary) -> None:
    """A pattern that is written out is compiled at once."""
    if isinstance(node.right, Constant) and isinstance(node.right.value, str):
        try:
            patterns.compile(node.right.value)
        except Fault as fault:
            fault.at = node.at
            raise


Rule = Callable[[Nature, Nature], Nature | None]

_RULES: dict[str, Rule] = {
    **dict.fromkeys(("==", "!="), _equality),
    **dict.fromkeys(("&&", "and", "||", "or"), _logic),
    **dict.fromkeys(("<", ">", "<=", ">="), _order),
    **dict.fromkeys(
        ("contains", "startsWith", "endsWith", "matches"), _both(BOOL, "string", "nil")
    ),
    **dict.fromkeys(("**", "^", "/"), _both(FLOAT, *_NUMBERS)),
    "+": _sum(_TIMES_ADDED, *_NUMBERS, "string", "time", "duration"),
    "-": _sum(_TIMES_SUBTRACTED, *_NUMBERS, "time", "duration"),
    "*": _sum(_TIMES_MULTIPLIED, *_NUMBERS, "duration"),
    "%": _both(INT, "int"),
    "..": _both(INTS, "int"),
    "in": _membership,
    "??": _coalesced,
}
