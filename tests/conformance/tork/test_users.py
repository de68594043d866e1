"""POST /users, and users who come with their passwords."""

import json
from typing import Any

import pytest

from tests.conformance.tork import golden
from tests.support.deliveries import deliver
from tests.support.http import BASE, Client
from tests.support.people import PASSWORD, a_user, basic
from tests.support.receiver import Receiver, receiver
from tests.support.tork import a_job, message
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database

__all__ = ["receiver"]

ADA = {"username": "ada", "password": PASSWORD, "name": "Ada L."}
BASIC = Settings(basic=True)
UNAUTHORIZED = (401, "Unauthorized")

with_passwords = pytest.mark.parametrize("settings", [BASIC])


def test_a_user_is_shown_without_the_password(client: Client) -> None:
    answer = client.post("/users", json=ADA)

    assert answer.status_code == 200
    golden.check("user", answer.text)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "unexpected end of JSON input"),
        ('{"username"', "unexpected end of JSON input"),
        ("nonsense", "invalid character 'o' in literal null (expecting 'u')"),
        ("{}", "must provide username"),
        ('{"username": "  ", "password": "x"}', "must provide username"),
        ('{"username": "bob"}', "must provide password"),
        ('{"username": "bob", "password": " \\t"}', "must provide password"),
        (json.dumps({"username": "bob", "password": "x" * 73}), "invalid password"),
        (json.dumps({"username": "bo:b", "password": "x"}), "invalid username"),
        (json.dumps({"username": "b" * 129, "password": "x"}), "invalid username"),
        (json.dumps({"username": "bob", "password": "x", "name": "n" * 257}), "invalid name"),
        ('{"username": "guest", "password": "x"}', "user already exists"),
        ('{"username": "public", "password": 1}', None),
        ('{"username": "b\\u0000b", "password": "x"}', None),
        ("[]", None),
    ],
)
def test_what_is_no_user_is_refused(client: Client, body: str, said: str | None) -> None:
    status, text = message(client.post("/users", data=body))

    assert status == 400
    assert said is None or text == said


def test_nobody_is_made_twice(client: Client) -> None:
    assert client.post("/users", json=ADA).status_code == 200

    assert message(client.post("/users", json=ADA)) == (400, "user already exists")


def test_it_is_read_as_json_whatever_it_is_called_and_whatever_else_is_in_it(
    client: Client, engine: Engine
) -> None:
    body = json.dumps({**ADA, "username": "  ada ", "colour": "blue", "id": "x", "disabled": True})

    answer = client.post("/users", data=body, content_type="text/plain")

    assert (answer.json["username"], answer.json["disabled"]) == ("ada", True)
    assert engine.people.user("ada").disabled


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_users_are_only_made_here(client: Client, method: str) -> None:
    answer = client.open("/users", method=method)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("settings", [Settings(without=frozenset({"users"}))])
def test_users_can_be_switched_off(client: Client) -> None:
    assert message(client.post("/users", json=ADA)) == (404, "Not Found")


@with_passwords
@pytest.mark.parametrize("path", ["/jobs", "/health", "/nope", "/users", "/"])
def test_without_a_password_nothing_is_told(client: Client, path: str) -> None:
    answer = client.get(path)

    assert message(answer) == UNAUTHORIZED
    assert answer.headers["WWW-Authenticate"] == "basic realm=Restricted"


@with_passwords
@pytest.mark.parametrize(
    ("header", "answer"),
    [
        ("Bearer x", UNAUTHORIZED),
        ("Basic ", UNAUTHORIZED),
        ("Basic !!!", (400, "Bad Request")),
        ("Basic YWRh", UNAUTHORIZED),  # without a colon
        ("Basic " + "A" * 10_000, UNAUTHORIZED),
        (basic("ada", "wrong")["Authorization"], UNAUTHORIZED),
        (basic("ada", "wrong" * 100)["Authorization"], UNAUTHORIZED),
        (basic("ada", "nul\0")["Authorization"], UNAUTHORIZED),
        (basic("guest", "")["Authorization"], UNAUTHORIZED),
        (basic("", "")["Authorization"], UNAUTHORIZED),
        (basic("nobody")["Authorization"], UNAUTHORIZED),
    ],
)
def test_a_wrong_password_opens_nothing(
    client: Client, engine: Engine, header: str, answer: Any
) -> None:
    a_user(engine, "ada")

    assert message(client.get("/jobs", headers={"Authorization": header})) == answer


@with_passwords
def test_a_user_comes_in_and_is_who_made_a_job(client: Client, engine: Engine) -> None:
    ada = a_user(engine, "ada")

    job = client.post("/jobs", json=a_job(), headers=ada).json

    assert job["createdBy"]["username"] == "ada"
    assert "disabled" not in job["createdBy"]
    (listed,) = client.get("/jobs", headers=ada).json["items"]
    assert listed["createdBy"] == job["createdBy"]
    assert message(client.get("/nope", headers=ada)) == (404, "Not Found")


@with_passwords
def test_a_disabled_user_and_an_old_password_open_nothing(client: Client, engine: Engine) -> None:
    ada, bob = a_user(engine, "ada"), a_user(engine, "bob")
    assert client.get("/jobs", headers=ada).status_code == 200

    engine.people.change("ada", disabled=True)
    engine.people.change("bob", password="another one")
    engine.people_changed()

    assert message(client.get("/jobs", headers=ada)) == UNAUTHORIZED
    assert message(client.get("/jobs", headers=bob)) == UNAUTHORIZED
    assert client.get("/jobs", headers=basic("bob", "another one")).status_code == 200


@with_passwords
def test_a_user_does_no_more_than_they_may(client: Client, engine: Engine) -> None:
    reader, submitter = a_user(engine, "reader", scope="read"), a_user(engine, "submitter")
    admin = a_user(engine, "admin", scope="admin")

    assert client.get("/jobs", headers=reader).status_code == 200
    assert message(client.post("/jobs", json=a_job(), headers=reader))[0] == 403
    assert client.post("/jobs", json=a_job(), headers=submitter).status_code == 200
    assert message(client.post("/users", json=ADA, headers=submitter))[0] == 403
    assert client.post("/users", json=ADA, headers=admin).status_code == 200
    assert client.get("/health", headers=reader).status_code == 200


@with_passwords
@pytest.mark.parametrize("path", ["/users", "/jobs"])
def test_a_page_of_another_site_cannot_use_a_browsers_password(
    client: Client, engine: Engine, path: str
) -> None:
    headers = a_user(engine, "admin", scope="admin") | {"Origin": "http://elsewhere.example"}

    assert client.post(path, json=ADA, headers=headers).status_code == 403
    assert "ada" not in engine.people.named(["ada"])


@with_passwords
def test_other_doors_are_not_closed_by_it(client: Client) -> None:
    assert client.get(f"{BASE}/jobs").status_code == 200


@with_passwords
def test_webhooks_say_who_made_a_job(
    client: Client, engine: Engine, db: Database, receiver: Receiver
) -> None:
    job = a_job(webhooks=[{"url": receiver.url}])
    assert client.post("/jobs", json=job, headers=a_user(engine, "ada")).status_code == 200

    deliver(db)

    assert [json.loads(body)["createdBy"]["username"] for body in receiver.bodies] == ["ada"]
