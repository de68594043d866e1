"""What is written in an expression as a number or a quoted string."""

import re
import sys

from windlass.coordinator.engine.expressions.problems import Fault

_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "`": "`",
}
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.?))", re.DOTALL
)
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_KINDS = {16: "hex", 8: "octal", 2: "binary"}
_SURROGATES = range(0xD800, 0xE000)
MAX_INT = 2**63 - 1


def number(written: str, at: int) -> int | float:
    digits = written.replace("_", "").lower()
    base = _BASES.get(digits[:2])
    try:
        if base is None and any(mark in digits for mark in ".e"):
            return _float(digits)
        value = int(digits[2:], base) if base else int(digits)
    except ValueError:
        raise Fault(f'bad number syntax: "{written}"', at) from None
    if value > MAX_INT:
        message = f'strconv.ParseInt: parsing "{digits}": value out of range'
        kind = _KINDS.get(base or 10, "integer")
        raise Fault(f"invalid {kind} literal: {message}", at + len(written) - 1)
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if value == float("inf"):
        raise ValueError(digits)
    return value


def text(written: str, at: int) -> str:
    inside = written[1:-1]
    if "\\" not in inside:
        return inside

    def character(match: re.Match[str]) -> str:
        *hexes, octal, simple = match.groups()
        for digits in hexes:
            if digits is not None:
                return _character(int(digits, 16), at)
        if octal is not None:
            return _character(int(octal, 8), at)
        if simple not in _SIMPLE:
            raise Fault("unable to unescape string, unknown escape sequence", at)
        return _SIMPLE[simple]

    return _ESCAPE.sub(character, inside)


def _character(code: int, at: int) -> str:
    if code > sys.maxunicode or code in _SURROGATES:
        raise Fault("unable to unescape string, invalid code point", at)
    return chr(code)
