"""Strings. Positions and lengths count characters."""

from collections.abc import Sequence

from windlass.coordinator.engine.expressions.limits import MAX_TEXT, Budget
from windlass.coordinator.engine.expressions.natures import BOOL, INT, STRING, STRINGS
from windlass.coordinator.engine.expressions.printing import show
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import function
from windlass.coordinator.engine.expressions.values import go_name


@function("string", "any", result=STRING)
def string(budget: Budget, value: object) -> str:
    return show(budget, value)


@function("trim", "string", "string?", result=STRING)
def trim(budget: Budget, text: str, characters: str | None = None) -> str:
    unwanted = None if characters is None else "".join(set(characters))
    budget.spend(len(text) * (1 + len(unwanted or "")) // 64)
    budget.text(len(text))
    return text if unwanted == "" else text.strip(unwanted)


@function("trimPrefix", "string", "string?", result=STRING)
def trim_prefix(budget: Budget, text: str, prefix: str = " ") -> str:
    budget.text(len(text))
    return text.removeprefix(prefix)


@function("trimSuffix", "string", "string?", result=STRING)
def trim_suffix(budget: Budget, text: str, suffix: str = " ") -> str:
    budget.text(len(text))
    return text.removesuffix(suffix)


@function("upper", "string", result=STRING)
def upper(budget: Budget, text: str) -> str:
    budget.text(len(text))
    return text.upper()


@function("lower", "string", result=STRING)
def lower(budget: Budget, text: str) -> str:
    budget.text(len(text))
    return text.lower()


@function("split", "string", "string", "int?", result=STRINGS)
def split(budget: Budget, text: str, separator: str, most: int = -1) -> list[str]:
    return _split(budget, text, separator, most)


@function("splitAfter", "string", "string", "int?", result=STRINGS)
def split_after(budget: Budget, text: str, separator: str, most: int = -1) -> list[str]:
    parts = _split(budget, text, separator, most)
    budget.text(len(text))
    return [part + separator for part in parts[:-1]] + parts[-1:]


def _split(budget: Budget, text: str, separator: str, most: int) -> list[str]:
    """At most ``most`` parts; a negative one: all; between all characters by an empty separator."""
    budget.text(len(text))
    if most == 0:
        return []
    if not separator:
        parts = list(text) if most < 0 else [*text[: most - 1], text[most - 1 :]]
        parts = [part for part in parts if part]
    else:
        budget.spend(len(text) // 64)
        parts = text.split(separator, most - 1 if most > 0 else -1)
    budget.cells(len(parts))
    return parts


@function("replace", "string", "string", "string", "int?", result=STRING)
def replace(budget: Budget, text: str, old: str, new: str, most: int = -1) -> str:
    found = text.count(old) if most < 0 else min(text.count(old), most)
    budget.spend(len(text) // 64)
    budget.text(len(text) + found * (len(new) - len(old)))
    return text.replace(old, new, found)


@function("repeat", "string", "int", result=STRING)
def repeat(budget: Budget, text: str, times: int) -> str:
    if times < 0:
        raise Fault(f"invalid argument for repeat (expected positive integer, got {times})")
    budget.text(len(text) * times)
    return text * times


@function("join", "list", "string?", result=STRING)
def join(budget: Budget, items: Sequence[object], glue: str = "") -> str:
    budget.spend(len(items))
    length = len(glue) * max(0, len(items) - 1)
    texts: list[str] = []
    for item in items:
        if not isinstance(item, str):
            raise Fault(f"interface conversion: interface {{}} is {go_name(item)}, not string")
        texts.append(item)
        length += len(item)
        if length > MAX_TEXT:
            break
    budget.text(length)
    return glue.join(texts)


@function("indexOf", "string", "string", result=INT)
def index_of(budget: Budget, text: str, part: str) -> int:
    budget.spend(len(text) // 64)
    return text.find(part)


@function("lastIndexOf", "string", "string", result=INT)
def last_index_of(budget: Budget, text: str, part: str) -> int:
    """Searched backwards from behind: str.rfind can take the product of both lengths."""
    budget.text(len(text))
    budget.text(len(part))
    found = text[::-1].find(part[::-1])
    return -1 if found < 0 else len(text) - found - len(part)


@function("hasPrefix", "string", "string", result=BOOL)
def has_prefix(budget: Budget, text: str, prefix: str) -> bool:
    return text.startswith(prefix)


@function("hasSuffix", "string", "string", result=BOOL)
def has_suffix(budget: Budget, text: str, suffix: str) -> bool:
    return text.endswith(suffix)
