"""What a resolved scalar is where text, a number or a truth is wanted."""

import math
from typing import Any

from windlass.coordinator.dialects.tork.model import BOOL, FLOAT, INT, TEXT, Type
from windlass.coordinator.dialects.tork.yamlnodes import Node
from windlass.coordinator.dialects.tork.yamltags import BINARY, Value

NOTHING: Any = object()  # leaves things as they are
MISFIT: Any = object()

_SMALLEST, _LARGEST = -(1 << 63), (1 << 63) - 1
_YES = {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}
_NO = {"n", "N", "no", "No", "NO", "off", "Off", "OFF"}


def fitted(node: Node, type: Type, tag: str, value: Value) -> Any:
    """The value a field of this type gets, or one of the two above."""
    if value is None:
        return None if type.nullable else NOTHING
    if type is TEXT:
        return value if tag == BINARY else node.value
    if type is BOOL:
        return _truth(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if type is INT:
            return _int(value)
        if type is FLOAT:
            return float(value)
    return MISFIT


def _int(value: float) -> Any:
    """A fraction is cut off."""
    if isinstance(value, float):
        if math.isnan(value) or value > _LARGEST:
            return MISFIT
        return int(max(value, _SMALLEST))
    return value if _SMALLEST <= value <= _LARGEST else MISFIT


def _truth(value: Value) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and (value in _YES or value in _NO):
        return value in _YES
    return MISFIT
