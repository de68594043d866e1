"""``limits`` as Docker's own tools read them. ValueError in the words Tork's worker has for it."""

import math
import re
from fractions import Fraction

from windlass.coordinator.engine.check_container import LEAST_MEMORY, MOST_CPUS
from windlass.shared.sizes import LARGEST

_NANO = 1_000_000_000
_LEAST_CPUS = 0.01
_LONGEST = 40  # characters
_RATIONAL = re.compile(r"[-+]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?)", re.ASCII)
_SIZE = re.compile(r"(\d+|\d*\.\d+|\d+\.)\s?([kmgtp]?)(?:i?b)?", re.ASCII | re.IGNORECASE)
_UNITS = {unit: 1024**power for power, unit in enumerate(("", "k", "m", "g", "t", "p"))}


def cpus(text: str) -> float | None:
    """Cores; None: as many as there are."""
    if not _RATIONAL.fullmatch(text) or len(text) > _LONGEST or _divides_by_zero(text):
        raise ValueError(f"invalid CPUs value: failed to parse {text} as a rational number")
    nano = Fraction(text.rstrip(".") if text.endswith(".") else text) * _NANO
    if nano.denominator != 1:
        raise ValueError("invalid CPUs value: value is too precise")
    cores = float(nano / _NANO)
    if cores and not _LEAST_CPUS <= cores <= MOST_CPUS:
        raise ValueError(f"invalid CPUs value: range is from {_LEAST_CPUS} to {MOST_CPUS}")
    return cores or None


def _divides_by_zero(text: str) -> bool:
    _, slash, below = text.partition("/")
    return bool(slash) and not int(below)


def memory(text: str) -> int | None:
    """Bytes; None: as many as there are."""
    match = _SIZE.fullmatch(text)
    if match is None or len(text) > _LONGEST:
        raise ValueError(f"invalid memory value: invalid size: '{text}'")
    size = math.floor(float(match[1]) * _UNITS[match[2].lower()])
    if size and size < LEAST_MEMORY:
        raise ValueError("invalid memory value: minimum memory limit allowed is 6MB")
    if size > LARGEST:
        raise ValueError(f"invalid memory value: invalid size: '{text}'")
    return size or None
