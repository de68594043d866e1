"""Patterns of paths, as Cortex's library for them reads them: ``*`` and ``?`` stop at a slash,
``**`` does not; ``[a-c]``, ``[!a]``, ``{one,two}``, and ``\\`` before what stands for itself.
"""

import re
from collections.abc import Callable

import re2

from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.gotext import shown

_LONGEST = 1_000
_PART = re.compile(r"\\(?P<itself>.)|(?P<set>\[!?[^\]\\]+\])|(?P<sign>\*\*|[*?{},])", re.DOTALL)
_SIGNS = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}

Matches = Callable[[str], bool]


def compiled(pattern: str) -> Matches:
    """Fault: it is none."""
    try:
        found = re2.compile(f"(?s){_as_expression(pattern)}", _quiet())
    except (re2.error, ValueError):
        raise Fault("error", f"{shown(pattern)} is not a valid pattern") from None
    return lambda path: found.fullmatch(path) is not None


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options


def _as_expression(pattern: str) -> str:
    if len(pattern) > _LONGEST:
        raise ValueError(pattern)
    made, at, depth = [], 0, 0
    for part in _PART.finditer(pattern):
        made.append(_literal(pattern[at : part.start()]))
        at = part.end()
        made.append(_translated(part, depth))
        depth += {"{": 1, "}": -1}.get(part["sign"] or "", 0)
    if depth:
        raise ValueError(pattern)
    return "".join([*made, _literal(pattern[at:])])


def _translated(part: re.Match[str], depth: int) -> str:
    if part["itself"]:
        return str(re2.escape(part["itself"]))
    if part["set"]:
        negated, inside = part["set"].startswith("[!"), part["set"].strip("[]").lstrip("!")
        return f"[{'^' if negated else ''}{inside.replace('^', chr(92) + '^')}]"
    if part["sign"] == "," and not depth:
        return ","
    return _SIGNS[part["sign"]]


def _literal(text: str) -> str:
    if any(sign in text for sign in "[]\\"):
        raise ValueError(text)
    return str(re2.escape(text))
