"""JSON and Base64."""

import base64
import binascii
import json
import math
import re
from typing import NoReturn

from windlass.coordinator.engine.expressions import documents
from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import STRING
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import function
from windlass.coordinator.engine.expressions.values import is_list, is_map, measure
from windlass.shared.golang.jsonscan import what_is_wrong

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_LEAST = 2  # letters of a group before its padding


@function("toJSON", "any", result=STRING)
def to_json(budget: Budget, value: object) -> str:
    """Indented by two, keys sorted, ``<``, ``>`` and ``&`` escaped."""
    return documents.document(budget, value)


@function("fromJSON", "string")
def from_json(budget: Budget, text: str) -> object:
    """All numbers are floats."""
    budget.text(len(text))
    try:
        value: object = json.loads(
            text, parse_int=_number, parse_float=_number, parse_constant=_constant
        )
    except ValueError as problem:
        raise Fault(what_is_wrong(text) or str(problem)) from None
    measure(budget, value)
    return _whole(value) if "\\u" in text else value


def _whole(value: object) -> object:
    """Half a surrogate pair, which only an escape can bring in, becomes U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if is_map(value):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if is_list(value) else value


def _number(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise ValueError(f"number {written[:32]} is too large")
    return value


def _constant(written: str) -> NoReturn:
    raise ValueError(f"invalid value {written}")


@function("toBase64", "string", result=STRING)
def to_base64(budget: Budget, text: str) -> str:
    data = text.encode(errors="surrogatepass")
    budget.text(len(data) * 4 // 3 + 3)
    return base64.b64encode(data).decode()


@function("fromBase64", "string", result=STRING)
def from_base64(budget: Budget, text: str) -> str:
    """What is not UTF-8 inside becomes U+FFFD."""
    budget.text(len(text))
    try:
        plain = text.replace("\r", "").replace("\n", "")
        return base64.b64decode(plain, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        place = _first_bad(plain)
        raise Fault(f"illegal base64 data at input byte {place}") from None


def _first_bad(text: str) -> int:
    """Where Go's decoder stops: at what is no letter of Base64, else at the last group."""
    data = text.encode(errors="surrogatepass")
    found = _NOT_BASE64.search(data)
    if found is None:
        return len(data) - len(data) % 4
    if data[found.start() : found.start() + 1] != b"=" or found.start() % 4 < _LEAST:
        return found.start()
    padded = data[found.start() :].startswith(b"==") or found.start() % 4 == _LEAST + 1
    return found.start() + 1 + (padded and found.start() % 4 == _LEAST)
