"""One sentence for every field that cannot stay as it is, in the order of Tork's validator: fields
as a struct lists them, what is inside them at once, and rules of a whole struct after its fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from windlass.coordinator.dialects.tork.model import STRUCTS, Field, Type
from windlass.coordinator.dialects.tork.rules import RULES
from windlass.coordinator.dialects.tork.wholes import WHOLES

MOST_SENTENCES = 1_000
MOST_EXPRESSIONS = 200_000  # characters compiled beforehand; the rest when its task starts

Tree = Mapping[str, Any]

_EMPTY = {"string": "", "int": 0, "bool": False}


class Directory(Protocol):
    """Whom a permission may name."""

    def has_user(self, username: str) -> bool: ...

    def has_role(self, slug: str) -> bool: ...


class Everybody:
    """Knows any name."""

    def has_user(self, username: str) -> bool:
        return True

    def has_role(self, slug: str) -> bool:
        return True


def sentences(tree: Tree, type: Type, directory: Directory) -> list[str]:
    """The first thousand."""
    found = _Validator(directory).struct(tree, type.struct, type.struct)
    return list(islice(found, MOST_SENTENCES))


class _Validator:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._expressions = MOST_EXPRESSIONS

    def struct(self, tree: Tree, name: str, path: str) -> Iterator[str]:
        for field in STRUCTS[name].fields.values():
            value = tree.get(field.key)
            if value is None and field not in _MISSED[name]:
                continue
            at = f"{path}.{field.name}"
            broken = self._broken(name, field, value)
            if broken:
                yield _sentence(at, field.name, broken)
            else:
                yield from self._inside(field.type, value, at)
        if name in WHOLES:
            for field_name, tag in WHOLES[name](tree, self._directory):
                yield _sentence(f"{path}.{field_name}", field_name, tag)

    def _broken(self, struct: str, field: Field, value: Any) -> str:
        """The tag of the first rule that does not hold, or ""."""
        given = _empty(field) if value is None else value
        for rule in RULES.get((struct, field.key), ()):
            if rule.tag == "expr" and not self._can_afford(given):
                continue
            if not rule.holds(given):
                return rule.tag
        return ""

    def _can_afford(self, text: str) -> bool:
        self._expressions -= len(text)
        return self._expressions >= 0

    def _inside(self, type: Type, value: Any, path: str) -> Iterator[str]:
        if type.struct:
            if value is not None or not type.pointer:
                yield from self.struct(value or {}, type.struct, path)
        elif type.is_list and type.item and type.item.struct:
            items: Sequence[Tree] = value or ()
            for index, item in enumerate(items):
                yield from self.struct(item, type.item.struct, f"{path}[{index}]")


def _empty(field: Field) -> Any:
    return _EMPTY.get(field.type.name)


def _is_missed(struct: str, field: Field) -> bool:
    """Something is to be said of it where it is not there."""
    rules = RULES.get((struct, field.key), ())
    plain = bool(field.type.struct) and not field.type.pointer
    return plain or not all(rule.holds(_empty(field)) for rule in rules)


_MISSED = {
    name: {field for field in struct.fields.values() if _is_missed(name, field)}
    for name, struct in STRUCTS.items()
}


def _sentence(path: str, field: str, tag: str) -> str:
    return f"Key: '{path}' Error:Field validation for '{field}' failed on the '{tag}' tag"
