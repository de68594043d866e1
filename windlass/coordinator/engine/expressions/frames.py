"""Where an expression stands while it is evaluated."""

from collections.abc import Mapping

from windlass.coordinator.engine.expressions.limits import Budget

Names = Mapping[str, object]


class Frame:
    """Names in scope, and inside a predicate its element, its index and what was accumulated."""

    __slots__ = ("acc", "budget", "env", "index", "item", "names")

    def __init__(self, env: Names, budget: Budget, names: Names) -> None:
        self.env = env
        self.budget = budget
        self.names = names
        self.item: object = None
        self.index = 0
        self.acc: object = None

    def inside(self) -> "Frame":
        """For the elements of a list."""
        return Frame(self.env, self.budget, self.names)

    def knowing(self, name: str, value: object) -> "Frame":
        frame = Frame(self.env, self.budget, {**self.names, name: value})
        frame.item, frame.index, frame.acc = self.item, self.index, self.acc
        return frame
