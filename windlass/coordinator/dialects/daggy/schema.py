"""What may be in a DAG. Shapes and ranges; ``expansion`` and ``links`` check what spans tasks."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from windlass.coordinator.web.fields import Flag, Parsed, Scalar, Text, kind, shown
from windlass.coordinator.web.nested import ListOf, Part
from windlass.coordinator.web.quantities import Duration
from windlass.coordinator.web.refusals import Said, Strict, refuse

MOST_TASKS = 100_000
MOST_VALUES = 100_000  # of one parameter
_NAME = 256
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,3})?")
_VARIABLE = re.compile(r"[^=\0]+=[^\0]*", re.DOTALL)


class Amount(Parsed):
    """A number above 0, as text or as a number; kept as the text it was written as."""

    def __init__(self, *, whole: bool, **options: Any) -> None:
        super().__init__(**options)
        self._whole = whole

    def parse(self, value: Any) -> str:
        text = str(value) if not isinstance(value, bool) else ""
        if not _NUMBER.fullmatch(text) or not float(text) or (self._whole and "." in text):
            raise refuse(f"must not be {shown(value)}", self._allowed())
        return text

    def _allowed(self) -> str:
        return f"a {'whole ' if self._whole else ''}number above 0, as text or as a number"

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number"]}


class Count(Parsed):
    """A whole number from 0, be it text."""

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(**options)
        self._most = most

    def parse(self, value: Any) -> int:
        text = str(value) if not isinstance(value, bool) else ""
        if not (text.isascii() and text.isdigit()) or int(text[:10]) > self._most:
            raise refuse(f"must not be {shown(value)}", f"a whole number from 0 to {self._most:,}")
        return int(text)

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "string"]}


class Words(ListOf):
    """A list of text; numbers and truth values become text."""

    def __init__(self, *, least: int = 0, **options: Any) -> None:
        super().__init__(Scalar(), least=least, most=10_000, **options)


class Environment(Parsed):
    """``["K=V", …]``, or an object, which becomes that."""

    def parse(self, value: Any) -> list[str]:
        if isinstance(value, Mapping):
            value = [f"{name}={Scalar().deserialize(each)}" for name, each in value.items()]
        listed: list[str] = Words().deserialize(value)
        for index, each in enumerate(listed):
            if not _VARIABLE.fullmatch(each):
                wrong = [Said(f"must not be {shown(each)}", "NAME=value")]
                raise ValidationError({index: wrong})
        return listed

    def schema(self) -> dict[str, Any]:
        return {"type": ["array", "object"]}


class JobDocument(Strict):
    command = Words(least=1, required=True)
    environment = Environment()
    cores = Amount(whole=False)
    memoryMB = Amount(whole=True)  # noqa: N815 - the word of this API
    image = Text(least=1, most=1024)
    timeout = Duration(least=0.001)


class Known(Schema):
    """Passes over what it does not know, as Daggy does; ``validate`` warns of it."""

    class Meta:
        unknown = EXCLUDE

    error_messages = {"type": Said("must be a mapping", "fields and their values")}  # type: ignore[dict-item] # noqa: RUF012 - marshmallow hands them on


class TaskDocument(Known):
    job = Part(JobDocument, required=True)
    maxRetries = Count(100)  # noqa: N815 - the word of this API
    retryIntervalSeconds = Count(366 * 86_400)  # noqa: N815 - the word of this API
    parents = ListOf(Text(least=1, most=_NAME), most=MOST_TASKS)
    children = ListOf(Text(least=1, most=_NAME), most=MOST_TASKS)
    isGenerator = Flag()  # noqa: N815 - the word of this API


class Parameter(Parsed):
    """Text, or a list of text."""

    def parse(self, value: Any) -> Any:
        if isinstance(value, str):
            return Text().parse(value)
        if not isinstance(value, list):
            raise refuse(f"must be text or a list of text, not {kind(value)}", "text, or a list")
        return ListOf(Text(), most=MOST_VALUES).deserialize(value)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "array"]}


class Named(Parsed):
    """An object of names to what ``field`` takes, in its order; every flaw of all of them."""

    def __init__(self, field: fields.Field[Any], *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self._field = field
        self._most = most
        self._name = Text(least=1, most=_NAME)

    def parse(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refuse(f"must be a mapping, not {kind(value)}", "names and what they stand for")
        if len(value) > self._most:
            raise refuse(f"has {len(value):,} entries", f"at most {self._most:,}")
        found: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for name, each in value.items():
            try:
                found[self._name.parse(name)] = self._field.deserialize(each)
            except ValidationError as error:
                wrong[name] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return found

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "maxProperties": self._most}


class DagDocument(Known):
    tag = Text(most=_NAME)
    parameters = Named(Parameter(), most=1000)
    tasks = Named(Part(TaskDocument), most=MOST_TASKS, required=True)
