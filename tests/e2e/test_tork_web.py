"""Every call that tork-web makes, in its order, against a stack that runs."""

import json
import select
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.conftest import serving
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.redis]

JOB = """\
name: a job of tork-web
description: says what it is told
tags: [web]
inputs:
  word: hello
tasks:
  - name: say {{ inputs.word }}
    env:
      WORD: "{{ inputs.word }}"
    run: |
      echo "$WORD <there>"
      echo -n "$WORD" > $TORK_OUTPUT
    var: said
  - name: hold
    run: |
      echo "{{ not evaluated }}"
      sleep 60
"""


@pytest.fixture(scope="module")
def url(directories: Path) -> Iterator[str]:
    with serving(directories, "tork") as address:
        yield address


def test_a_session_of_tork_web(url: str) -> None:
    assert get(url, "/jobs?page=1&q=")["items"] == []
    assert get(url, "/metrics")["jobs"] == {"running": 0}

    made = requests.post(f"{url}/jobs", data=JOB, headers={"Content-Type": "text/yaml"}, timeout=30)
    id = made.json()["id"]
    assert (made.status_code, made.json()["state"]) == (200, "PENDING")

    until(lambda: states(url, id) == ["COMPLETED", "RUNNING"], 30)
    job = get(url, f"/jobs/{id}")
    first, second = job["execution"]
    assert (job["state"], job["position"], job["progress"]) == ("RUNNING", 2, 50)
    assert (first["name"], first["result"]) == ("say hello", "hello")
    assert job["context"]["tasks"] == {"said": "hello"}

    listed = get(url, "/jobs?page=1&q=tork-web")["items"]
    assert [(item["id"], item["position"], item["taskCount"]) for item in listed] == [(id, 2, 2)]
    assert get(url, "/metrics")["tasks"]["running"] == 1
    until(lambda: get(url, "/nodes")[0].get("taskCount") == 1, 30)
    (node,) = get(url, "/nodes")
    assert (node["status"], node["id"]) == ("UP", second["nodeId"])
    assert {queue["name"]: queue["unacked"] for queue in get(url, "/queues")}["default"] == 1

    until(lambda: log(url, f"/tasks/{first['id']}/log") == "hello <there>\n", 30)
    until(lambda: log(url, f"/jobs/{id}/log").endswith("{{ not evaluated }}\n"), 30)

    assert put(url, f"/jobs/{id}/cancel") == {"status": "OK"}
    until(lambda: get(url, f"/jobs/{id}")["state"] == "CANCELLED", 30)
    assert put(url, f"/jobs/{id}/restart") == {"status": "OK"}
    until(lambda: states(url, id)[-1] == "RUNNING", 30)
    assert states(url, id) == ["COMPLETED", "CANCELLED", "RUNNING"]
    put(url, f"/jobs/{id}/cancel")
    until(lambda: get(url, f"/jobs/{id}")["state"] == "CANCELLED", 30)
    until(lambda: get(url, "/metrics")["tasks"] == {"running": 0}, 30)


def test_a_duplicate_is_what_it_was_made_of(url: str) -> None:
    document = {
        "name": "to be copied",
        "inputs": {"word": "x"},
        "defaults": {"timeout": "1m"},
        "output": "{{ tasks.out }}",
        "tasks": [
            {"name": "one", "var": "out", "run": "echo -n $A > $TORK_OUTPUT", "env": {"A": "b"}},
            {"name": "two", "if": "false", "run": "true", "retry": {"limit": 1}},
        ],
        "wait": {"timeout": "30s"},
    }
    original = requests.post(f"{url}/jobs", json=document, timeout=60).json()
    shown = get(url, f"/jobs/{original['id']}")
    copied = ("name", "description", "tags", "inputs", "secrets", "output", "tasks", "defaults")

    copy = {name: shown[name] for name in copied if name in shown}
    again = requests.post(f"{url}/jobs", json={**copy, "wait": document["wait"]}, timeout=60)

    assert (original["state"], original["result"]) == ("COMPLETED", "b")
    assert again.status_code == 200, again.text
    assert again.json()["result"] == "b"
    assert again.json()["tasks"] == shown["tasks"]


SCHEDULE = """\
name: by the clock
tasks:
  - name: tick
    run: "true"
schedule:
  cron: "@every 1s"
"""


def test_schedules_are_made_paused_resumed_and_deleted(url: str) -> None:
    yaml = {"Content-Type": "text/yaml"}
    made = requests.post(f"{url}/scheduled-jobs", data=SCHEDULE, headers=yaml, timeout=30).json()
    assert made["cron"] == "@every 1s"
    at = f"{url}/scheduled-jobs/{made['id']}"
    until(lambda: "COMPLETED" in [job["state"] for job in scheduled(url)], 30)

    for verb, state in (("pause", "PAUSED"), ("resume", "ACTIVE")):
        assert requests.put(f"{at}/{verb}", timeout=30).status_code == 200
        (listed,) = get(url, "/scheduled-jobs")["items"]
        assert (listed["id"], listed["state"]) == (made["id"], state)

    assert requests.delete(at, timeout=30).status_code == 200
    assert get(url, "/scheduled-jobs")["items"] == []
    until(lambda: scheduled(url) == [], 60)


def scheduled(url: str) -> list[Any]:
    """Those with tork-web's badge."""
    return [job for job in get(url, "/jobs?page=1&q=clock")["items"] if "schedule" in job]


def test_however_many_wait_others_are_served(url: str) -> None:
    """Sockets of clients that send a request and go before it is answered."""
    host, _, port = url.removeprefix("http://").partition(":")
    waiting = [asking_to_wait(host, int(port)) for _ in range(150)]
    until(lambda: any(is_answered(each) for each in waiting), 30)

    refused = [each for each in waiting if is_answered(each)]
    assert all(each.recv(64).startswith(b"HTTP/1.1 503 ") for each in refused)
    assert get(url, "/health")["status"] == "UP"

    for each in waiting:
        each.close()
    until(lambda: is_taken(url), 30)


def asking_to_wait(host: str, port: int) -> socket.socket:
    job = {"name": "w", "tasks": [{"name": "t", "queue": "nobody", "run": "true"}]}
    body = json.dumps({**job, "wait": {"timeout": "5m"}}).encode()
    head = f"POST /jobs HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    connection = socket.create_connection((host, port))
    connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return connection


def is_answered(connection: socket.socket) -> bool:
    return bool(select.select([connection], [], [], 0)[0])


def is_taken(url: str) -> bool:
    """Whether one more may wait: it is told that time is up, not to come back."""
    job = {"name": "w", "tasks": [{"name": "t", "run": "true"}], "wait": {"timeout": "1ms"}}
    return requests.post(f"{url}/jobs", json=job, timeout=30).status_code == 408


def get(url: str, path: str) -> Any:
    response = requests.get(url + path, timeout=30)
    assert response.status_code == 200, response.text
    return response.json()


def put(url: str, path: str) -> Any:
    response = requests.put(url + path, timeout=30)
    assert response.status_code == 200, response.text
    return response.json()


def states(url: str, id: str) -> list[str]:
    return [task["state"] for task in get(url, f"/jobs/{id}")["execution"]]


def log(url: str, path: str) -> str:
    """As the page joins it: the oldest part first."""
    parts = get(url, f"{path}?page=1&size=50")["items"]
    return "".join(part["contents"] for part in reversed(parts))
