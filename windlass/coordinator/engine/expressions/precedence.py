"""Turns a flat chain of operands and operators into a tree."""

from dataclasses import dataclass

from windlass.coordinator.engine.expressions.limits import MAX_DEPTH
from windlass.coordinator.engine.expressions.nodes import Binary, Node, Unary
from windlass.coordinator.engine.expressions.problems import Fault

_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
_WORDS = ("in", "matches", "contains", "startsWith", "endsWith")
_UNARY = {"not": 50, "!": 50, "-": 90, "+": 90}
_BINARY = {
    **dict.fromkeys(("or", "||"), 10),
    **dict.fromkeys(("and", "&&"), 15),
    **dict.fromkeys((*_COMPARISONS, *_WORDS), 20),
    "..": 25,
    **dict.fromkeys(("+", "-"), 30),
    **dict.fromkeys(("*", "/", "%"), 60),
    **dict.fromkeys(("**", "^"), 100),
    "??": 500,
}
_RIGHT = frozenset({"**", "^"})


@dataclass(frozen=True, slots=True)
class Operator:
    symbol: str
    at: int
    negated: bool = False


class Climber:
    """Precedence climbing over the operands and operators of one chain."""

    def __init__(self, items: "list[Node | Operator]") -> None:
        self._items = items
        self._next = 0
        self._depth = 0

    def tree(self) -> Node:
        return self._climb(0)

    def _climb(self, least: int) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Fault(f"the expression is nested deeper than {MAX_DEPTH} levels")
        left = self._operand()
        before = ""
        while (operator := self._infix(least)) is not None:
            if before == "??" and operator.symbol != "??":
                raise Fault(_MIXED.format(operator.symbol), operator.at)
            left = self._join(left, operator)
            before = operator.symbol
        self._depth -= 1
        return left

    def _operand(self) -> Node:
        item = self._items[self._next]
        self._next += 1
        if isinstance(item, Node):
            return item
        return Unary(item.at, item.symbol, self._climb(_UNARY[item.symbol]))

    def _infix(self, least: int) -> Operator | None:
        if self._next == len(self._items):
            return None
        item = self._items[self._next]
        if not isinstance(item, Operator) or _BINARY[item.symbol] < least:
            return None
        self._next += 1
        return item

    def _join(self, left: Node, operator: Operator) -> Node:
        if operator.symbol in _COMPARISONS:
            return self._compare(left, operator)
        binds = _BINARY[operator.symbol]
        right = self._climb(binds if operator.symbol in _RIGHT else binds + 1)
        node: Node = Binary(operator.at, operator.symbol, left, right)
        return Unary(operator.at, "not", node) if operator.negated else node

    def _compare(self, left: Node, operator: Operator) -> Node:
        """``a < b < c`` means ``a < b and b < c``."""
        binds = _BINARY[operator.symbol] + 1
        right = self._climb(binds)
        node: Node = Binary(operator.at, operator.symbol, left, right)
        while (after := self._comparison()) is not None:
            left, right = right, self._climb(binds)
            link = Binary(after.at, after.symbol, left, right)
            node = Binary(after.at, "&&", node, link)
        return node

    def _comparison(self) -> Operator | None:
        item = self._items[self._next] if self._next < len(self._items) else None
        if not isinstance(item, Operator) or item.symbol not in _COMPARISONS:
            return None
        self._next += 1
        return item


_MIXED = "Operator (??) and coalesce expressions ({}) cannot be mixed. Wrap either by parentheses."
