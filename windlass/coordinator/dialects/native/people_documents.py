"""What we answer of tokens, users and roles, for the OpenAPI document."""

from typing import Any

from marshmallow import Schema, fields

from windlass.coordinator.web.auth import Scope


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _moment(**options: Any) -> fields.DateTime:
    return fields.DateTime(required=True, **options)


def _scope() -> fields.String:
    return _text(metadata={"enum": [*map(str, Scope)]})


def _page(item: type[Schema]) -> fields.List[Any]:
    return fields.List(fields.Nested(item), required=True)


class Token(Schema):
    id = fields.UUID(required=True)
    name = _text()
    scope = _scope()
    user = _text(allow_none=True)
    created_at = _moment()
    expires_at = _moment(allow_none=True)
    used_at = _moment(allow_none=True)


class TokenWithSecret(Token):
    secret = _text()


class Tokens(Schema):
    items = _page(Token)


class User(Schema):
    id = fields.UUID(required=True)
    username = _text()
    name = _text()
    scope = _scope()
    disabled = fields.Boolean(required=True)
    roles = fields.List(fields.String(), required=True)
    created_at = _moment()


class Users(Schema):
    items = _page(User)


class Role(Schema):
    id = fields.UUID(required=True)
    slug = _text()
    name = _text()
    created_at = _moment()


class Roles(Schema):
    items = _page(Role)
