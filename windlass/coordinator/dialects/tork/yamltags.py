"""What a plain YAML scalar is to yaml.v3: its tag, and its value where a number or a truth is
wanted."""

import base64
import binascii
import re

NULL, BOOL, INT, FLOAT = "!!null", "!!bool", "!!int", "!!float"
STR, BINARY, TIME, MERGE = "!!str", "!!binary", "!!timestamp", "!!merge"

Value = str | int | float | bool | None

_RESOLVED = {"", STR, BOOL, INT, FLOAT, NULL, TIME}
_LONG = "tag:yaml.org,2002:"
_WORDS: dict[str, tuple[str, Value]] = {
    **dict.fromkeys(("true", "True", "TRUE"), (BOOL, True)),
    **dict.fromkeys(("false", "False", "FALSE"), (BOOL, False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (NULL, None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (FLOAT, float("nan"))),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), (FLOAT, float("inf"))),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (FLOAT, float("-inf"))),
    "<<": (MERGE, "<<"),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_INT = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)")
_DATE = r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
_CLOCK = r"[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]+)?"
_TIME = re.compile(rf"{_DATE}([Tt]{_CLOCK}(Z|[-+][0-9]{{2}}:[0-9]{{2}})| {_CLOCK})?")
_LONGEST_NUMBER = 400
_NUMERIC = set("+-0123456789.")


class Unfit(Exception):
    """The text is not what its explicit tag says."""


def short(tag: str) -> str:
    return f"!!{tag[len(_LONG) :]}" if tag.startswith(_LONG) else tag


def resolve(tag: str, text: str) -> tuple[str, Value]:
    """The tag the text has by itself, and its value; ``tag`` is the one it was given, or ""."""
    if tag == STR:
        return STR, text
    if tag not in _RESOLVED:
        return tag, _binary(text) if tag == BINARY else text
    found, value = _plain(tag, text)
    if tag in {"", found}:
        return found, value
    if tag == FLOAT and found == INT and isinstance(value, int):
        return FLOAT, float(value)
    raise Unfit(f"cannot decode {found} `{text}` as a {tag}")


def _binary(text: str) -> str:
    compact = text.replace("\n", "").replace("\r", "")
    try:
        data = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        raise Unfit("!!binary value contains invalid base64 data") from None
    return data.decode("utf-8", "windlass.each-byte")


def _plain(tag: str, text: str) -> tuple[str, Value]:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC or len(text) > _LONGEST_NUMBER:
        return STR, text
    if tag in {"", TIME} and _is_time(text):
        return TIME, text
    return _number(text)


def _number(text: str) -> tuple[str, Value]:
    plain = text if text.startswith(".") else text.replace("_", "")
    match = _INT.fullmatch(plain)
    if match and not text.startswith("."):
        number = _int(match[1], match[2])
        if -(1 << 63) <= number < 1 << 64:
            return INT, number
    if _FLOAT.fullmatch(plain) and abs(float(plain)) != float("inf"):
        return FLOAT, float(plain)
    return STR, text


def _int(sign: str, digits: str) -> int:
    base = _BASES.get(digits[:2].lower())
    number = int(digits[2:], base) if base else int(digits, 8 if digits.startswith("0") else 10)
    return -number if sign == "-" else number


def _is_time(text: str) -> bool:
    match = _TIME.fullmatch(text)
    return match is not None
