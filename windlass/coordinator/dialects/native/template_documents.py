"""What is taken and answered of job templates, for the OpenAPI document."""

from typing import Any

from marshmallow import Schema, fields

from windlass.coordinator.dialects.native.documents import Job, Paged
from windlass.coordinator.web.fields import Scalar, Text
from windlass.coordinator.web.nested import Table
from windlass.coordinator.web.quantities import Whole
from windlass.coordinator.web.refusals import Strict

_NAME = 256


class InstanceDocument(Strict):
    """A job of a template."""

    name = Text(least=1, most=_NAME)
    inputs = Table(Scalar())
    version = Whole(1, (1 << 31) - 1)


class Template(Schema):
    id = fields.UUID(required=True)
    door = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    owner = fields.String(required=True)
    digest = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    first_at = fields.DateTime(required=True)
    job = fields.Dict()


def _all_of(schema: type[Schema]) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True)


class TemplatePage(Paged):
    items = _all_of(Template)


class TemplateVersions(Schema):
    items = _all_of(Template)


class TemplateJobs(Schema):
    items = _all_of(Job)
