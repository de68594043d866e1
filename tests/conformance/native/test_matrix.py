"""One task for every combination of values; tasks that write tasks; and pauses, over HTTP."""

import json
from typing import Any

import pytest

from tests.conformance.daggy.test_tasks import wrote
from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, errors, sent
from windlass.coordinator.dialects import reader_of
from windlass.coordinator.engine.generate import Generators
from windlass.shared import messages

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

BUILD = {
    "name": "build",
    "matrix": {"os": ["linux", "mac"], "version": [3.11, "3.12"]},
    "env": {"TARGET": "{{ matrix.os }}-{{ matrix.version }}"},
    "run": "make",
}


def tasks(client: Client, job: Any) -> dict[str, Any]:
    found = client.get(f"{BASE}/jobs/{job['id']}/tasks").json["items"]
    return {task["key"]: task for task in found}


def test_a_matrix_makes_a_task_of_every_combination(client: Client, fleet: Fleet) -> None:
    job = sent(client, a_document(BUILD, {"name": "publish", "needs": ["build"], "run": "true"}))

    found = tasks(client, job)
    assert list(found) == [
        "build (linux, 3.11)",
        "build (linux, 3.12)",
        "build (mac, 3.11)",
        "build (mac, 3.12)",
        "publish",
    ]
    assert found["publish"]["needs"] == list(found)[:4]
    fleet.run()
    assert client.get(f"{BASE}/jobs/{job['id']}").json["state"] == "completed"


def test_expressions_see_the_values(client: Client, fleet: Fleet) -> None:
    sent(client, a_document(BUILD))
    fleet.dispatch()

    with fleet.db.transaction() as tx:
        rows = tx.all("SELECT message FROM attempt ORDER BY id")
    orders = [messages.decode(row["message"]) for row in rows]
    assert [order.container.env["TARGET"] for order in orders] == [
        "linux-3.11",
        "linux-3.12",
        "mac-3.11",
        "mac-3.12",
    ]


def test_a_task_without_needs_follows_every_instance_of_the_one_before(client: Client) -> None:
    job = sent(client, a_document(BUILD, {"name": "after", "run": "true"}))

    assert len(tasks(client, job)["after"]["needs"]) == 4


@pytest.mark.parametrize(
    ("matrix", "field", "said"),
    [
        ([], "tasks[0].matrix", "must be a mapping, not a list"),
        ({"a": []}, "tasks[0].matrix.a", "must not be empty"),
        ({"a": "x"}, "tasks[0].matrix.a", "must be a list, not text"),
        ({"a b": ["x"]}, "tasks[0].matrix.a b", '"a b" cannot be used in expressions'),
        ({"a": ["x"] * 400, "b": ["y"] * 400}, "tasks[0]", "makes too many tasks"),
    ],
)
def test_a_matrix_that_makes_no_sense_is_refused(
    client: Client, matrix: Any, field: str, said: str
) -> None:
    response = client.post(f"{BASE}/jobs", json=a_document({**BUILD, "matrix": matrix}))

    assert response.status_code == 400
    assert errors(response)[field] == said


def test_a_flaw_of_an_instance_is_told_of_the_task_as_written(client: Client) -> None:
    document = a_document(BUILD, {"name": "b", "run": "true", "env": {"A": "{{ 1 + }}"}})

    (field,) = errors(client.post(f"{BASE}/jobs", json=document))

    assert field.startswith("tasks[1].env")


def test_what_a_generator_writes_becomes_tasks(client: Client, fleet: Fleet) -> None:
    document = a_document(
        {"name": "plan", "generator": True, "run": "plan"}, {"name": "report", "run": "true"}
    )
    job = sent(client, document)
    (id,) = fleet.dispatch()
    written = [
        {"name": "part", "matrix": {"n": [1, 2]}, "run": "true", "needs": []},
        {"name": "sum", "run": "true", "needs": ["part", "plan"]},
    ]
    fleet.finish(id, exit_code=0, **wrote(id, ("out", json.dumps(written).encode())))
    Generators(fleet.db, fleet.signals, reader_of).step()

    found = tasks(client, job)
    assert list(found) == ["plan", "report", "part (1)", "part (2)", "sum"]
    assert found["sum"]["needs"] == ["plan", "part (1)", "part (2)"]
    assert found["report"]["needs"] == ["plan", "part (1)", "part (2)", "sum"]
    fleet.run()
    shown = client.get(f"{BASE}/jobs/{job['id']}").json
    assert (shown["state"], shown["total"], shown["ended"]) == ("completed", 5, 5)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"nonsense", "not valid JSON"),
        (b'"text"', "neither a list of tasks nor an object"),
        (b'[{"name": "x", "run": "true", "colour": 1}]', "colour is not a known field"),
        (b'[{"name": "x", "run": "a"}, {"name": "x", "run": "b"}]', "is the name of tasks[0]"),
        (b'[{"name": "report", "run": "true"}]', "there is a task named 'report' already"),
        (b'[{"name": "x", "run": "true", "needs": ["y"]}]', "the parent 'y', which does not exist"),
    ],
)
def test_a_generator_that_writes_nonsense_fails(
    client: Client, fleet: Fleet, written: bytes, said: str
) -> None:
    document = a_document(
        {"name": "plan", "generator": True, "run": "plan"}, {"name": "report", "run": "true"}
    )
    job = sent(client, document)
    (id,) = fleet.dispatch()
    fleet.finish(id, exit_code=0, **wrote(id, ("out", written)))
    Generators(fleet.db, fleet.signals, reader_of).step()

    found = tasks(client, job)
    assert (found["plan"]["state"], found["plan"]["reason"]) == ("failed", "generator")
    assert said in found["plan"]["error"]
    assert client.get(f"{BASE}/jobs/{job['id']}").json["state"] == "failed"


def test_a_job_is_paused_and_resumed(client: Client, fleet: Fleet) -> None:
    job = sent(client, a_document())

    paused = client.post(f"{BASE}/jobs/{job['id']}/pause")
    assert (paused.status_code, paused.json["paused"]) == (202, True)
    assert fleet.dispatch() == []

    assert client.post(f"{BASE}/jobs/{job['id']}/resume").json["paused"] is False
    fleet.run()
    assert client.post(f"{BASE}/jobs/{job['id']}/pause").status_code == 409


def test_one_task_is_cancelled_and_the_rest_goes_on(client: Client, fleet: Fleet) -> None:
    job = sent(
        client,
        a_document(
            {"name": "a", "needs": [], "run": "true"}, {"name": "b", "needs": [], "run": "true"}
        ),
    )
    id = tasks(client, job)["a"]["id"]

    assert client.post(f"{BASE}/tasks/{id}/cancel").json["state"] == "cancelled"
    fleet.run()

    assert [task["state"] for task in tasks(client, job).values()] == ["cancelled", "completed"]


def test_a_stream_of_a_log_can_be_read_by_itself(client: Client, fleet: Fleet) -> None:
    sent(client, a_document())
    (id,) = fleet.dispatch()
    fleet.finish(id, exit_code=0, **wrote(id, ("out", b"1\n"), ("err", b"2\n"), ("out", b"3\n")))

    def read(query: str) -> bytes:
        data: bytes = client.get(f"{BASE}/attempts/{id}/log{query}").data
        return data

    assert read("?stream=out") == b"1\n3\n"
    assert read("?stream=err&tail=2") == b"2\n"
    assert read("?stream=sys") == b""
    assert client.get(f"{BASE}/attempts/{id}/log?stream=nowhere").status_code == 400
