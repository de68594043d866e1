"""A few numbers out of many."""

from collections.abc import Sequence
from math import ceil
from statistics import median


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


def middle(values: Sequence[float]) -> float:
    return median(values)
