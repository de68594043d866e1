"""Static types: tells before anything runs what can never work."""

from windlass.coordinator.engine.expressions.natures import UNKNOWN, Nature
from windlass.coordinator.engine.expressions.nodes import Node

Names = tuple[tuple[str, Nature], ...]


def nature(node: Node, names: Names, strict: bool) -> Nature:
    """What the value will be. Raises Fault."""
    return UNKNOWN
