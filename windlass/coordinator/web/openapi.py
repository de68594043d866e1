"""An OpenAPI 3.1 document of a door, made from its operations and their schemas."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from windlass.coordinator.web.fields import Parsed
from windlass.coordinator.web.nested import ListOf, Table
from windlass.coordinator.web.operations import Bound, Gives, Operation

_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Made by `windlass token create`. Scopes: read, submit, admin; each "
        "includes those before it.",
    }
}
_PLACES: Mapping[str, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "": {"type": "string", "minLength": 1, "maxLength": 200},
    "path": {"type": "string", "minLength": 1, "maxLength": 200},
}


def describe(
    title: str, version: str, prefix: str, operations: Iterable[Bound], error: type[Schema]
) -> dict[str, Any]:
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title=title,
        version=version,
        openapi_version="3.1.0",
        plugins=[plugin],
        servers=[{"url": prefix or "/"}],
    )
    converter: Any = plugin.converter
    converter.add_attribute_function(_shape)
    for name, scheme in _SCHEMES.items():
        spec.components.security_scheme(name, scheme)
    paths: dict[str, dict[str, Any]] = {}
    for bound in operations:
        path = _PLACE.sub(r"{\2}", bound.operation.rule)
        paths.setdefault(path, {})[bound.operation.method.lower()] = _operation(bound, error)
    for path, methods in paths.items():
        spec.path(path, operations=methods)
    made = spec.to_dict()
    return {"openapi": made.pop("openapi"), "info": made.pop("info"), **made}


def _operation(bound: Bound, error: type[Schema]) -> dict[str, Any]:
    operation = bound.operation
    shown: dict[str, Any] = {
        "operationId": bound.name,
        "summary": bound.summary,
        "tags": [bound.topic],
        "parameters": [*_places(operation), *_headers(operation), *_query(operation)],
        "responses": _responses(operation, error),
        "security": [] if operation.scope is None else [{"token": [operation.scope.value]}],
    }
    if operation.body is not None:
        content = {media: {"schema": operation.body} for media in operation.formats}
        shown["requestBody"] = {"required": True, "content": content}
    return shown


def _places(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"in": "path", "name": name, "required": True, "schema": _PLACES.get(kind, _PLACES[""])}
        for kind, name in _PLACE.findall(operation.rule)
    ]


def _headers(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"in": "header", "name": name, "schema": shape, "required": False}
        for name, shape in operation.headers.items()
    ]


def _query(operation: Operation) -> list[dict[str, Any]]:
    return [{"in": "query", "schema": operation.query}] if operation.query().fields else []


def _responses(operation: Operation, error: type[Schema]) -> dict[str, Any]:
    responses = {str(status): _response(status, gives) for status, gives in operation.gives.items()}
    for status in sorted(operation.failures()):
        about = HTTPStatus(status).phrase
        responses[str(status)] = _response(status, Gives(schema=error, about=about))
    return responses


def _response(status: int, gives: Gives) -> dict[str, Any]:
    shown: dict[str, Any] = {"description": gives.about or HTTPStatus(status).phrase}
    if gives.schema is not None:
        schema = {"type": "array", "items": gives.schema} if gives.many else gives.schema
        shown["content"] = {gives.media or "application/json": {"schema": schema}}
    elif gives.media is not None:
        shown["content"] = {gives.media: {"schema": {"type": "string"}}}
    return shown


def _shape(_: Any, field: Any, **__: Any) -> dict[str, Any]:
    """What apispec cannot know of our fields."""
    if isinstance(field, Parsed):
        return field.schema()
    return field.limits() if isinstance(field, ListOf | Table) else {}


def _name(schema: Any) -> str:
    return (schema if isinstance(schema, type) else type(schema)).__name__
