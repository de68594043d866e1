"""The query of a request, through a schema; a parameter nobody knows is refused, not overlooked."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError
from marshmallow import fields as plain
from werkzeug.datastructures import MultiDict

from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.reading import Flaw
from windlass.coordinator.web.refusals import Strict, flaws


class NoQuery(Strict):
    """Takes no parameters."""


def read_query(schema: Schema, args: MultiDict[str, str]) -> Mapping[str, Any]:
    """Refusal (400) with all that is wrong."""
    wrong: list[Flaw] = []
    values = {name: _value(schema, name, given, wrong) for name, given in args.lists()}
    try:
        loaded: Mapping[str, Any] = schema.load(values)
    except ValidationError as error:
        wrong += flaws(error)
    if wrong:
        raise invalid("the query is not valid", wrong)
    return loaded


def _value(schema: Schema, name: str, given: list[str], wrong: list[Flaw]) -> str | list[str]:
    if isinstance(schema.load_fields.get(name), plain.List):
        return given
    if len(given) > 1:
        wrong.append(Flaw((name,), "is given more than once", "once"))
    return given[0]
