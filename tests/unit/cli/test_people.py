"""Users and roles: made through the API, and no password on a command line."""

import json
from typing import Any

import pytest

from tests.support.stub_api import Answer, StubApi
from tests.unit.cli.conftest import Windlass

ADA = {
    "username": "ada",
    "name": "Ada L.",
    "scope": "submit",
    "roles": ["ops", "public"],
    "disabled": True,
    "created_at": "2026-01-01T00:00:00Z",
}
OPS = {"slug": "ops", "name": "Operators", "created_at": "2026-01-01T00:00:00Z"}


def test_the_password_comes_from_standard_input(windlass: Windlass, api: StubApi) -> None:
    api.on("POST /users", Answer(ADA, 201))

    result = windlass("user", "create", "ada", "--full-name", "Ada L.", stdin="s3cret\nmore\n")

    assert result.stdout == "ada created\n"
    assert json.loads(api.asked[0].body) == {
        "username": "ada",
        "name": "Ada L.",
        "scope": "submit",
        "password": "s3cret",
    }


def test_without_a_password_nothing_is_asked(windlass: Windlass, api: StubApi) -> None:
    result = windlass("user", "create", "ada", stdin="")

    assert result.exit_code == 2
    assert api.asked == []


def test_users_and_roles_are_listed(windlass: Windlass, api: StubApi) -> None:
    api.on("GET /users", Answer({"items": [ADA]}))
    api.on("GET /roles", Answer({"items": [OPS]}))

    users, roles = windlass("user", "ls").stdout, windlass("role", "ls").stdout

    assert all(word in users for word in ("ada", "Ada L.", "submit", "ops, public", "disabled"))
    assert all(word in roles for word in ("ops", "Operators"))
    assert json.loads(windlass("user", "ls", "-o", "json").stdout) == [ADA]
    assert json.loads(windlass("role", "ls", "-o", "json").stdout) == [OPS]


@pytest.mark.parametrize(
    ("words", "asked", "body"),
    [
        (("user", "passwd", "ada"), "PATCH /users/ada", {"password": "s3cret"}),
        (("user", "disable", "ada"), "PATCH /users/ada", {"disabled": True}),
        (("user", "enable", "ada"), "PATCH /users/ada", {"disabled": False}),
        (("user", "delete", "ada"), "DELETE /users/ada", None),
        (("user", "grant", "ada", "ops"), "PUT /users/ada/roles/ops", None),
        (("user", "revoke", "ada", "ops"), "DELETE /users/ada/roles/ops", None),
        (("role", "create", "ops"), "POST /roles", {"slug": "ops"}),
        (("role", "delete", "ops"), "DELETE /roles/ops", None),
    ],
)
def test_each_command_asks_for_one_thing(
    windlass: Windlass, api: StubApi, words: tuple[str, ...], asked: str, body: Any
) -> None:
    api.on(asked, Answer(b"", 204) if body is None else Answer({"slug": "ops"}))

    result = windlass(*words, stdin="s3cret\n")

    assert result.exit_code == 0, result.output
    (request,) = api.asked
    assert f"{request.method} {request.path.removeprefix('/windlass/v1')}" == asked
    assert (json.loads(request.body) if request.body else None) == body
    assert "s3cret" not in result.output


def test_a_token_can_act_for_a_user(windlass: Windlass, api: StubApi) -> None:
    made = {"name": "laptop", "scope": "read", "secret": "wl_x", "user": "ada"}
    api.on("POST /tokens", Answer(made, 201))

    windlass("token", "create", "laptop", "--scope", "read", "--user", "ada")

    assert json.loads(api.asked[0].body)["user"] == "ada"
