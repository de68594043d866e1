"""Every function of the language, by name. The modules beside this one register theirs."""

from windlass.coordinator.engine.expressions.functions import (
    bits,
    encoding,
    lists,
    maps,
    numbers,
    text,
    times,
    tork,
)
from windlass.coordinator.engine.expressions.registry import FUNCTIONS

__all__ = ["FUNCTIONS", "bits", "encoding", "lists", "maps", "numbers", "text", "times", "tork"]
