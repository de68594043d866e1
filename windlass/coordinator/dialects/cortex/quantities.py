"""Quantities as Kubernetes writes them: ``200m``, ``0.5``, ``64Mi``, ``1e3``. A large K, which it
lacks and the documentation of Cortex has, is a small one."""

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext

from windlass.coordinator.dialects.cortex import faults
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.gotext import plain

_FORM = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([KMGTPE]i|[numkKMGTPE])|[eE]([+-]?\d{1,2}))?")
_DECIMAL = {
    "n": -9,
    "u": -6,
    "m": -3,
    "": 0,
    "k": 3,
    "K": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
}
_BINARY = {f"{letter}i": 10 * power for power, letter in enumerate("KMGTPE", 1)}
_LONGEST = 64
_LARGEST = Decimal(2**63 - 1)


@dataclass(frozen=True)
class Quantity:
    """``text``: as it was written."""

    value: Decimal
    text: str


def parse(text: str) -> Quantity:
    """Fault: it is none."""
    found = _FORM.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise Fault(
            "k8s.parse_quantity",
            f"{text[:_LONGEST]}: invalid kubernetes quantity, some valid examples are 1, 200m,"
            " 500Mi, 2G (see here for more information: https://docs.cortexlabs.com/)",
        )
    number, unit, exponent = found.groups()
    with localcontext(prec=100):
        value = Decimal(number)
        if unit in _BINARY:
            value *= 1 << _BINARY[unit]
        else:
            value = value.scaleb(int(exponent) if exponent else _DECIMAL[unit or ""])
    return Quantity(min(value, _LARGEST), text)


def at_least(least: str, text: str) -> Quantity:
    """Fault: it is none, or less."""
    found = parse(text)
    if found.value < parse(least).value:
        raise faults.out_of_bounds(text, plain(least), "greater than or equal to")
    return found
