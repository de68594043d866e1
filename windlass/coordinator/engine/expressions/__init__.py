"""Stand-in until the language lands: knows that ``{{ }}`` is a template, evaluates plain paths."""

import re
from collections.abc import Mapping

_BLOCK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class ExpressionError(Exception):
    pass


def is_templated(text: str) -> bool:
    return "{{" in text


def check(text: str) -> None:
    for block in _BLOCK.findall(text):
        if not re.fullmatch(r"\s*[\w.]+\s*", block):
            raise ExpressionError(f"error compiling expression: {block.strip()}")


def render(text: str, context: Mapping[str, object]) -> str:
    return _BLOCK.sub(lambda match: str(_value(match[1].strip(), context)), text)


def _value(path: str, context: Mapping[str, object]) -> object:
    name, *rest = path.split(".")
    if name in {"true", "false"}:
        return name
    if name not in context:
        raise ExpressionError(f"error compiling expression: {path}: unknown name {name}")
    found: object = context[name]
    for part in rest:
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found
