"""Who may see which job, on every endpoint; where nobody in particular asks, everybody may."""

from typing import Any

import pytest

from tests.conformance.tork import golden
from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.people import As, a_user
from tests.support.tork import a_job, a_task, message, posted
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.engine.service import Engine

BASIC = Settings(basic=True)

with_passwords = pytest.mark.parametrize("settings", [BASIC])


@pytest.fixture
def admin(client: Client, engine: Engine) -> As:
    return As(client, a_user(engine, "root", scope="admin"))


def made(by: As, *permissions: dict[str, str], **fields: Any) -> Any:
    response = by("POST", "/jobs", json=a_job(permissions=list(permissions), **fields))
    assert response.status_code == 200, response.text
    return response.json


def listed(by: As, query: str = "") -> list[str]:
    page = by("GET", f"/jobs{query}").json
    assert page["totalItems"] == len(page["items"])
    return [job["name"] for job in page["items"]]


def test_permissions_are_shown(client: Client, engine: Engine) -> None:
    a_user(engine, "ada", "ops")
    id = posted(client, permissions=[{"user": "ada"}, {"role": "ops"}])["id"]

    golden.check("job_permitted", client.get(f"/jobs/{id}").text)


@pytest.mark.parametrize(
    ("permission", "field", "tag"),
    [
        ({"user": "nobody"}, "perm", "invalidusername"),
        ({"role": "nothing"}, "perm", "invalidrole"),
        ({}, "perm", "roleoruser"),
        ({"user": "ada", "role": "public"}, "perm", "roleoruser"),
    ],
)
def test_a_permission_names_somebody_who_is_there(
    client: Client, engine: Engine, permission: Any, field: str, tag: str
) -> None:
    a_user(engine, "ada")

    status, text = message(client.post("/jobs", json=a_job(permissions=[permission])))

    assert status == 400
    assert f"Error:Field validation for '{field}' failed on the '{tag}' tag" in text


def test_an_id_is_no_name(client: Client, engine: Engine) -> None:
    a_user(engine, "ada")
    id = engine.people.user("ada").id.hex

    text = message(client.post("/jobs", json=a_job(permissions=[{"user": id}])))[1]

    assert "'invalidusername'" in text


@with_passwords
def test_the_list_has_what_its_reader_may_see(client: Client, ada: As, bob: As, admin: As) -> None:
    made(ada, name="open")
    made(bob, {"user": "ada"}, name="of ada")
    made(bob, {"role": "ops"}, {"user": "root"}, name="of ops")
    made(ada, {"user": "bob"}, name="of bob", tags=["x"])

    assert listed(ada) == ["of ops", "of ada", "open"]
    assert listed(bob) == ["of bob", "open"]
    assert listed(admin) == ["of bob", "of ops", "of ada", "open"]
    assert listed(ada, "?q=bob") == listed(ada, "?q=tag:x") == []
    assert listed(bob, "?q=bob") == listed(bob, "?q=tag:x") == ["of bob"]
    page = ada("GET", "/jobs?size=2&page=2").json
    assert [job["name"] for job in page["items"]] == ["open"]
    assert (page["totalItems"], page["totalPages"]) == (3, 2)


@with_passwords
def test_a_hidden_job_is_as_if_it_were_not_there(
    client: Client, fleet: Fleet, ada: As, bob: As, admin: As
) -> None:
    id = made(bob, {"user": "bob"})["id"]
    fleet.fail(*fleet.dispatch())
    task = bob("GET", f"/jobs/{id}").json["execution"][0]["id"]

    for method, path, what in [
        ("GET", f"/jobs/{id}", "job"),
        ("GET", f"/jobs/{id}/log", "job"),
        ("GET", f"/jobs/{id}/log?q=x", "job"),
        ("PUT", f"/jobs/{id}/cancel", "job"),
        ("PUT", f"/jobs/{id}/restart", "job"),
        ("GET", f"/tasks/{task}", "task"),
        ("GET", f"/tasks/{task}/log", "task"),
    ]:
        assert message(ada(method, path)) == (404, f"{what} not found"), path
        assert bob(method, path).status_code in (200, 400), path
        assert admin(method, path).status_code in (200, 400), path


@with_passwords
def test_who_made_a_job_has_no_right_to_it_by_that(client: Client, ada: As, bob: As) -> None:
    job = made(ada, {"user": "bob"})

    assert job["createdBy"]["username"] == "ada"
    assert message(ada("GET", f"/jobs/{job['id']}")) == (404, "job not found")
    assert bob("GET", f"/jobs/{job['id']}").status_code == 200


@with_passwords
def test_a_role_given_or_taken_counts_at_once(
    client: Client, engine: Engine, ada: As, bob: As
) -> None:
    id = made(ada, {"role": "ops"})["id"]
    assert bob("GET", f"/jobs/{id}").status_code == 404

    engine.people.grant("bob", "ops")
    engine.people.revoke("ada", "ops")
    engine.people_changed()

    assert bob("GET", f"/jobs/{id}").status_code == 200
    assert ada("GET", f"/jobs/{id}").status_code == 404


@with_passwords
def test_what_was_open_to_somebody_deleted_stays_hidden(
    client: Client, engine: Engine, ada: As, bob: As
) -> None:
    id = made(ada, {"role": "ops"})["id"]
    engine.people.delete_role("ops")
    engine.people.create_role("ops")
    engine.people.grant("bob", "ops")
    engine.people_changed()

    assert ada("GET", f"/jobs/{id}").status_code == 404
    assert bob("GET", f"/jobs/{id}").status_code == 404
    assert listed(bob) == []


@with_passwords
def test_a_sub_job_is_hidden_with_the_job_around_it(
    client: Client, fleet: Fleet, ada: As, bob: As
) -> None:
    inner = {"name": "inner", "tasks": [a_task()]}
    task = {"name": "outer", "subjob": inner}
    response = bob("POST", "/jobs", json=a_job(task, name="outer", permissions=[{"user": "bob"}]))
    assert response.status_code == 200
    fleet.dispatch()

    assert listed(bob) == ["inner", "outer"]
    assert listed(ada) == []


def test_where_nobody_in_particular_asks_everything_is_shown(
    client: Client, engine: Engine
) -> None:
    a_user(engine, "ada")
    id = posted(client, permissions=[{"user": "ada"}])["id"]

    assert client.get(f"/jobs/{id}").status_code == 200
    assert client.get("/jobs").json["totalItems"] == 1


@with_passwords
def test_a_scheduled_job_is_hidden_with_all_that_it_makes(ada: As, bob: As) -> None:
    document = a_job(schedule={"cron": "@daily"}, permissions=[{"user": "bob"}])
    id = ada("POST", "/scheduled-jobs", json=document).json["id"]

    for method, path in [
        ("GET", f"/scheduled-jobs/{id}"),
        ("PUT", f"/scheduled-jobs/{id}/pause"),
        ("PUT", f"/scheduled-jobs/{id}/resume"),
        ("DELETE", f"/scheduled-jobs/{id}"),
    ]:
        assert message(ada(method, path)) == (404, "scheduled job not found")
    assert ada("GET", "/scheduled-jobs").json["totalItems"] == 0
    (listed,) = bob("GET", "/scheduled-jobs").json["items"]
    assert listed["createdBy"]["username"] == "ada"
    shown = bob("GET", f"/scheduled-jobs/{id}").json
    assert shown["permissions"][0]["user"]["username"] == "bob"
    assert bob("DELETE", f"/scheduled-jobs/{id}").status_code == 200
