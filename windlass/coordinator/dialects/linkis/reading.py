"""What comes with a request, read with care: bodies, fields of a wanted kind, numbers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import request

from windlass.coordinator.dialects.linkis import words
from windlass.coordinator.web import jsontext
from windlass.shared.text import is_clean

_DIGITS = 18
_LATEST = 253_370_764_800_000  # ms: the year 9999


def whole_body() -> Mapping[str, Any]:
    """A JSON object, whatever its type and coding are called. Unreadable, or a Refusal."""
    document = jsontext.load(request.get_data())
    if not isinstance(document, dict):
        raise words.refuse("the body must be a JSON object")
    return document


def text_of(document: Mapping[str, Any], name: str) -> str:
    """Empty where there is none. Refusal: it is no text."""
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise words.refuse(f"{name} must be a string")
    return value


def part_of(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Empty where there is none. Refusal: it is no object."""
    value = document.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise words.refuse(f"{name} must be an object")
    return value


def texts_of(document: Mapping[str, Any], name: str) -> dict[str, str]:
    """Of an object of plain values, each as text, without those that are null."""
    found = {}
    for key, value in part_of(document, name).items():
        if isinstance(value, dict | list):
            raise words.refuse(f"{name}.{key[:64]} must be a string")
        if value is not None:
            found[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def number_asked(name: str, otherwise: int) -> int:
    """A parameter of the address, or what it is without; the words are Java's."""
    text = request.args.get(name, "").strip()
    if not text:
        return otherwise
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS):
        raise words.failed(f'NumberFormatException: For input string: "{text[:64]}"')
    return int(text)


def moment_asked(name: str) -> datetime | None:
    """Milliseconds since 1970."""
    at = number_asked(name, -1)
    if at < 0:
        return None
    return datetime.fromtimestamp(min(at, _LATEST) / 1000, UTC)


def text_asked(name: str) -> str:
    text = request.args.get(name, "").strip()
    if not is_clean(text):
        raise words.refuse(f"{name} holds what no text can hold")
    return text
