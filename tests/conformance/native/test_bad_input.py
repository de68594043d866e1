"""Whatever is sent: a clear refusal, and a service that still answers."""

import json
from io import BytesIO
from typing import Any

import pytest

from tests.support.http import BASE, Client, a_document, errors
from windlass.coordinator.web.settings import MEGABYTE

JSON = "application/json"
YAML = "application/yaml"


@pytest.fixture
def client(steadfast: Client) -> Client:
    return steadfast


def post(client: Client, data: bytes | str, media: str = JSON, **headers: str) -> Any:
    return client.post(f"{BASE}/jobs", data=data, content_type=media, headers=headers)


def refused(client: Client, *tasks: Any, **fields: Any) -> dict[str, str]:
    response = post(client, json.dumps(a_document(*tasks, **fields)))
    assert response.status_code == 400, response.text
    assert response.json["error"]["code"] == "invalid"
    return errors(response)


def test_an_unknown_field(client: Client) -> None:
    assert refused(client, {"name": "a", "run": "true", "comand": "x"}) == {
        "tasks[0].comand": "is not a known field; did you mean cmd?"
    }


def test_wrong_types_are_told_all_at_once(client: Client) -> None:
    assert refused(client, {"name": 1, "run": {}, "cmd": 2}, tags="x", priority="high") == {
        "tasks[0].name": "must be text, not a number",
        "tasks[0].run": "must be text, not a mapping",
        "tasks[0].cmd": "must be a list, not a number",
        "tags": "must be a list, not text",
        "priority": 'must not be "high"',
    }


def test_duplicate_names(client: Client) -> None:
    found = refused(client, {"name": "a", "run": "x"}, {"name": "a", "run": "x"})

    assert found == {"tasks[1].name": "is the name of tasks[0] already"}


def test_a_cycle(client: Client) -> None:
    found = refused(
        client,
        {"name": "a", "run": "x", "needs": ["b"]},
        {"name": "b", "run": "x", "needs": ["a"]},
    )

    assert any("needs" in field for field in found)


def test_an_unknown_parent(client: Client) -> None:
    found = refused(client, {"name": "a", "run": "x", "needs": ["nobody"]})

    assert found == {"tasks[0].needs[0]": 'no task is named "nobody"'}


@pytest.mark.parametrize("timeout", ["-5s", -1, "1e9h", "999999999999d", 1e300, "soon", "", [], 0])
def test_an_absurd_duration(client: Client, timeout: Any) -> None:
    assert list(refused(client, {"name": "a", "run": "x", "timeout": timeout})) == [
        "tasks[0].timeout"
    ]


@pytest.mark.parametrize("memory", ["-1", -1, "9e9t", "999999999999999999t", 10**30, "lots", 1, {}])
def test_an_absurd_memory(client: Client, memory: Any) -> None:
    found = refused(client, {"name": "a", "run": "x", "limits": {"memory": memory}})

    assert list(found) == ["tasks[0].limits.memory"]


@pytest.mark.parametrize(
    "task",
    [
        {"name": "a\0", "run": "x"},
        {"name": "a", "run": "x\0y"},
        {"name": "a", "run": "x", "env": {"A": "\0"}},
        {"name": "a", "cmd": ["x", "\0"]},
        {"name": "a", "run": "x", "files": {"f": "\0"}},
        {"name": "a", "run": "x", "tags": ["\0"]},
    ],
)
def test_nul_in_a_string(client: Client, task: Any) -> None:
    assert list(refused(client, task).values()) == ["holds a NUL character"]


def test_nul_in_a_yaml_string_is_told_with_its_place(client: Client) -> None:
    response = post(client, b'name: x\ntasks:\n  - name: "a\\0"\n', YAML)

    (flaw,) = response.json["error"]["errors"]
    assert (flaw["field"], flaw["line"], flaw["column"]) == ("tasks[0].name", 3, 11)


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"[" * MEGABYTE, JSON),
        (b'{"a":' * (MEGABYTE // 5), JSON),
        (b"[" * MEGABYTE, YAML),
        (b"- " * (MEGABYTE // 2), YAML),
        (b"{a: " * (MEGABYTE // 4), YAML),
        (b'{"name":"x","tasks":' + b"[" * MEGABYTE, JSON),
    ],
)
def test_a_megabyte_of_nesting(client: Client, data: bytes, media: str) -> None:
    response = post(client, data, media)

    assert response.status_code == 400
    (flaw,) = response.json["error"]["errors"]
    assert (flaw["message"], flaw["allowed"]) == ("nested too deeply", "at most 50 levels")


def test_a_yaml_bomb(client: Client) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    response = post(client, bomb, YAML)

    assert response.status_code == 400
    assert {flaw["line"] for flaw in response.json["error"]["errors"]} == set(range(1, 10))


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [id]", "!!binary aGk=", "!x y"])
def test_a_yaml_tag(client: Client, tag: str) -> None:
    response = post(client, f"name: {tag}\ntasks: []\n", YAML)

    assert "name" in errors(response)


def test_a_huge_body(client: Client) -> None:
    response = post(client, b" " * (33 * MEGABYTE))

    assert response.status_code == 413
    assert response.json["error"]["code"] == "too_large"
    assert response.json["error"]["message"].endswith("; at most 32.0 MiB are taken")


def test_a_huge_body_that_does_not_tell_its_length(client: Client) -> None:
    document = json.dumps(a_document()).encode()
    environ = {
        "wsgi.input": BytesIO(document.ljust(33 * MEGABYTE)),
        "wsgi.input_terminated": True,
    }

    response = client.post(
        f"{BASE}/jobs", content_type=JSON, environ_overrides=environ, content_length=None
    )

    assert response.status_code == 413


def test_a_task_more_than_allowed(client: Client) -> None:
    tasks = b",".join(b'{"name":"%d"}' % number for number in range(100_001))

    response = post(client, b'{"name":"x","tasks":[' + tasks + b"]}")

    assert errors(response) == {"tasks": "has 100,001 items"}


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b'{"name": "\xc3\x28"}', b"\x00" * 10])
@pytest.mark.parametrize("media", [JSON, YAML])
def test_bytes_that_are_no_text(client: Client, data: bytes, media: str) -> None:
    assert post(client, data, media).status_code == 400


@pytest.mark.parametrize("data", ["", "null", "5", '"x"', "[]", "{}", "NaN", "{", '{"a":1,"a":2}'])
def test_what_is_no_job(client: Client, data: str) -> None:
    response = post(client, data)

    assert response.status_code == 400
    assert response.json["error"]["errors"]


@pytest.mark.parametrize(
    "media",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "nonsense"],
)
def test_a_content_type_that_is_not_taken(client: Client, media: str) -> None:
    response = post(client, json.dumps(a_document()), media)

    assert response.status_code == 415
    assert JSON in response.json["error"]["message"]


def test_a_charset_that_is_not_taken(client: Client) -> None:
    assert post(client, "{}", "application/json; charset=utf-16").status_code == 415


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\xe9", "a\tb"])
def test_a_bad_idempotency_key(client: Client, key: str) -> None:
    response = post(client, json.dumps(a_document()), **{"Idempotency-Key": key})

    assert errors(response) == {"Idempotency-Key": "is not valid"}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"name": "x"},
        {"name": "x", "scope": "root"},
        {"name": "", "scope": "read"},
        {"name": "a b", "scope": "read"},
        {"name": "x", "scope": "read", "expires_at": "soon"},
        {"name": "x", "scope": "read", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "x\0", "scope": "read"},
        [],
    ],
)
def test_a_bad_token(client: Client, document: Any) -> None:
    response = client.post(f"{BASE}/tokens", json=document)

    assert response.status_code == 400
    assert errors(response)
