"""A YAML body to the fields of a struct, as yaml.v3 fills them in with its ``KnownFields`` on.

All that is wrong is told, each with its line. What aliases may blow up is bounded.
"""

from typing import Any

from windlass.coordinator.dialects.tork.model import STRUCTS, TEXT, Struct, Type
from windlass.coordinator.dialects.tork.yamlnodes import Node, Wrong, first_document
from windlass.coordinator.dialects.tork.yamlscalars import MISFIT, NOTHING, fitted
from windlass.coordinator.dialects.tork.yamltags import Unfit, resolve
from windlass.shared.golang.text import decode_utf8, quote

MOST_ERRORS = 1_000
MOST_ALIASED = 20_000  # nodes read through aliases
DEEPEST = 100  # nodes inside nodes

_SHOWN = 10  # bytes of a value in a message
_CUT = 7


def decode(body: bytes, type: Type) -> dict[str, Any]:
    """What was given of the struct, by document key; lists and parts may be None. Or ``Wrong``."""
    root = first_document(body)
    if root is None:
        raise Wrong("EOF")
    decoder = _Decoder()
    found: dict[str, Any] = {}
    decoder.value(root, type, found)
    if decoder.errors:
        raise Wrong("yaml: unmarshal errors:\n  " + "\n  ".join(decoder.errors))
    return found


class _Decoder:
    def __init__(self) -> None:
        self.errors: list[str] = []
        self._aliases: set[Node] = set()
        self._aliased = self._depth = 0
        self._merged: set[str] | None = None  # keys that what is merged in does not change

    def value(self, node: Node, type: Type, into: dict[str, Any] | None = None) -> Any:
        """Of a map or struct, added to ``into``; NOTHING where the node leaves things as they
        are."""
        self._aliased += bool(self._aliases)
        if self._aliased > MOST_ALIASED:
            raise Wrong("yaml: document contains excessive aliasing")
        if self._depth > DEEPEST:
            raise Wrong("yaml: exceeded max depth")
        self._depth += 1
        try:
            return self._node(node, type, into)
        finally:
            self._depth -= 1

    def _node(self, node: Node, type: Type, into: dict[str, Any] | None) -> Any:
        if node.kind == "alias":
            return self._alias(node, type, into)
        if node.kind == "map":
            return self._map(node, type, {} if into is None else into)
        if node.kind == "seq":
            return self._list(node, type)
        try:
            value = fitted(node, type, *resolve(node.tag, node.value))
        except Unfit as problem:
            raise Wrong(f"yaml: {problem}") from None
        return self._mismatch(node, type) if value is MISFIT else value

    def _alias(self, node: Node, type: Type, into: dict[str, Any] | None) -> Any:
        if node in self._aliases:
            raise Wrong(f"yaml: anchor '{node.value}' value contains itself")
        self._aliases.add(node)
        try:
            return self.value(node.content[0], type, into)
        finally:
            self._aliases.discard(node)

    def _list(self, node: Node, type: Type) -> Any:
        if not type.is_list:
            return self._mismatch(node, type)
        found = [self.value(item, type.item or TEXT) for item in node.content]
        return [item for item in found if item is not NOTHING]

    def _map(self, node: Node, type: Type, into: dict[str, Any]) -> Any:
        if self._repeats(node):
            return NOTHING
        if not (type.struct or type.is_map):
            return self._mismatch(node, type)
        merged, self._merged = self._merged, None
        entries = list(zip(node.content[::2], node.content[1::2], strict=True))
        done: set[str] = set()
        for key, item in entries:
            name = NOTHING if key.is_merge else self.value(key, TEXT)
            if name is NOTHING or (merged is not None and name in merged):
                continue
            if merged is not None:
                merged.add(name)
            if type.struct:
                self._field(STRUCTS[type.struct], (key, name, item), into, done)
            else:
                self._entry(name, item, type, into)
        self._merged = merged
        for _, item in [pair for pair in entries if pair[0].is_merge][-1:]:
            self._merge(node, item, type, into)
        return into

    def _field(
        self, struct: Struct, entry: tuple[Node, str, Node], into: dict[str, Any], done: set[str]
    ) -> None:
        key, name, item = entry
        field = struct.fields.get(name)
        if field is None:
            self._note(key, f"field {name} not found in type input.{struct.name}")
        elif name in done:
            self._note(key, f"field {name} already set in type input.{struct.name}")
        else:
            done.add(name)
            keeps = field.type.struct or field.type.is_map
            value = self.value(item, field.type, into.get(name) if keeps else None)
            if value is not NOTHING:
                into[name] = value

    def _entry(self, name: str, item: Node, type: Type, into: dict[str, Any]) -> None:
        value = self.value(item, type.item or TEXT)
        if value is not NOTHING:
            into[name] = value
        elif item.tag == "!!null":
            into.setdefault(name, "")

    def _merge(self, parent: Node, merge: Node, type: Type, into: dict[str, Any]) -> None:
        merged = self._merged
        if merged is None:
            own = (key for key in parent.content[::2] if key.kind == "scalar")
            self._merged = {key.value for key in own}
        for node in merge.content if merge.kind == "seq" else [merge]:
            if (node.content[0] if node.kind == "alias" else node).kind != "map":
                raise Wrong("yaml: map merge requires map or sequence of maps as the value")
            self.value(node, type, into)
        self._merged = merged

    def _repeats(self, node: Node) -> bool:
        """Keys that come twice; Go compares every pair, which we do only where there are some."""
        first: dict[tuple[str, str], list[Node]] = {}
        for key in node.content[::2]:
            first.setdefault((key.kind, key.value), []).append(key)
        if 2 * len(first) == len(node.content):
            return False
        for same in first.values():
            for place, key in enumerate(same):
                for again in same[place + 1 :]:
                    text = f"mapping key {quote(again.value)} already defined at line {key.line}"
                    self._note(again, text)
        return True

    def _mismatch(self, node: Node, type: Type) -> Any:
        text = node.value
        if node.tag not in {"!!seq", "!!map"}:
            data = node.value.encode()
            text = f" `{decode_utf8(data[:_CUT])}...`" if len(data) > _SHOWN else f" `{node.value}`"
        self._note(node, f"cannot unmarshal {node.tag}{text} into {type.name}")
        return NOTHING

    def _note(self, node: Node, error: str) -> None:
        self.errors.append(f"line {node.line}: {error}")
        if len(self.errors) >= MOST_ERRORS:
            raise Wrong("yaml: unmarshal errors:\n  " + "\n  ".join(self.errors))
