"""A JSON body to the fields of a struct, as Go's decoder fills them in.

Like it: keys match without regard to case, a key that comes again adds to what the first left, null
leaves scalars as they are, and decoding goes on after an error, of which the first is told.
"""

from typing import Any

from windlass.coordinator.dialects.tork.model import BOOL, FLOAT, INT, STRUCTS, TEXT, Type
from windlass.shared.golang.jsonscan import Pairs, first_value
from windlass.shared.golang.jsontokens import Number, Wrong
from windlass.shared.golang.text import quote

DEEPEST = 100  # fields inside fields; Go has no limit of its own there

_INTS = range(-(1 << 63), 1 << 63)
_LONGEST_INT = 20  # characters
_KINDS = {str: "string", Number: "number", bool: "bool", list: "array", Pairs: "object"}


def decode(body: bytes, type: Type, *, strict: bool = True) -> dict[str, Any]:
    """What was given of the struct, by document key; lists and parts may be None. Or ``Wrong``.
    ``strict``: an unknown field is an error."""
    decoder = _Decoder(strict)
    found: dict[str, Any] = decoder.value(first_value(body), type, None)
    if decoder.error:
        raise Wrong(decoder.error)
    return found or {}


class _Decoder:
    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self.error = ""
        self._struct = ""
        self._path: list[str] = []

    def value(self, value: Any, type: Type, old: Any) -> Any:
        """What becomes of ``old``."""
        if value is None:
            return None if type.nullable else old
        if type.struct and isinstance(value, Pairs):
            return self._fields(value, type, old)
        if type.is_map and isinstance(value, Pairs):
            return self._entries(value, type, old)
        if type.is_list and isinstance(value, list):
            return self._items(value, type, old)
        return self._scalar(value, type, old)

    def _fields(self, value: Pairs, type: Type, old: Any) -> dict[str, Any]:
        struct, around = STRUCTS[type.struct], self._struct
        into: dict[str, Any] = old if old is not None else {}
        if len(self._path) > DEEPEST:
            raise Wrong("json: exceeded max depth")
        for key, item in value.items:
            field = struct.folded(key)
            if field is None:
                if self._strict:
                    self._note(f"json: unknown field {quote(key)}")
                continue
            self._struct = struct.name
            self._path.append(field.key)
            into[field.key] = self.value(item, field.type, into.get(field.key))
            self._path.pop()
        self._struct = around
        return into

    def _entries(self, value: Pairs, type: Type, old: Any) -> dict[str, Any]:
        into: dict[str, Any] = old if old is not None else {}
        for key, item in value.items:
            text = self.value(item, type.item or TEXT, "")
            into[key] = text
        return into

    def _items(self, value: list[Any], type: Type, old: Any) -> list[Any]:
        item_type = type.item or TEXT
        left = [*(old or ())][: len(value)]
        left += [{} if item_type.struct else "" for _ in value[len(left) :]]
        return [self.value(item, item_type, was) for item, was in zip(value, left, strict=True)]

    def _scalar(self, value: Any, type: Type, old: Any) -> Any:
        kind = value.__class__
        if kind is Number and type in {INT, FLOAT}:
            number = _int(value) if type is INT else _float(value)
            if number is not None:
                return number
            return self._mismatch(f"number {value}", type, old)
        if (kind is str and type is TEXT) or (kind is bool and type is BOOL):
            return value
        return self._mismatch(_KINDS[kind], type, old)

    def _mismatch(self, found: str, type: Type, old: Any) -> Any:
        where = f"struct field {self._struct}.{'.'.join(self._path)}" if self._path else "value"
        self._note(f"json: cannot unmarshal {found} into Go {where} of type {type.name}")
        return old

    def _note(self, error: str) -> None:
        self.error = self.error or error


def _int(text: str) -> int | None:
    if len(text) > _LONGEST_INT or not text.lstrip("-").isdigit():
        return None
    number = int(text)
    return number if number in _INTS else None


def _float(text: str) -> float | None:
    number = float(text)
    return number if abs(number) != float("inf") else None
