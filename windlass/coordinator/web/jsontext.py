"""Strict JSON: no duplicate keys, no NaN, no NUL, nothing deeper than a document needs."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from windlass.coordinator.web.reading import (
    DEEPEST,
    Flaw,
    Path,
    Unreadable,
    decode_text,
    written_float,
)

# Takes an unfinished string too: trying again at each of its quotes would be quadratic.
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.?)*+"?|[][{}]', re.DOTALL)
_LONGEST_INT = 40  # digits
# Only these escapes can make a string that Postgres does not take.
_DOUBTFUL = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class _Twice(dict[str, Any]):
    """An object in which a key came more than once."""

    key = ""


def load(data: bytes) -> Any:
    """The value; Unreadable with everything that is wrong."""
    text = decode_text(data)
    _refuse_depth(text)
    seen: list[_Twice] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) == len(items):
            return found
        twice = _Twice(found)
        twice.key = _first_repeated([key for key, _ in items])
        seen.append(twice)
        return twice

    value = _decode(
        text,
        json.JSONDecoder(
            object_pairs_hook=pairs,
            parse_float=_finite,
            parse_int=_int,
            parse_constant=_no_constant,
        ),
    )
    if seen or _DOUBTFUL.search(text):
        _refuse(list(_flaws(value, ())))
    return value


def _decode(text: str, decoder: json.JSONDecoder) -> Any:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as problem:
        message = f"not valid JSON: {problem.msg[:1].lower()}{problem.msg[1:]}"
        raise Unreadable(Flaw((), message, "", problem.lineno, problem.colno)) from None
    except ValueError as problem:  # of our own hooks
        raise Unreadable(Flaw((), f"not valid JSON: {problem}")) from None


def _refuse_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for match in _STRUCTURE.finditer(text):
        sign = match[0]
        if sign in "[{":
            depth += 1
            if depth > DEEPEST:
                raise Unreadable(_too_deep(text, match.start()))
        elif sign in "]}":
            depth -= 1


def _too_deep(text: str, at: int) -> Flaw:
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return Flaw((), "nested too deeply", f"at most {DEEPEST} levels", line, column)


def _finite(text: str) -> float:
    number = written_float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large for a number")
    return number


def _int(text: str) -> int:
    if len(text) > _LONGEST_INT:
        raise ValueError(f"a number of {len(text)} digits is too large")
    return int(text)


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _first_repeated(keys: list[str]) -> str:
    seen: set[str] = set()
    return next(key for key in keys if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add gives None


def _refuse(flaws: list[Flaw]) -> None:
    if flaws:
        raise Unreadable(*flaws)


def _flaws(value: Any, path: Path) -> Iterator[Flaw]:
    if isinstance(value, str):
        yield from _text_flaws(value, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flaws(item, (*path, index))
    elif isinstance(value, dict):
        if isinstance(value, _Twice):
            yield Flaw((*path, value.key), "is given more than once", "once")
        for key, item in value.items():
            yield from _text_flaws(key, path)
            yield from _flaws(item, (*path, key))


def _text_flaws(text: str, path: Path) -> Iterator[Flaw]:
    if "\0" in text:
        yield Flaw(path, "holds a NUL character", "text without NUL")
    if any("\ud800" <= char <= "\udfff" for char in text):
        yield Flaw(path, "holds half a surrogate pair", "valid Unicode")
