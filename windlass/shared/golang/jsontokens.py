"""The words of JSON one by one, with what Go's decoder says about each that is spelled wrongly.

A body is looked at as bytes (each a character of its value), since Go's messages name bytes.
"""

import json
import re

from windlass.shared.golang.text import decode_utf8, quote_byte

_GOOD = r'"(?:[^"\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+'
_GOOD_START = re.compile(_GOOD)
_STRING = re.compile(_GOOD + '"')
_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{0,4}")
_DIGITS = re.compile(r"[0-9]+")
_HALF = re.compile("[\ud800-\udfff]")
_LITERALS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


class Wrong(Exception):
    """What Go's decoder answers to this body."""


class Number(str):
    """As it was written."""

    __slots__ = ()


def bad(char: str, where: str) -> Wrong:
    """``char``: "" where the body ends."""
    if not char:
        return Wrong("unexpected EOF")
    return Wrong(f"invalid character {quote_byte(char)} {where}")


def string(text: str, at: int) -> tuple[str, int]:
    """The string whose opening quote is at ``at``, and where it ends."""
    match = _STRING.match(text, at)
    if match is None:
        raise _bad_string(text, at)
    return _unquoted(match[0]), match.end()


def _unquoted(token: str) -> str:
    if "\\" in token:
        # Python puts halves of surrogate pairs together as Go does.
        text: str = json.loads(decode_utf8(token.encode("latin-1")))
        return _HALF.sub("\ufffd", text)
    token = token[1:-1]
    return token if token.isascii() else decode_utf8(token.encode("latin-1"))


def _bad_string(text: str, at: int) -> Wrong:
    match = _GOOD_START.match(text, at)
    at = match.end() if match else at
    if not text.startswith("\\", at):
        return bad(text[at : at + 1], "in string literal")
    escape = _ESCAPE.match(text, at)
    if escape is None:
        return bad(text[at + 1 : at + 2], "in string escape code")
    return bad(text[escape.end() : escape.end() + 1], "in \\u hexadecimal character escape")


def number(text: str, at: int) -> tuple[Number, int]:
    end = at + text.startswith("-", at)
    end = end + 1 if text.startswith("0", end) else _digits(text, end, "in numeric literal")
    if text.startswith(".", end):
        end = _digits(text, end + 1, "after decimal point in numeric literal")
    if text.startswith(("e", "E"), end):
        end += 1 + text.startswith(("+", "-"), end + 1)
        end = _digits(text, end, "in exponent of numeric literal")
    return Number(text[at:end]), end


def _digits(text: str, at: int, where: str) -> int:
    match = _DIGITS.match(text, at)
    if match is None:
        raise bad(text[at : at + 1], where)
    return match.end()


def literal(text: str, at: int) -> tuple[bool | None, int]:
    """The one that begins with the letter at ``at``."""
    word, value = _LITERALS[text[at]]
    for place, letter in enumerate(word, at):
        if not text.startswith(letter, place):
            where = f"in literal {word} (expecting {quote_byte(letter)})"
            raise bad(text[place : place + 1], where)
    return value, at + len(word)
