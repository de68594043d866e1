"""The parser's callbacks: each makes the node of what was just read. No tree of lark's is kept.

Imports lark, so only ``syntax`` may import this, when the first expression comes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lark import Token, Transformer, v_args

from windlass.coordinator.engine.expressions import literals, nodes
from windlass.coordinator.engine.expressions.nodes import Node
from windlass.coordinator.engine.expressions.precedence import Climber, Operator
from windlass.coordinator.engine.expressions.predicates import PREDICATES
from windlass.coordinator.engine.expressions.problems import Fault

_CONSTANTS = {"true": True, "false": False, "nil": None}


@dataclass(frozen=True, slots=True)
class Postfix:
    """What follows an operand: a member, an index, a slice, a method or a pipe."""

    apply: Callable[[Node], Node]
    optional: bool = False


@v_args(inline=True)
class Builder(Transformer[Token, Node]):
    """Method names are the grammar's."""

    def start(self, sequence: Node) -> Node:
        return sequence

    def sequence(self, *items: Node) -> Node:
        return items[0] if len(items) == 1 else nodes.Sequence(items[0].at, items)

    def let(self, _let: Token, name: Token, value: Node, body: Node) -> Node:
        return nodes.Let(_at(name), str(name), value, body)

    def when(self, word: Token, *children: Node | Token) -> Node:
        condition, yes, no = (child for child in children if isinstance(child, Node))
        return nodes.Conditional(_at(word), condition, yes, no)

    def choice(self, condition: Node, mark: Token, yes: Node, no: Node) -> Node:
        return nodes.Conditional(_at(mark), condition, yes, no)

    def otherwise(self, condition: Node, mark: Token, no: Node) -> Node:
        return nodes.Conditional(_at(mark), condition, condition, no)

    # Operators

    def chain(self, *items: "Node | Token | Operator | Postfix") -> Node:
        flat: list[Node | Operator] = []
        for item in items:
            if isinstance(item, Postfix):
                flat = [item.apply(Climber(flat).tree())]
            elif isinstance(item, Token):
                flat.append(Operator(str(item), _at(item)))
            else:
                flat.append(item)
        return Climber(flat).tree()

    def negated(self, _not: Token, operator: Token) -> Operator:
        return Operator(str(operator), _at(operator), negated=True)

    def pipe(self, name: Token, arguments: tuple[Node, ...], *postfixes: Postfix) -> Postfix:
        def apply(left: Node) -> Node:
            return _follow(_call(name, (left, *arguments)), postfixes)

        return Postfix(apply)

    def operand(self, primary: Node, *postfixes: Postfix) -> Node:
        return _follow(primary, postfixes)

    # What follows an operand

    def property(self, name: Token) -> nodes.Constant:
        return nodes.Constant(_at(name), str(name))

    def member(self, dot: Token, key: nodes.Constant) -> Postfix:
        optional = dot == "?."
        return Postfix(
            lambda base: nodes.Member(key.at, base, key, optional, dotted=True), optional
        )

    def method(self, dot: Token, name: nodes.Constant, arguments: tuple[Node, ...]) -> Postfix:
        optional = dot == "?."
        return Postfix(
            lambda base: nodes.Method(name.at, base, str(name.value), arguments, optional),
            optional,
        )

    def index(self, bracket: Token, key: Node) -> Postfix:
        return Postfix(lambda base: nodes.Member(_at(bracket), base, key))

    def maybe_index(self, _maybe: Token, bracket: Token, key: Node) -> Postfix:
        return Postfix(lambda base: nodes.Member(_at(bracket), base, key, optional=True), True)

    def slice(self, bracket: Token, start: Node | None, end: Node | None) -> Postfix:
        return Postfix(lambda base: nodes.Slice(_at(bracket), base, start, end))

    # Operands

    def number(self, token: Token) -> Node:
        return nodes.Constant(_at(token), literals.number(str(token), _at(token)))

    def string(self, token: Token) -> Node:
        return nodes.Constant(_at(token), literals.text(str(token), _at(token)))

    def raw(self, token: Token) -> Node:
        return nodes.Constant(_at(token), str(token)[1:-1])

    def written_key(self, token: Token) -> Node:
        return nodes.Constant(_at(token), str(token))

    def name(self, token: Token) -> Node:
        if token in _CONSTANTS:
            return nodes.Constant(_at(token), _CONSTANTS[str(token)])
        return nodes.Name(_at(token), str(token))

    def pointer(self, token: Token) -> Node:
        return nodes.Pointer(_at(token), str(token))

    def shorthand(self, dot: Token, key: nodes.Constant) -> Node:
        return nodes.Member(key.at, nodes.Pointer(_at(dot), "#", "."), key, dotted=True)

    def group(self, inner: Node) -> Node:
        return inner

    def list(self, bracket: Token, *items: Node | None) -> Node:
        return nodes.ListOf(_at(bracket), _given(items))

    def pair(self, key: Node, value: Node) -> Node:
        return nodes.Sequence(key.at, (key, value))

    def map(self, brace: Token, *pairs: Node | None) -> Node:
        parts = [pair.parts() for pair in _given(pairs)]
        keys, values = tuple(part[0] for part in parts), tuple(part[1] for part in parts)
        return nodes.MapOf(_at(brace), keys, values)

    # Calls

    def arguments(self, *items: Node | None) -> tuple[Node, ...]:
        return _given(items)

    def block(self, brace: Token, body: Node) -> Node:
        return nodes.Predicate(_at(brace), body)

    def call(self, name: Token, arguments: tuple[Node, ...]) -> Node:
        return _call(name, arguments)


def _at(token: Token) -> int:
    return token.start_pos or 0


def _given(items: tuple[Node | None, ...]) -> tuple[Node, ...]:
    return tuple(item for item in items if item is not None)


def _follow(node: Node, postfixes: tuple[Postfix, ...]) -> Node:
    for postfix in postfixes:
        node = postfix.apply(node)
    return nodes.Chain(node.at, node) if any(p.optional for p in postfixes) else node


def _call(name: Token, arguments: tuple[Node, ...]) -> Node:
    least = PREDICATES.get(str(name))
    if least is not None:
        if len(arguments) < least:
            raise Fault(f"expected at least {least} arguments", _at(name))
        arguments = _with_predicate(arguments)
    for argument in arguments[:1] + arguments[2:] if least else arguments:
        if isinstance(argument, nodes.Predicate):
            raise Fault('unexpected token Bracket("{")', argument.at)
    return nodes.Call(_at(name), str(name), arguments)


def _with_predicate(arguments: tuple[Node, ...]) -> tuple[Node, ...]:
    if len(arguments) == 1 or isinstance(arguments[1], nodes.Predicate):
        return arguments
    body = arguments[1]
    return arguments[0], nodes.Predicate(body.at, body), *arguments[2:]
