"""What a variable can be, and what ``+``, ``-``, ``*`` and ``/`` do to it."""

import re
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException
from typing import Protocol

from windlass.coordinator.dialects.linkis.variables.failures import Unsubstitutable

DIGITS = 1000  # of a number at most; what is longer is text

_NUMBER = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)")
_exact = Context(prec=2 * DIGITS)
_uneven = Context(prec=34)  # as the decimals of the JVM
_SHOWN = 40  # characters of an operand in a message


class Value(Protocol):
    def shown(self) -> str:
        """Without an operator."""
        ...

    def moved(self, sign: str, operand: str) -> str:
        """With one. Unsubstitutable: it does not go with this operator or operand."""
        ...


@dataclass(frozen=True)
class Text:
    text: str

    def shown(self) -> str:
        return self.text

    def moved(self, sign: str, operand: str) -> str:
        if sign != "+":
            raise Unsubstitutable(20049, f"String class is not supported to use:{sign}")
        return self.text + operand


@dataclass(frozen=True)
class Number:
    text: str

    def shown(self) -> str:
        return self.text

    def moved(self, sign: str, operand: str) -> str:
        if not is_number(operand):
            raise Unsubstitutable(20047, f"{operand[:_SHOWN]} is not a number")
        try:
            return _plain(_calculated(Decimal(self.text), sign, Decimal(operand)))
        except DecimalException as wrong:
            text = f"{self.text[:_SHOWN]} {sign} {operand[:_SHOWN]} cannot be calculated"
            raise Unsubstitutable(20047, text) from wrong


def a_value(text: str) -> Value:
    """A number, if it reads as a decimal and has no leading zero; text otherwise."""
    return Number(text) if is_number(text) and not text.startswith("0") else Text(text)


def is_number(text: str) -> bool:
    return len(text) <= DIGITS and _NUMBER.fullmatch(text) is not None


def _calculated(left: Decimal, sign: str, right: Decimal) -> Decimal:
    match sign:
        case "+":
            return _exact.add(left, right)
        case "-":
            return _exact.subtract(left, right)
        case "*":
            return _exact.multiply(left, right)
        case _:
            return _uneven.divide(left, right)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
