"""Problems as they are found. A path is only put together when something is wrong."""

from windlass.coordinator.engine.errors import Problem
from windlass.shared.text import clean

Path = tuple[str | int, ...]

MOST = 1_000  # problems told at once


class Notes:
    """``at``: the part of the spec that is being looked at; places are relative to it."""

    def __init__(self) -> None:
        self.at: Path = ()
        self._problems: list[Problem] = []
        self._untold = 0

    def add(self, place: Path, message: str, allowed: str = "") -> None:
        if len(self._problems) < MOST:
            self._problems.append(Problem(_shown((*self.at, *place)), clean(message), allowed))
        else:
            self._untold += 1

    def length(self, place: Path, text: str, least: int, most: int) -> None:
        """In characters; a text of blanks is as good as empty."""
        if not least <= len(text) <= most or (least and not text.strip()):
            message = "must not be empty" if len(text) <= most else "is too long"
            self.add(place, message, f"{least} to {most} characters")

    def within(self, place: Path, value: float | None, least: float, most: float) -> None:
        """NaN lies within nothing."""
        if value is not None and not least <= value <= most:
            self.add(place, f"{value:g} is out of range", f"{least:,g} to {most:,g}")

    def positive(self, place: Path, value: float | None, most: float) -> None:
        if value is not None and not 0 < value <= most:
            self.add(place, f"{value:g} is out of range", f"more than 0, at most {most:,g}")

    def found(self) -> list[Problem]:
        if not self._untold:
            return self._problems
        return [*self._problems, Problem((), f"and {self._untold} more problems")]


def _shown(path: Path) -> Path:
    return tuple(clean(part) if isinstance(part, str) else part for part in path)
