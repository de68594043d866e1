"""JSON and Base64."""

import base64
import binascii
import json
import math
from typing import NoReturn

from windlass.coordinator.engine.expressions import documents
from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import STRING
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import function
from windlass.coordinator.engine.expressions.values import is_list, is_map, measure


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
        raise Fault(f"fromJSON: {problem}") from None
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
        raise Fault("fromBase64: illegal base64 data") from None
