"""What can go wrong, in the words and the shape that Tork's users know."""


class ExpressionError(Exception):
    """An expression that cannot be compiled or evaluated; the text names the place."""


class Fault(Exception):
    """Something wrong at an offset of one expression's source; None: nobody knew where yet."""

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


def describe(fault: Fault, source: str) -> str:
    """``message (line:col)``, then the line and a mark under the column."""
    if fault.at is None:
        return fault.message
    at = min(max(fault.at, 0), len(source))
    start = source.rfind("\n", 0, at) + 1
    line, column = source.count("\n", 0, at) + 1, at - start
    shown = source[start:].split("\n", 1)[0].replace("\t", " ")
    return f"{fault.message} ({line}:{column + 1})\n | {shown}\n | {'.' * column}^"
