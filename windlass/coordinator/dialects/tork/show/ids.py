"""Ids as Tork writes them: 32 hex digits; of nodes, 22 characters without look-alikes."""

import re
from uuid import UUID, uuid5

_HEX = re.compile("[0-9a-f]{32}")
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NODES = UUID("6f1d3c52-6f0e-5d4b-9a35-0b8c2f6a7e11")  # names of nodes are ids below this
_NODE_LENGTH = 22


def parse(text: str) -> UUID | None:
    """None: no id was ever written so."""
    return UUID(hex=text) if _HEX.fullmatch(text) else None


def node_id(name: str) -> str:
    """The same for the same name, always."""
    number, digits = uuid5(_NODES, name).int, ""
    for _ in range(_NODE_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def part_id(attempt: UUID, number: int) -> str:
    return uuid5(attempt, str(number)).hex
