"""Finds the ``{{ }}`` blocks of a text, in time that grows with its length only.

A block is ``{{``, white space, the shortest text of at least one character without a newline,
white space, ``}}``. ``{{}}`` is literal, and so is whatever never closes.
"""

from collections.abc import Iterator

from windlass.coordinator.engine.expressions.limits import MAX_BLOCKS, MAX_SOURCE
from windlass.coordinator.engine.expressions.problems import ExpressionError

_OPEN, _CLOSE = "{{", "}}"


def blocks(text: str) -> Iterator[tuple[str, str | None]]:
    """Pairs of literal text and the source of the block after it (None after the last)."""
    done = count = sources = 0
    for start, source, end in _found(text):
        count, sources = count + 1, sources + len(source)
        if count > MAX_BLOCKS or sources > MAX_SOURCE:
            raise ExpressionError(
                f"a text may hold at most {MAX_BLOCKS} expressions"
                f" of at most {MAX_SOURCE} characters together"
            )
        yield text[done:start], source
        done = end
    yield text[done:], None


def _found(text: str) -> Iterator[tuple[int, str, int]]:
    at = text.find(_OPEN)
    while at >= 0:
        if text.startswith(_CLOSE, at + 2):
            at = text.find(_OPEN, at + 4)
            continue
        close = text.find(_CLOSE, at + 3)
        if close < 0:
            return
        inside = text[at + 2 : close]
        source = inside.strip() or " "
        if "\n" in source:
            at = _after_newline(text, at, at + 2 + len(inside.rstrip()))
        else:
            yield at, source, close + 2
            at = text.find(_OPEN, close + 2)


def _after_newline(text: str, at: int, end: int) -> int:
    """Where the next block may open: no block reaches from before a newline to behind it, unless
    there is nothing but white space between its braces and the newline."""
    newline = text.rfind("\n", at, end)
    before = len(text[at:newline].rstrip())
    if before > len(_OPEN) and text.endswith(_OPEN, at, at + before):
        return at + before - 2
    return text.find(_OPEN, newline)
