"""Code with its variables replaced."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from windlass.coordinator.dialects.linkis.variables.dates import (
    RUN_DATE,
    date_variables,
    read_run_date,
)
from windlass.coordinator.dialects.linkis.variables.definitions import (
    only_defines,
    read_definitions,
)
from windlass.coordinator.dialects.linkis.variables.failures import Unsubstitutable
from windlass.coordinator.dialects.linkis.variables.languages import language_of, mark_of
from windlass.coordinator.dialects.linkis.variables.patterns import replace_patterns
from windlass.coordinator.dialects.linkis.variables.values import Value, a_value

LONGEST = 32 << 20  # characters of what comes out

# Nothing in it is tried twice: it is linear in any text.
_PLACE = re.compile(
    r"\$\{\s*+([A-Za-z][A-Za-z0-9_.]*+)\s*+([-+*/]?+)\s*+([A-Za-z0-9_.]*+)\s*+\}", re.ASCII
)


@dataclass(frozen=True)
class Users:
    """Who a task is run for, and who submitted it."""

    execute: str
    submit: str


@dataclass(frozen=True)
class Substituted:
    """``variables``: by name, what was given with the request, by the system or in the code.
    ``is_empty``: the code defines variables and runs nothing."""

    code: str
    variables: Mapping[str, str]
    is_empty: bool = False


def substitute(
    code: str, code_type: str, given: Mapping[str, object], users: Users, now: datetime
) -> Substituted:
    """``given`` with the request. ``now`` in the zone whose days are meant. Code of a type that
    nobody knows stays as it is. Unsubstitutable: see its code."""
    language = language_of(code_type)
    if language is None:
        return Substituted(code, {})
    mark = mark_of(language)
    named = _given(given) | {"execute_user": users.execute, "submit_user": users.submit}
    named |= read_definitions(code, mark) if mark else {}
    named["user"] = users.execute
    run_date = read_run_date(named.get(RUN_DATE, ""), now)
    named[RUN_DATE] = f"{run_date:%Y%m%d}"
    replaced = _Replacing(named, date_variables(run_date, now)).run(code)
    at = datetime.combine(run_date, now.time())
    is_empty = mark is not None and only_defines(code, mark)
    return Substituted(replace_patterns(replaced, at).strip(), named, is_empty)


def _given(given: Mapping[str, object]) -> dict[str, str]:
    """Those with a value, as text."""
    texts = {name: _as_text(value) for name, value in given.items()}
    return {name: text for name, text in texts.items() if text}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).strip()


class _Replacing:
    """Each expression is evaluated once."""

    def __init__(self, named: Mapping[str, str], dates: Mapping[str, Value]) -> None:
        self._named = named
        self._values = dict(dates)
        self._done: dict[tuple[str, str, str], str | None] = {}

    def run(self, code: str) -> str:
        parts, size = [], 0
        for part in self._parts(code):
            size += len(part)
            if size > LONGEST:
                raise Unsubstitutable(20050, f"code would be longer than {LONGEST} characters")
            parts.append(part)
        return "".join(parts)

    def _parts(self, code: str) -> Iterator[str]:
        end = 0
        for found in _PLACE.finditer(code):
            yield code[end : found.start()]
            text = self._text(found[1], found[2], found[3])
            yield found[0] if text is None else text
            end = found.end()
        yield code[end:]

    def _text(self, name: str, sign: str, operand: str) -> str | None:
        """None: nobody defined it."""
        key = (name, sign, operand)
        if key not in self._done:
            value = self._value(name)
            self._done[key] = None if value is None else self._evaluated(value, sign, operand)
        return self._done[key]

    def _evaluated(self, value: Value, sign: str, operand: str) -> str:
        if not sign:
            return value.shown()
        if not operand:
            raise Unsubstitutable(20042, f"expression is not right, nothing follows {sign}")
        other = self._value(operand)
        return value.moved(sign, operand if other is None else other.shown())

    def _value(self, name: str) -> Value | None:
        if name not in self._values and name in self._named:
            self._values[name] = a_value(self._named[name])
        return self._values.get(name)
