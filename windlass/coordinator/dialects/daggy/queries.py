"""Queries of this door."""

from typing import Any

from marshmallow import EXCLUDE, Schema

from windlass.coordinator.web.fields import Parsed, Text


class Truthy(Parsed):
    """``1`` and ``true`` mean yes, everything else no."""

    def parse(self, value: Any) -> bool:
        return str(value).lower() in {"1", "true"}

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


class AnyQuery(Schema):
    """What it does not know means nothing here."""

    class Meta:
        unknown = EXCLUDE


class RunsQuery(AnyQuery):
    all = Truthy(load_default=False)
    tag = Text(least=1, most=256)
