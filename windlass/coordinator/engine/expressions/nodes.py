"""The tree of one expression. Every node knows where its text begins, for messages, and how large
it is, for the budget."""

from dataclasses import dataclass, field

from windlass.coordinator.engine.expressions.limits import MAX_DEPTH
from windlass.coordinator.engine.expressions.problems import Fault


@dataclass(slots=True)
class Node:
    at: int
    depth: int = field(init=False, default=1, repr=False)
    size: int = field(init=False, default=1, repr=False)

    def __post_init__(self) -> None:
        parts = self.parts()
        if not parts:
            return
        self.depth = 1 + max(part.depth for part in parts)
        self.size = 1 + sum(part.size for part in parts)
        if self.depth > MAX_DEPTH:
            raise Fault(f"the expression is nested deeper than {MAX_DEPTH} levels", self.at)

    def parts(self) -> "tuple[Node, ...]":
        return ()


@dataclass(slots=True)
class Constant(Node):
    value: bool | int | float | str | None


@dataclass(slots=True)
class Name(Node):
    name: str


@dataclass(slots=True)
class Pointer(Node):
    """``#``, ``#acc`` and ``#index`` inside a predicate; ``written``: how it begins."""

    name: str
    written: str = "#"


@dataclass(slots=True)
class Unary(Node):
    operator: str
    operand: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(slots=True)
class Binary(Node):
    operator: str
    left: Node
    right: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(slots=True)
class Conditional(Node):
    condition: Node
    yes: Node
    no: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.condition, self.yes, self.no)


@dataclass(slots=True)
class Let(Node):
    name: str
    value: Node
    body: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.value, self.body)


@dataclass(slots=True)
class Sequence(Node):
    """All are evaluated; the last is the value."""

    items: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.items


@dataclass(slots=True)
class ListOf(Node):
    items: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.items


@dataclass(slots=True)
class MapOf(Node):
    keys: tuple[Node, ...]
    values: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.keys + self.values


@dataclass(slots=True)
class Member(Node):
    """``base.key``, ``base[key]`` and, when ``optional``, ``base?.key``."""

    base: Node
    key: Node
    optional: bool = False
    dotted: bool = False

    def parts(self) -> tuple[Node, ...]:
        return (self.base, self.key)


@dataclass(slots=True)
class Chain(Node):
    """Where ``?.`` found nil: the whole chain is nil."""

    inner: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.inner,)


@dataclass(slots=True)
class Slice(Node):
    base: Node
    start: Node | None
    end: Node | None

    def parts(self) -> tuple[Node, ...]:
        return tuple(part for part in (self.base, self.start, self.end) if part is not None)


@dataclass(slots=True)
class Predicate(Node):
    """An argument that is evaluated for every element."""

    body: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.body,)


@dataclass(slots=True)
class Call(Node):
    name: str
    arguments: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(slots=True)
class Method(Node):
    """``base.name(…)``: times and durations have some."""

    base: Node
    name: str
    arguments: tuple[Node, ...]
    optional: bool = False

    def parts(self) -> tuple[Node, ...]:
        return (self.base, *self.arguments)
