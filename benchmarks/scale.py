"""How much is done for a figure."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scale:
    seconds: float = 6.0  # of each thing whose rate is measured
    warm_up: float = 2.0
