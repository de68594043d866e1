"""``matches``: RE2, whose time grows with pattern times text and no faster, and whose syntax is the
one Go has. Both factors are bounded here."""

from functools import lru_cache
from typing import TYPE_CHECKING

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.problems import Fault

if TYPE_CHECKING:
    from re2 import _Regexp

_NAMES = {
    "missing ]": "missing closing ]",
    "missing )": "missing closing )",
    "unexpected )": "unexpected )",
    "no argument for repetition operator": "missing argument to repetition operator",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid repetition size": "invalid repeat count",
    "invalid named capture group": "invalid named capture",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid escape sequence": "invalid escape sequence",
    "invalid character class range": "invalid character class range",
    "trailing \\": "trailing backslash at end of expression",
}
_OF_ALL = {"missing )", "unexpected )", "trailing \\"}
_MAX_PATTERN = 4_096
_MEMORY = 1 << 20  # bytes for one compiled pattern; bounds how large {1000} can make it
_STEPS_PER_UNIT = 100  # steps of the matcher that cost as much as one node


def matches(budget: Budget, text: str, pattern: str) -> bool:
    compiled = compile(pattern)
    budget.spend(compiled.programsize * (1 + len(text) // _STEPS_PER_UNIT))
    return compiled.search(text) is not None


@lru_cache(maxsize=256)
def compile(pattern: str) -> "_Regexp":
    """Raises Fault."""
    if len(pattern) > _MAX_PATTERN:
        raise Fault(f"a regular expression may have at most {_MAX_PATTERN} characters")
    import re2  # noqa: PLC0415 - only who matches pays

    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as problem:
        raise Fault(f"error parsing regexp: {_words(problem, pattern)}") from None


def _words(problem: Exception, pattern: str) -> str:
    """Go's, which has other names for the same mistakes."""
    first = problem.args[0] if problem.args else b""
    text = first.decode(errors="replace") if isinstance(first, bytes) else str(first)
    name = next((name for name in _NAMES if text.startswith(name)), text)
    at = text.removeprefix(name).removeprefix(": ")
    if name in _OF_ALL:
        at = "" if name.startswith("trailing") else pattern
    return f"{_NAMES.get(name, name)}: `{at}`"
