"""Job templates: saved, versioned, and made jobs of."""

from typing import Any

import pytest

from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, an_app, errors
from windlass.coordinator.engine import templates as engine_templates
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.store.db import Database

GREET = a_document({"name": "greet", "cmd": ["echo", "{{ inputs.who }}"]}, inputs={"who": "you"})
AT = f"{BASE}/templates/greet"


def saved(client: Client, document: Any = GREET, name: str = "greet") -> Any:
    response = client.put(f"{BASE}/templates/{name}", json=document)
    assert response.status_code in {200, 201}, response.text
    return response.json


def made(client: Client, **fields: Any) -> Any:
    response = client.post(f"{AT}/jobs", json=fields)
    assert response.status_code == 201, response.text
    return response.json


def test_a_template_is_created_then_updated_then_unchanged(client: Client) -> None:
    assert client.put(AT, json=GREET).status_code == 201
    again = client.put(AT, json=GREET)
    changed = client.put(AT, json={**GREET, "description": "new"})

    assert (again.status_code, again.json["version"]) == (200, 1)
    assert (changed.status_code, changed.json["version"]) == (200, 2)
    listed = client.get(f"{AT}/versions").json["items"]
    assert [each["version"] for each in listed] == [2, 1]
    assert "description" not in client.get(f"{AT}/versions/1").json["job"]
    assert client.get(AT).json["job"]["description"] == "new"


def test_a_job_of_a_template_has_inputs_of_its_own(client: Client, fleet: Fleet) -> None:
    saved(client)

    job = made(client, inputs={"who": "all"}, name="hello")
    fleet.run()

    assert (job["name"], job["inputs"]) == ("hello", {"who": "all"})
    assert client.get(f"{BASE}/jobs/{job['id']}").json["state"] == "completed"
    assert [each["id"] for each in client.get(f"{AT}/jobs").json["items"]] == [job["id"]]


def test_a_job_stays_what_its_version_was(client: Client) -> None:
    saved(client)
    saved(client, {**GREET, "inputs": {"who": "they"}})

    assert made(client, version=1)["inputs"] == {"who": "you"}
    assert made(client)["inputs"] == {"who": "they"}
    missing = client.post(f"{AT}/jobs", json={"version": 3})
    assert missing.status_code == 404


def test_an_input_the_template_does_not_have_is_refused(client: Client) -> None:
    saved(client)

    answer = client.post(f"{AT}/jobs", json={"inputs": {"what": "x"}})

    assert answer.status_code == 400
    assert errors(answer) == {"inputs.what": "is no input of the template"}


@pytest.mark.parametrize(
    ("name", "document", "field"),
    [
        ("-x", GREET, "name"),
        ("x" * 129, GREET, "name"),
        ("greet", {"name": "a"}, "tasks"),
        ("greet", a_document({"name": "a", "run": "true", "timeout": "-1"}), "tasks[0].timeout"),
    ],
)
def test_what_cannot_be_saved_is_refused(
    client: Client, name: str, document: Any, field: str
) -> None:
    answer = client.put(f"{BASE}/templates/{name}", json=document)

    assert answer.status_code == 400
    assert field in errors(answer)
    assert client.get(f"{BASE}/templates").json["items"] == []


def test_templates_are_listed_by_name_a_page_at_a_time(client: Client) -> None:
    for name in ("c", "a", "b"):
        saved(client, name=name)

    first = client.get(f"{BASE}/templates?limit=2").json
    rest = client.get(f"{BASE}/templates?limit=2&cursor={first['next']}").json

    assert [each["name"] for each in first["items"]] == ["a", "b"]
    assert [each["name"] for each in rest["items"]] == ["c"]
    assert rest["next"] is None
    assert client.get(f"{BASE}/templates?cursor=x").status_code == 400


def test_a_deleted_template_takes_its_jobs_with_it(client: Client, fleet: Fleet) -> None:
    saved(client)
    over = made(client)
    fleet.run()
    going_on = made(client)

    assert client.delete(AT).status_code == 204

    assert client.get(AT).status_code == 404
    assert client.post(f"{AT}/jobs", json={}).status_code == 404
    assert client.get(f"{BASE}/jobs/{over['id']}").status_code == 404
    assert client.get(f"{BASE}/jobs/{going_on['id']}").status_code == 404
    assert client.delete(AT).status_code == 404


def test_a_deletion_waits_for_jobs_that_run(client: Client, fleet: Fleet, db: Database) -> None:
    saved(client)
    job = made(client)
    attempts = fleet.dispatch()
    fleet.start(*attempts)

    client.delete(AT)
    saved(client)

    shown = client.get(f"{BASE}/jobs/{job['id']}").json
    assert shown["cancelling"]
    fleet.finish(*attempts, reason="cancelled")
    engine_templates.carry_out(db, fleet.signals, 10)
    assert client.get(f"{BASE}/jobs/{job['id']}").status_code == 404
    assert client.get(AT).json["version"] == 1


def test_jobs_that_are_kept_belong_to_the_template_that_is_saved_again(
    client: Client, fleet: Fleet
) -> None:
    saved(client)
    job = made(client)
    fleet.run()

    client.delete(f"{AT}?keep_jobs=true")
    assert client.get(AT).status_code == 404
    assert client.put(AT, json=GREET).status_code == 201

    assert [each["id"] for each in client.get(f"{AT}/jobs").json["items"]] == [job["id"]]


def test_no_job_is_made_of_a_template_that_goes_meanwhile(client: Client, engine: Engine) -> None:
    saved(client)
    template = engine.templates.named("native", "greet")
    engine.templates.delete("native", "greet", keep_jobs=True)

    with pytest.raises(NotFound):
        engine.submit(Submission(spec=template.spec, door="native", template=template))

    assert client.get(f"{BASE}/jobs").json["items"] == []


def test_an_idempotency_key_makes_one_job(client: Client) -> None:
    saved(client)
    headers = {"Idempotency-Key": "one"}

    first = client.post(f"{AT}/jobs", json={}, headers=headers)
    second = client.post(f"{AT}/jobs", json={}, headers=headers)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["id"] == second.json["id"]


def test_a_reader_sees_no_secrets(engine: Engine) -> None:
    client = an_app(engine).test_client()
    saved(client, a_document({"name": "a", "run": "true", "env": {"API_TOKEN": "x"}}))
    _, secret = engine.create_token("reader", "read")
    guarded = an_app(engine, open=False).test_client()

    shown = guarded.get(AT, headers={"Authorization": f"Bearer {secret}"})

    assert shown.json is not None
    assert shown.json["job"]["tasks"][0]["env"]["API_TOKEN"] != "x"
