"""``matches``: RE2, whose time grows with pattern times text and no faster, and whose syntax is the
one Go has. Both factors are bounded here."""

from functools import lru_cache
from typing import TYPE_CHECKING

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.problems import Fault

if TYPE_CHECKING:
    from re2 import _Regexp

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
        raise Fault(f"error parsing regexp: {_words(problem)}: `{pattern}`") from None


def _words(problem: Exception) -> str:
    first = problem.args[0] if problem.args else b""
    return first.decode(errors="replace") if isinstance(first, bytes) else str(first)
