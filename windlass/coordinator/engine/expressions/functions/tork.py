"""What Tork adds to the language."""

import secrets

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import INT, INTS
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import function


@function("randomInt", "int?", result=INT)
def random_int(budget: Budget, below: int | None = None) -> int:
    if below is None:
        return secrets.randbelow(2**63)
    if below <= 0:
        raise Fault(f"randomInt: the bound must be at least 1 (got {below})")
    return secrets.randbelow(below)


@function("sequence", "int", "int", result=INTS)
def sequence(budget: Budget, start: int, end: int) -> list[int]:
    """Without ``end``; empty where it is not behind ``start``."""
    budget.cells(max(0, end - start))
    return list(range(start, end))
