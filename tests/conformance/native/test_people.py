"""Users and roles over HTTP."""

from typing import Any

import pytest

from tests.conformance.native import golden
from tests.support.http import BASE, Client, a_document, errors, sent
from tests.support.people import PASSWORD, As, a_user, basic
from windlass.coordinator.engine.service import Engine

ADA = {"username": "ada", "password": PASSWORD, "name": "Ada L.", "scope": "submit"}


@pytest.fixture
def root(client: Client, engine: Engine) -> As:
    """With a token; the coordinator is closed from here on."""
    _, secret = engine.create_token("root", "admin")
    return As(client, {"Authorization": f"Bearer {secret}"})


def test_a_user_and_their_roles(client: Client) -> None:
    made = client.post(f"{BASE}/users", json=ADA)
    role = client.post(f"{BASE}/roles", json={"slug": "ops", "name": "Operators"})
    assert (made.status_code, role.status_code) == (201, 201)
    for slug in ("ops", "ops", "public"):
        assert client.put(f"{BASE}/users/ada/roles/{slug}").status_code == 204
    assert client.delete(f"{BASE}/users/ada/roles/public").status_code == 204

    golden.check("user", client.get(f"{BASE}/users/ada").json)
    golden.check("users", client.get(f"{BASE}/users").json)
    golden.check("roles", client.get(f"{BASE}/roles").json)


def test_what_is_deleted_is_gone(client: Client) -> None:
    client.post(f"{BASE}/users", json=ADA)
    client.post(f"{BASE}/roles", json={"slug": "ops"})

    for path in ("/users/ada", "/roles/ops"):
        assert client.delete(f"{BASE}{path}").status_code == 204
        assert client.delete(f"{BASE}{path}").status_code == 404
    assert client.get(f"{BASE}/users/ada").status_code == 404


@pytest.mark.parametrize(
    ("path", "document", "field"),
    [
        ("users", {"password": "x"}, "username"),
        ("users", {"username": "bob"}, "password"),
        ("users", {"username": "b:b", "password": "x"}, "username"),
        ("users", {"username": "b/b", "password": "x"}, "username"),
        ("users", {"username": " b", "password": "x"}, "username"),
        ("users", {"username": "b" * 129, "password": "x"}, "username"),
        ("users", {"username": "b\0", "password": "x"}, "username"),
        ("users", {"username": "bob", "password": ""}, "password"),
        ("users", {"username": "bob", "password": "x" * 73}, "password"),
        ("users", {"username": "bob", "password": "é" * 40}, "password"),
        ("users", {"username": "bob", "password": "x\0"}, "password"),
        ("users", {"username": "bob", "password": ["x"]}, "password"),
        ("users", {"username": "bob", "password": "x", "scope": "god"}, "scope"),
        ("users", {"username": "bob", "password": "x", "disabled": "no"}, "disabled"),
        ("users", {"username": "bob", "password": "x", "colour": "red"}, "colour"),
        ("roles", {}, "slug"),
        ("roles", {"slug": "o ps"}, "slug"),
        ("roles", {"slug": "-ops"}, "slug"),
        ("roles", {"slug": "o" * 65}, "slug"),
        ("roles", {"slug": "ops", "name": "n" * 257}, "name"),
        ("roles", {"slug": "ops", "name": "\0"}, "name"),
    ],
)
def test_what_is_neither_user_nor_role_is_refused(
    client: Client, path: str, document: Any, field: str
) -> None:
    before = client.get(f"{BASE}/{path}").json

    response = client.post(f"{BASE}/{path}", json=document)

    assert response.status_code == 400
    assert list(errors(response)) == [field]
    assert client.get(f"{BASE}/{path}").json == before


def test_a_name_is_given_once_to_users_and_tokens_together(client: Client, engine: Engine) -> None:
    engine.create_token("ci", "admin")
    a_user(engine, "root", scope="admin")
    headers = basic("root")

    for path, document in [
        ("users", {"username": "root", "password": "x"}),
        ("users", {"username": "guest", "password": "x"}),
        ("users", {"username": "ci", "password": "x"}),
        ("roles", {"slug": "public"}),
        ("tokens", {"name": "root", "scope": "read"}),
    ]:
        response = client.post(f"{BASE}/{path}", json=document, headers=headers)
        assert response.status_code == 409, document


@pytest.mark.parametrize("name", ["nobody", "a%00b", "a:b", "%20", "x" * 200])
def test_nobody_is_changed(client: Client, name: str) -> None:
    for method, path, body in [
        ("GET", f"/users/{name}", None),
        ("PATCH", f"/users/{name}", {"disabled": True}),
        ("DELETE", f"/users/{name}", None),
        ("PUT", f"/users/{name}/roles/public", None),
        ("DELETE", f"/users/{name}/roles/public", None),
        ("PUT", f"/users/guest/roles/{name}", None),
        ("DELETE", f"/roles/{name}", None),
    ]:
        assert client.open(f"{BASE}{path}", method=method, json=body).status_code == 404, path


def test_a_password_is_changed_and_a_user_disabled(
    client: Client, engine: Engine, root: As
) -> None:
    a_user(engine, "ada")
    other = {"password": "another one"}
    assert client.get(f"{BASE}/jobs", headers=basic("ada")).status_code == 200

    changed = root("PATCH", f"{BASE}/users/ada", json=other)

    assert changed.json["username"] == "ada"
    assert client.get(f"{BASE}/jobs", headers=basic("ada")).status_code == 401
    assert client.get(f"{BASE}/jobs", headers=basic("ada", "another one")).status_code == 200
    shut = root("PATCH", f"{BASE}/users/ada", json={"disabled": True})
    assert shut.json["disabled"] is True
    assert client.get(f"{BASE}/jobs", headers=basic("ada", "another one")).status_code == 401


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_no_answer_has_a_password(client: Client, engine: Engine, method: str) -> None:
    a_user(engine, "ada")

    answers = [
        client.get(f"{BASE}/users").text,
        client.post(f"{BASE}/users", json={**ADA, "username": "bob"}).text,
        client.post(f"{BASE}/users", json={**ADA, "scope": 1}).text,
        client.open(f"{BASE}/users/ada", method=method, json={"password": PASSWORD}).text,
    ]

    assert not [answer for answer in answers if PASSWORD in answer or "$2b$" in answer]


def test_a_user_with_a_password_may_what_their_scope_says(
    client: Client, engine: Engine, root: As
) -> None:
    reader, submitter = a_user(engine, "reader", scope="read"), a_user(engine, "ada")

    assert client.get(f"{BASE}/jobs", headers=reader).status_code == 200
    assert client.post(f"{BASE}/jobs", json=a_document(), headers=reader).status_code == 403
    assert sent(client, a_document(), headers=submitter)["owner"] == "ada"
    assert client.get(f"{BASE}/users", headers=submitter).status_code == 403


@pytest.mark.parametrize(
    ("scope", "of_user", "submitted"),
    [("read", "admin", 403), ("admin", "read", 403), ("admin", "submit", 201)],
)
def test_a_token_that_acts_for_a_user_may_no_more_than_both(
    engine: Engine, root: As, scope: str, of_user: str, submitted: int
) -> None:
    a_user(engine, "ada", scope=of_user)
    asked = {"name": "laptop", "scope": scope, "user": "ada"}
    made = root("POST", f"{BASE}/tokens", json=asked).json
    mine = As(root.client, {"Authorization": f"Bearer {made['secret']}"})

    assert mine("GET", f"{BASE}/jobs").status_code == 200
    assert mine("POST", f"{BASE}/jobs", json=a_document()).status_code == submitted
    assert made["user"] == "ada"
    assert root("DELETE", f"{BASE}/users/ada").status_code == 204
    assert mine("GET", f"{BASE}/jobs").status_code == 401


def test_a_token_acts_for_nobody_unknown_and_the_first_for_nobody_at_all(
    client: Client, engine: Engine
) -> None:
    asked = {"name": "laptop", "scope": "admin", "user": "ada"}
    a_user(engine, "ada")

    assert list(errors(client.post(f"{BASE}/tokens", json=asked))) == ["scope"]
    root = client.post(f"{BASE}/tokens", json={"name": "root", "scope": "admin"}).json
    nobody = {**asked, "user": "nobody"}
    headers = {"Authorization": f"Bearer {root['secret']}"}
    assert list(errors(client.post(f"{BASE}/tokens", json=nobody, headers=headers))) == ["user"]
