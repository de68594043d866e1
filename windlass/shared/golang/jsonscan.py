"""JSON the way Go's decoder scans it: the first value of a body, or Go's words for what is wrong.

Nothing here recurses, and the work grows with the length of the body only.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from windlass.shared.golang.jsontokens import Wrong, bad, literal, number, string

DEEPEST = 10_000  # as Go

_SPACE = re.compile(r"[ \t\r\n]*")
_VALUE = "looking for beginning of value"


@dataclass
class Pairs:
    """An object: every key as often and in the order it came."""

    items: list[tuple[str, Any]] = field(default_factory=list)
    key: str = ""  # of the value that is read next


def first_value(body: bytes) -> Any:
    """Text, Number, True, False, None, a list or Pairs; what follows it is not looked at."""
    return _Scanner(body.decode("latin-1")).scan()


def what_is_wrong(text: str) -> str:
    """With a text that has to be one value and nothing more; "" where nothing is."""
    # Go lets a space follow the end to find out whether a word was complete.
    scanner = _Scanner(text.encode("utf-8", "replace").decode("latin-1") + " ")
    try:
        scanner.scan()
    except Wrong as wrong:
        ended = str(wrong) in {"EOF", "unexpected EOF"}
        return "unexpected end of JSON input" if ended else str(wrong)
    return scanner.rest()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[list[Any] | Pairs] = []
        self._value: Any = None
        self._fresh = False  # nothing of the innermost open one has been read

    def scan(self) -> Any:
        if not self._next():
            raise Wrong("EOF")
        self._begin()
        while self._open:
            self._go_on(self._open[-1])
        return self._value

    def rest(self) -> str:
        after = self._next()
        return str(bad(after, "after top-level value")) if after else ""

    def _next(self) -> str:
        """The next character that is no space, not consumed; "" at the end."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _go_on(self, around: list[Any] | Pairs) -> None:
        """One item, or the end, of something open."""
        sign, is_list = self._next(), isinstance(around, list)
        if sign == ("]" if is_list else "}"):
            self._at += 1
            self._open.pop()
            self._fresh = False
        elif self._fresh:
            self._item(around)
        elif sign != ",":
            raise bad(sign, "after array element" if is_list else "after object key:value pair")
        else:
            self._at += 1
            self._item(around)

    def _item(self, around: list[Any] | Pairs) -> None:
        """The beginning of the next value in something open, its key before it."""
        self._fresh = False
        if isinstance(around, Pairs):
            if (sign := self._next()) != '"':
                raise bad(sign, "looking for beginning of object key string")
            around.key, self._at = string(self._text, self._at)
            if (sign := self._next()) != ":":
                raise bad(sign, "after object key")
            self._at += 1
        self._begin()

    def _begin(self) -> None:
        sign = self._next()
        if sign in {"{", "["}:
            self._start(sign)
            return
        value: Any
        if sign == '"':
            value, self._at = string(self._text, self._at)
        elif sign and sign in "-0123456789":
            value, self._at = number(self._text, self._at)
        elif sign in {"t", "f", "n"}:
            value, self._at = literal(self._text, self._at)
        else:
            raise bad(sign, _VALUE)
        self._put(value)

    def _start(self, sign: str) -> None:
        if len(self._open) >= DEEPEST:
            raise bad(sign, "exceeded max depth")
        self._at += 1
        opened: list[Any] | Pairs = [] if sign == "[" else Pairs()
        self._put(opened)
        self._open.append(opened)
        self._fresh = True

    def _put(self, value: Any) -> None:
        match self._open[-1:]:
            case [list() as around]:
                around.append(value)
            case [Pairs() as around]:
                around.items.append((around.key, value))
            case _:
                self._value = value
