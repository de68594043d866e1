"""Operations of a door: what each takes, who may call it, what it gives.

Declared on the method that carries it out; the route, the check of the caller and of the query,
and the OpenAPI document all come from this one declaration.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self, TypeVar

from flask import Blueprint, Response, request
from marshmallow import Schema
from werkzeug.exceptions import NotFound

from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import ANYBODY, Admits, Caller, Credentials, Scope, bearer
from windlass.coordinator.web.query import NoQuery, read_query

Handler = Callable[..., Response]
H = TypeVar("H", bound=Handler)
_MARK = "__operation__"


@dataclass(frozen=True)
class Call:
    """Who calls, and the checked query."""

    caller: Caller
    query: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Gives:
    """One answer. Without a schema it is bytes of ``media``, or nothing."""

    schema: type[Schema] | None = None
    media: str | None = None
    many: bool = False  # a bare list of them
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """``scope`` None: anybody may call."""

    method: str
    rule: str
    scope: Scope | None
    also: tuple[str, ...] = ()  # other rules of the same
    query: type[Schema] = NoQuery
    loose: bool = False  # a query nobody reads is no mistake
    body: type[Schema] | None = None
    formats: tuple[str, ...] = ("application/json",)
    headers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # name -> its shape
    gives: Mapping[int, Gives] = field(default_factory=dict)
    fails: tuple[int, ...] = ()  # besides what its other parts imply

    def failures(self) -> set[int]:
        """Every status it may fail with."""
        statuses = {*self.fails, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_REQUEST}
        if self.scope is not None:
            statuses |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        if "<" in self.rule:
            statuses.add(HTTPStatus.NOT_FOUND)
        if self.body is not None:
            statuses |= {
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            }
        return {int(status) for status in statuses}


class Resource:
    """Operations on one engine. Whatever has an engine is one: a caller who may not see everything
    is answered by a copy that asks an engine which shows no more than they may see."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def seen_by(self, engine: Engine) -> Self:
        seen = copy(self)
        seen._engine = engine
        return seen


@dataclass(frozen=True)
class Bound:
    """An operation and the method that carries it out."""

    operation: Operation
    handler: Handler
    resource: object  # whose method that is

    @property
    def topic(self) -> str:
        """It is listed under."""
        return type(self.resource).__name__

    @property
    def name(self) -> str:
        return self.handler.__name__

    @property
    def summary(self) -> str:
        return (self.handler.__doc__ or "").strip().split("\n\n")[0]

    def seen_by(self, gate: Admits, caller: Caller) -> Handler:
        """What carries it out, on what the caller may see."""
        if caller.viewer is None or not isinstance(self.resource, Resource):
            return self.handler
        handler: Handler = getattr(self.resource.seen_by(gate.engine_for(caller)), self.name)
        return handler


def operation(at: str, scope: Scope | None, **details: Any) -> Callable[[H], H]:
    """``at``: method and rule, such as ``GET /jobs``; ``details`` as in Operation."""
    method, _, rule = at.partition(" ")

    def mark(handler: H) -> H:
        setattr(handler, _MARK, Operation(method=method, rule=rule, scope=scope, **details))
        return handler

    return mark


def operations_of(*resources: object) -> Iterator[Bound]:
    """All marked methods, in the order written."""
    for resource in resources:
        for name, member in vars(type(resource)).items():
            if hasattr(member, _MARK):
                yield Bound(getattr(member, _MARK), getattr(resource, name), resource)


def mount(
    blueprint: Blueprint, gate: Admits, bound: Bound, credentials: Credentials = bearer
) -> None:
    operation = bound.operation
    query = operation.query()

    def view(**places: Any) -> Response:
        if any("\0" in str(place) for place in places.values()):
            raise NotFound  # nothing is named so, and Postgres will not be asked
        caller = ANYBODY
        if operation.scope is not None:
            caller = gate.admit(request, operation.scope, credentials)
        asked = {} if operation.loose else read_query(query, request.args)
        return bound.seen_by(gate, caller)(Call(caller, asked), **places)

    for rule in (operation.rule, *operation.also):
        blueprint.add_url_rule(
            rule, bound.name, view, methods=[operation.method], strict_slashes=True
        )
