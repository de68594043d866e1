"""What a benchmark finds: one figure, its floor, and whether the goal is met."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Goal:
    """A bound for the figure itself or for its ratio to the floor."""

    of: Literal["ours", "ratio"]
    sense: Literal["≥", "≤"]
    bound: float

    def met(self, value: float) -> bool:
        return value >= self.bound if self.sense == "≥" else value <= self.bound


@dataclass(frozen=True, kw_only=True)
class Figure:
    """``floor`` is the same unit, of what could not be done with less; ``floor_is`` says what."""

    name: str
    ours: float
    unit: str
    floor: float
    floor_is: str
    goal: Goal
    notes: tuple[str, ...] = field(default=())

    @property
    def ratio(self) -> float:
        return self.ours / self.floor if self.floor else 0.0

    @property
    def met(self) -> bool:
        return self.goal.met(getattr(self, self.goal.of))

    @property
    def wanted(self) -> str:
        what = self.unit if self.goal.of == "ours" else "of the floor"
        return f"{self.goal.sense} {self.goal.bound:g} {what}"

    def row(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ours": self.ours,
            "unit": self.unit,
            "floor": self.floor,
            "ratio": self.ratio,
            "goal": self.wanted,
            "met": self.met,
        }
