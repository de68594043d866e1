"""From the source of one expression to its tree. lark is imported at the first expression."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from windlass.coordinator.engine.expressions.limits import MAX_SOURCE
from windlass.coordinator.engine.expressions.nodes import Node
from windlass.coordinator.engine.expressions.problems import Fault

if TYPE_CHECKING:
    from lark import Lark, Token, UnexpectedInput

_KINDS = {"NAME": "Identifier", "NUMBER": "Number", "STRING": "String", "RAW": "String"}
_BRACKETS = "()[]{}"
_QUOTES = "\"'`"


def parse(source: str) -> Node:
    """Raises Fault."""
    from lark import UnexpectedInput  # noqa: PLC0415 - only who has templates pays
    from lark.exceptions import VisitError  # noqa: PLC0415 - likewise

    if len(source) > MAX_SOURCE:
        raise Fault(f"an expression may have at most {MAX_SOURCE} characters")
    try:
        return cast(Node, _parser().parse(source))
    except UnexpectedInput as problem:
        raise _unexpected(problem, source) from None
    except VisitError as problem:
        raise problem.orig_exc from None


@cache
def _parser() -> "Lark":
    from lark import Lark  # noqa: PLC0415 - likewise

    from windlass.coordinator.engine.expressions.building import Builder  # noqa: PLC0415 - likewise

    grammar = files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar, parser="lalr", lexer="basic", transformer=Builder(), maybe_placeholders=True
    )


def _unexpected(problem: "UnexpectedInput", source: str) -> Fault:
    from lark import UnexpectedToken  # noqa: PLC0415 - likewise

    if isinstance(problem, UnexpectedToken):
        return _unexpected_token(problem.token, source)
    at = problem.pos_in_stream or 0
    if source[at] in _QUOTES:
        return Fault("literal not terminated", len(source))
    return Fault(_unreadable(source, at), at)


def _unexpected_token(token: "Token", source: str) -> Fault:
    if token.type == "$END":
        text = "unexpected token EOF"
        if source.endswith(".") and not source.endswith(".."):
            text = "unexpected end of expression"
        return Fault(text, max(len(source) - 1, 0))
    kind = _KINDS.get(token.type, "Bracket" if token in _BRACKETS else "Operator")
    word = str(token)[1:-1] if kind == "String" else token
    return Fault(f'unexpected token {kind}("{word}")', token.start_pos)


def _unreadable(source: str, at: int) -> str:
    char = source[at]
    if char == "&":
        return 'unexpected token Operator("&")'
    if source.startswith("/*", at):
        return "unclosed comment"
    if char.isdigit():
        word = source[at:].split(maxsplit=1)[0]
        return f'bad number syntax: "{word}"'
    return f"unrecognized character: U+{ord(char):04X} '{char}'"
