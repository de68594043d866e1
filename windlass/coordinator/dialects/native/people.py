"""Users and roles over HTTP."""

from http import HTTPStatus
from typing import Any

from flask import Response, request
from marshmallow import Schema, ValidationError

from windlass.coordinator.dialects.native import people_documents as documents
from windlass.coordinator.dialects.native import present
from windlass.coordinator.engine.people import NewUser
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.body import MEDIA, read_body
from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.fields import Choice, Flag, Text
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.refusals import Strict, flaws

_FORMATS: dict[str, Any] = {"formats": tuple(MEDIA)}
_NOTHING = {HTTPStatus.NO_CONTENT: Gives()}
_USER = Gives(schema=documents.User)


class UserDocument(Strict):
    username = Text(least=1, most=128, required=True)
    password = Text(least=1, most=72, required=True)
    name = Text(most=256)
    scope = Choice(list(Scope))
    disabled = Flag()


class ChangeDocument(Strict):
    password = Text(least=1, most=72)
    disabled = Flag()


class RoleDocument(Strict):
    slug = Text(least=1, most=64, required=True)
    name = Text(most=256)


_NEW_USER, _CHANGE, _NEW_ROLE = UserDocument(), ChangeDocument(), RoleDocument()


class Users(Resource):
    @operation("GET /users", Scope.ADMIN, gives={HTTPStatus.OK: Gives(schema=documents.Users)})
    def list_users(self, _: Call) -> Response:
        """List the users."""
        return replies.document({"items": list(map(present.user, self._engine.people.users()))})

    @operation(
        "POST /users",
        Scope.ADMIN,
        body=UserDocument,
        gives={HTTPStatus.CREATED: _USER},
        fails=(HTTPStatus.CONFLICT,),
        **_FORMATS,
    )
    def create_user(self, _: Call) -> Response:
        """Make a user."""
        made = self._engine.people.create(NewUser(**_read(_NEW_USER, "user")))
        return replies.document(present.user(made), HTTPStatus.CREATED)

    @operation("GET /users/<name>", Scope.ADMIN, gives={HTTPStatus.OK: _USER})
    def show_user(self, _: Call, name: str) -> Response:
        """Show a user."""
        return replies.document(present.user(self._engine.people.user(name)))

    @operation(
        "PATCH /users/<name>",
        Scope.ADMIN,
        body=ChangeDocument,
        gives={HTTPStatus.OK: _USER},
        **_FORMATS,
    )
    def change_user(self, _: Call, name: str) -> Response:
        """Give a user another password, or disable or enable them."""
        self._engine.people.change(name, **_read(_CHANGE, "user"))
        self._engine.people_changed()
        return replies.document(present.user(self._engine.people.user(name)))

    @operation("DELETE /users/<name>", Scope.ADMIN, gives=_NOTHING)
    def delete_user(self, _: Call, name: str) -> Response:
        """Delete a user; jobs that were open to them alone stay hidden."""
        self._engine.people.delete(name)
        self._engine.people_changed()
        return replies.nothing()

    @operation("PUT /users/<name>/roles/<slug>", Scope.ADMIN, gives=_NOTHING)
    def grant_role(self, _: Call, name: str, slug: str) -> Response:
        """Give a user a role."""
        self._engine.people.grant(name, slug)
        self._engine.people_changed()
        return replies.nothing()

    @operation("DELETE /users/<name>/roles/<slug>", Scope.ADMIN, gives=_NOTHING)
    def revoke_role(self, _: Call, name: str, slug: str) -> Response:
        """Take a role from a user."""
        self._engine.people.revoke(name, slug)
        self._engine.people_changed()
        return replies.nothing()


class Roles(Resource):
    @operation("GET /roles", Scope.ADMIN, gives={HTTPStatus.OK: Gives(schema=documents.Roles)})
    def list_roles(self, _: Call) -> Response:
        """List the roles."""
        return replies.document({"items": list(map(present.role, self._engine.people.roles()))})

    @operation(
        "POST /roles",
        Scope.ADMIN,
        body=RoleDocument,
        gives={HTTPStatus.CREATED: Gives(schema=documents.Role)},
        fails=(HTTPStatus.CONFLICT,),
        **_FORMATS,
    )
    def create_role(self, _: Call) -> Response:
        """Make a role."""
        made = self._engine.people.create_role(**_read(_NEW_ROLE, "role"))
        return replies.document(present.role(made), HTTPStatus.CREATED)

    @operation("DELETE /roles/<slug>", Scope.ADMIN, gives=_NOTHING)
    def delete_role(self, _: Call, slug: str) -> Response:
        """Delete a role; jobs that were open to it alone stay hidden."""
        self._engine.people.delete_role(slug)
        self._engine.people_changed()
        return replies.nothing()


def _read(schema: Schema, what: str) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(read_body(request).load())
    except ValidationError as error:
        raise invalid(f"the {what} is not valid", flaws(error)) from None
    return loaded
