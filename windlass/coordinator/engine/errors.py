"""What a door may hear from the engine. Each dialect maps these to its envelope in one place."""

from collections.abc import Sequence
from dataclasses import dataclass

from windlass.coordinator.store.errors import EngineError, Unavailable

__all__ = ["Conflict", "EngineError", "Invalid", "NotFound", "Problem", "Unavailable"]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was sent.

    ``path`` leads to it from the top of the spec (``("tasks", 2, "needs")``); ``allowed`` says what
    would have been right, where that can be said.
    """

    path: tuple[str | int, ...]
    message: str
    allowed: str = ""


class NotFound(EngineError):
    """There is no such thing, or not for this caller."""


class Conflict(EngineError):
    """It exists, but its state does not allow this, or somebody else was first."""


class Full(EngineError):
    """As many as may wait in this group do so already."""


class Invalid(EngineError):
    """The spec cannot be run as it is; all problems at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)
