"""Static types: as much as is known of a value before there is one."""

from dataclasses import dataclass

from windlass.coordinator.engine.expressions.values import is_list, is_map, kind


@dataclass(frozen=True, slots=True)
class Nature:
    kind: str
    item: "Nature | None" = None  # of a list's elements or a map's values

    def __str__(self) -> str:
        if self.kind == "list":
            return f"[]{self._item()}"
        if self.kind == "map":
            return f"map[string]{self._item()}"
        return _NAMES.get(self.kind, self.kind)

    def _item(self) -> str:
        return "interface {}" if self.item is None or self.item == UNKNOWN else str(self.item)

    @property
    def known(self) -> bool:
        return self.kind != "unknown"

    @property
    def element(self) -> "Nature":
        return self.item or UNKNOWN

    def may_be(self, *kinds: str) -> bool:
        return self.kind in kinds or not self.known


_NAMES = {
    "nil": "nil",
    "float": "float64",
    "time": "time.Time",
    "duration": "time.Duration",
    "zone": "*time.Location",
}

UNKNOWN = Nature("unknown")
NIL = Nature("nil")
BOOL = Nature("bool")
INT = Nature("int")
FLOAT = Nature("float")
STRING = Nature("string")
LIST = Nature("list")
MAP = Nature("map")
TIME = Nature("time")
DURATION = Nature("duration")
TEXTS = Nature("map", STRING)
INTS = Nature("list", INT)
STRINGS = Nature("list", STRING)


def nature_of(value: object) -> Nature:
    """Of something handed in from outside; its parts stay unknown."""
    if value is None:
        return UNKNOWN
    if is_map(value):
        return MAP
    return LIST if is_list(value) else Nature(kind(value))


def is_numeric(*natures: Nature) -> bool:
    return all(nature.kind in {"int", "float"} for nature in natures)
