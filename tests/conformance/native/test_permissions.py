"""Who may see which job: at every address, in every list, in every stream."""

from typing import Any

import pytest

from tests.conformance.native.test_logs import ended
from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, errors, sent
from tests.support.people import PASSWORD, As, a_user
from tests.support.waiting import until
from windlass.coordinator.engine.firing import fire_due
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.sight import Viewer


@pytest.fixture
def nobody(client: Client, engine: Engine) -> As:
    """Somebody with a token that acts for no user; and the coordinator is closed."""
    engine.create_token("root", "admin")
    _, secret = engine.create_token("ci", "submit")
    return As(client, {"Authorization": f"Bearer {secret}"})


@pytest.fixture
def root(client: Client, nobody: As, engine: Engine) -> As:
    return As(client, a_user(engine, "boss", scope="admin"))


def made(by: As, *permissions: dict[str, str], **fields: Any) -> Any:
    document = a_document(permissions=list(permissions), **fields)
    return sent(by.client, document, headers=by.headers)


def listed(by: As, query: str = "") -> list[str]:
    return [job["name"] for job in by("GET", f"{BASE}/jobs?{query}").json["items"]]


def addresses(client: Client, **ids: object) -> list[tuple[str, str]]:
    """Every operation on one of these, as the door describes itself; what deletes comes last."""
    paths = client.get(f"{BASE}/openapi.json").json["paths"]
    found = [
        (method.upper(), BASE + path.format(**ids))
        for path, about in paths.items()
        for method in about
        if any(f"{{{name}}}" in path for name in ids)
    ]
    return sorted(found, key=lambda address: ("GET", "POST", "DELETE").index(address[0]))


def test_permissions_are_shown(ada: As) -> None:
    given = [{"user": "ada"}, {"role": "ops"}]

    assert made(ada, *given)["permissions"] == given


@pytest.mark.parametrize(
    ("permission", "field"),
    [
        ({"user": "nobody"}, "permissions[0].user"),
        ({"role": "nothing"}, "permissions[0].role"),
        ({"user": "a\0"}, "permissions[0].user"),
        ({}, "permissions[0]"),
        ({"user": "ada", "role": "ops"}, "permissions[0]"),
        ({"user": 1}, "permissions[0].user"),
        ({"group": "ops"}, "permissions[0].group"),
        ("ada", "permissions[0]"),
    ],
)
def test_a_permission_names_one_who_is_there(
    client: Client, ada: As, permission: Any, field: str
) -> None:
    response = client.post(f"{BASE}/jobs", json=a_document(permissions=[permission]))

    assert response.status_code == 400
    assert field in errors(response)
    assert client.get(f"{BASE}/jobs").json["items"] == []


def test_a_sub_job_has_no_permissions_of_its_own(client: Client) -> None:
    inner = {"name": "inner", "permissions": [], "tasks": [{"name": "a", "run": "true"}]}

    response = client.post(f"{BASE}/jobs", json=a_document({"name": "t", "subjob": inner}))

    assert "tasks[0].subjob.permissions" in errors(response)


def test_every_list_has_what_its_reader_may_see(
    nobody: As, root: As, ada: As, bob: As, fleet: Fleet
) -> None:
    made(nobody, name="open")
    made(nobody, {"user": "ada"}, name="of ada", tags=["x"])
    made(bob, {"role": "ops"}, {"user": "bob"}, name="of both", queue="q")
    made(bob, {"user": "bob"}, name="of bob", tags=["x"])
    fleet.run()

    assert listed(nobody) == ["open"]
    assert listed(ada) == ["of both", "of ada", "open"]
    assert listed(bob) == ["of bob", "of both", "open"]
    assert listed(root) == ["of bob", "of both", "of ada", "open"]
    assert listed(ada, "tag=x") == ["of ada"]
    assert listed(ada, "q=of&state=completed") == ["of both", "of ada"]
    assert listed(ada, "state=completed&state=failed") == ["of both", "of ada", "open"]
    assert listed(bob, "owner=bob") == ["of bob", "of both"]
    assert listed(nobody, "queue=q") == []
    for by, count in ((nobody, 1), (ada, 3), (bob, 3), (root, 4)):
        totals = by("GET", f"{BASE}/jobs/totals").json
        assert totals["by_state"]["completed"] == count


def test_pages_go_on_behind_what_is_hidden(nobody: As, ada: As, bob: As) -> None:
    for number in range(6):
        made(bob, {"user": "bob" if number % 2 else "ada"}, name=f"job-{number}")

    first = ada("GET", f"{BASE}/jobs?limit=2").json
    second = ada("GET", f"{BASE}/jobs?limit=2&cursor={first['next']}").json

    assert [job["name"] for job in first["items"]] == ["job-4", "job-2"]
    assert [job["name"] for job in second["items"]] == ["job-0"]
    assert second["next"] is None


def test_a_hidden_job_is_as_if_it_were_not_there(
    client: Client, nobody: As, ada: As, bob: As, fleet: Fleet
) -> None:
    job = made(bob, {"user": "bob"})["id"]
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    task = bob("GET", f"{BASE}/jobs/{job}/tasks").json["items"][0]["id"]
    ended(fleet, attempt)
    found = addresses(client, job_id=job, task_id=task, attempt_id=attempt)
    assert len(found) > 20

    for method, path in found:
        for by in (nobody, ada):
            answer = by(method, path)
            assert answer.status_code == 404, path
            assert "bob" not in answer.text
    for method, path in found:
        with bob(method, path) as answer:
            assert answer.status_code not in {401, 403, 404}, path


def test_a_role_given_or_taken_counts_at_once(nobody: As, root: As, ada: As, bob: As) -> None:
    job = made(bob, {"role": "ops"})["id"]
    assert bob("GET", f"{BASE}/jobs/{job}").status_code == 404

    assert root("PUT", f"{BASE}/users/bob/roles/ops").status_code == 204
    assert root("DELETE", f"{BASE}/users/ada/roles/ops").status_code == 204

    assert bob("GET", f"{BASE}/jobs/{job}").status_code == 200
    assert ada("GET", f"{BASE}/jobs/{job}").status_code == 404


def test_a_restarted_job_stays_as_hidden_as_it_was(
    nobody: As, ada: As, bob: As, fleet: Fleet
) -> None:
    job = made(bob, {"user": "bob"})["id"]
    fleet.fail(*fleet.dispatch())

    assert bob("POST", f"{BASE}/jobs/{job}/restart").status_code == 202

    assert ada("GET", f"{BASE}/jobs/{job}").status_code == 404
    assert listed(ada) == []


def test_nodes_tell_how_busy_they_are_and_not_with_what_is_hidden(
    nobody: As, ada: As, bob: As, fleet: Fleet
) -> None:
    made(bob, {"user": "bob"})
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)

    for by in (ada, bob):
        nodes = by("GET", f"{BASE}/nodes")
        assert nodes.status_code == 200
        if by is ada:
            assert str(attempt) not in nodes.text


def test_whoever_follows_hears_of_nothing_hidden(
    engine: Engine, nobody: As, ada: As, bob: As
) -> None:
    job = made(bob, {"user": "bob"})["id"]
    eyes = {name: engine.identify(name, PASSWORD) for name in ("ada", "bob")}

    for by in (nobody, ada):
        assert by("GET", f"{BASE}/events?topic=job:{job}").status_code == 404
    heard = {
        name: [str(one.id) for one in engine.seen_by(Viewer(eye.keys)).changes(after=0).jobs]
        for name, eye in eyes.items()
        if eye is not None
    }
    assert heard == {"ada": [], "bob": [job]}


def test_a_schedule_and_its_jobs_are_open_to_the_same(
    client: Client, nobody: As, ada: As, bob: As, fleet: Fleet
) -> None:
    document = a_document(permissions=[{"user": "bob"}], schedule={"cron": "@every 1s"})
    id = ada("POST", f"{BASE}/schedules", json=document).json["id"]
    open_to_all = a_document(schedule={"cron": "@daily"})
    assert ada("POST", f"{BASE}/schedules", json=open_to_all).status_code == 201
    found = addresses(client, schedule_id=id)
    assert len(found) > 3

    for method, path in found:
        for by in (nobody, ada):
            assert by(method, path).status_code == 404, path
    lists = [by("GET", f"{BASE}/schedules").json for by in (nobody, ada, bob)]
    assert [(len(page["items"]), page["count"]) for page in lists] == [(1, 1), (1, 1), (2, 2)]
    until(lambda: fire_due(fleet.db, fleet.signals) > 0, timeout=20)
    assert listed(nobody) == listed(ada) == []
    (job,) = bob("GET", f"{BASE}/jobs").json["items"]
    assert (job["owner"], job["permissions"]) == ("ada", [{"user": "bob"}])
    for method, path in found:
        assert bob(method, path).status_code in (200, 204, 409), path


def test_a_schedule_is_open_to_one_who_is_there(ada: As) -> None:
    document = a_document(permissions=[{"user": "nobody"}], schedule={"cron": "@daily"})

    response = ada("POST", f"{BASE}/schedules", json=document)

    assert list(errors(response)) == ["permissions[0].user"]


def test_a_template_is_not_deleted_by_somebody_from_whom_jobs_of_it_are_hidden(
    nobody: As, ada: As
) -> None:
    at = f"{BASE}/templates/private"
    ada("PUT", at, json=a_document(permissions=[{"user": "ada"}]))
    job = ada("POST", f"{at}/jobs", json={}).json["id"]

    refused = [nobody("DELETE", f"{at}?keep_jobs={keep}").status_code for keep in ("true", "false")]
    state = ada("GET", f"{BASE}/jobs/{job}").json["state"]
    ada("POST", f"{BASE}/jobs/{job}/cancel")
    kept = nobody("DELETE", f"{at}?keep_jobs=true").status_code

    assert (refused, state) == ([409, 409], "pending")
    assert (kept, ada("DELETE", at).status_code) == (204, 404)
    assert ada("GET", f"{BASE}/jobs/{job}").json["state"] == "cancelled"
