"""Submit and validate: one reading for both, and a key that makes a repeat harmless."""

import json
from typing import Any

import pytest

from tests.support.http import BASE, Client, a_document, sent

AS_JSON: Any = {
    "name": "both",
    "inputs": {"n": "3"},
    "tasks": [{"name": "a", "run": "echo hi\n"}, {"name": "b", "cmd": ["true"], "needs": []}],
}
AS_YAML = """\
name: both
inputs: {n: 3}
tasks:
  - name: a
    run: |
      echo hi
  - name: b
    cmd: ["true"]
    needs: []
"""


def validated(client: Client, data: str, media: str) -> Any:
    return client.post(f"{BASE}/validate", data=data, content_type=media).json


@pytest.mark.parametrize(
    "media",
    [
        "application/yaml",
        "application/x-yaml",
        "text/yaml",
        "text/yaml; charset=utf-8",
        "Application/YAML; charset=UTF-8",
    ],
)
def test_yaml_and_json_mean_the_same(client: Client, media: str) -> None:
    json_verdict = validated(client, json.dumps(AS_JSON), "application/json; charset=utf-8")
    yaml_verdict = validated(client, AS_YAML, media)

    assert json_verdict["valid"]
    assert yaml_verdict == json_verdict


def test_json_is_yaml_too(client: Client) -> None:
    assert validated(client, json.dumps(AS_JSON), "application/yaml")["valid"]


def test_validating_stores_nothing(client: Client) -> None:
    validated(client, AS_YAML, "application/yaml")

    assert client.get(f"{BASE}/jobs").json["items"] == []


def test_validate_says_what_submit_says(client: Client) -> None:
    wrong = AS_YAML.replace("needs: []", "needs: [zz]").replace("echo hi", "echo hi\n    x: 1")

    refusal = client.post(f"{BASE}/jobs", data=wrong, content_type="text/yaml")
    verdict = validated(client, wrong, "text/yaml")

    assert refusal.status_code == 400
    assert verdict == {
        "valid": False,
        "errors": refusal.json["error"]["errors"],
        "job": None,
    }
    assert all(flaw["line"] and flaw["column"] for flaw in verdict["errors"])


def test_what_was_submitted_is_kept_as_it_came(client: Client) -> None:
    job = client.post(f"{BASE}/jobs", data=AS_YAML, content_type="text/yaml").json

    spec = client.get(f"{BASE}/jobs/{job['id']}/spec")

    assert spec.text == AS_YAML
    assert spec.content_type == "application/yaml; charset=utf-8"


def test_what_never_changes_is_sent_once(client: Client) -> None:
    job = sent(client, AS_JSON)
    first = client.get(f"{BASE}/jobs/{job['id']}/spec")

    again = client.get(
        f"{BASE}/jobs/{job['id']}/spec", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert again.status_code == 304
    assert again.data == b""


def test_a_job_sent_twice_with_a_key_is_made_once(client: Client) -> None:
    key = {"Idempotency-Key": "k-1"}

    first = client.post(f"{BASE}/jobs", json=AS_JSON, headers=key)
    second = client.post(f"{BASE}/jobs", json=AS_JSON, headers=key)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json["id"] == first.json["id"]
    assert second.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert len(client.get(f"{BASE}/jobs").json["items"]) == 1


def test_a_key_that_came_with_another_body_is_a_conflict(client: Client) -> None:
    key = {"Idempotency-Key": "k-1"}
    client.post(f"{BASE}/jobs", json=AS_JSON, headers=key)

    response = client.post(f"{BASE}/jobs", json=a_document(), headers=key)

    assert response.status_code == 409
    assert response.json["error"]["code"] == "conflict"


def test_the_owner_is_whoever_holds_the_token(client: Client) -> None:
    secret = client.post(f"{BASE}/tokens", json={"name": "ann", "scope": "admin"}).json["secret"]

    job = sent(client, AS_JSON, headers={"Authorization": f"Bearer {secret}"})

    assert job["owner"] == "ann"


def test_two_owners_may_use_the_same_key(client: Client) -> None:
    made = client.post(f"{BASE}/tokens", json={"name": "ann", "scope": "admin"}).json
    ann = {"Authorization": f"Bearer {made['secret']}"}
    made = client.post(f"{BASE}/tokens", json={"name": "bob", "scope": "submit"}, headers=ann).json
    bob = {"Authorization": f"Bearer {made['secret']}"}

    first = sent(client, AS_JSON, headers={"Idempotency-Key": "k", **ann})
    second = sent(client, AS_JSON, headers={"Idempotency-Key": "k", **bob})

    assert first["id"] != second["id"]


def test_numbers_in_env_stay_as_they_were_written(client: Client) -> None:
    document = "name: x\ntasks:\n  - name: a\n    run: x\n    env: {A: 0644, B: 1.10, C: yes}\n"

    job = validated(client, document, "text/yaml")["job"]

    assert job["tasks"][0]["env"] == {"A": "0644", "B": "1.10", "C": "yes"}


def test_ten_thousand_tasks_are_taken(client: Client) -> None:
    tasks = [{"name": f"t{number}", "run": "true", "needs": []} for number in range(10_000)]

    job = sent(client, {"name": "many", "tasks": tasks})

    assert job["total"] == 10_000
    assert len(client.get(f"{BASE}/jobs/{job['id']}/states").text) == 10_000
