"""Queues, nodes, figures and health."""

from contextlib import closing

import pytest
from redis import Redis

from tests.conformance.tork import golden
from tests.support.fleet import NOW, Fleet
from tests.support.http import Client, an_app, an_engine
from tests.support.tork import a_task, message, posted
from windlass.coordinator.engine import fleet as nodes
from windlass.coordinator.store.db import Database
from windlass.shared.events import NodeBeat, NodeLeft

OF_COORDINATORS = [
    "pending",
    "started",
    "completed",
    "error",
    "heartbeat",
    "jobs",
    "logs",
    "progress",
    "redeliveries",
]

_AGED = "UPDATE node SET seen_at = now() - make_interval(secs => %(seconds)s)"


@pytest.fixture
def node(db: Database, fleet: Fleet) -> NodeBeat:
    beat = NodeBeat(
        node="worker-1",
        at=NOW,
        hostname="host",
        runtime="docker",
        version="1.2.3",
        queues=("default", "bulk"),
        slots=4,
        running=(),
        draining=False,
        cpus=2.0,
        memory=1 << 30,
        disk_free=1 << 30,
    )
    nodes.report(db, fleet.signals, [beat])
    return beat


def test_a_node_is_shown(client: Client, node: NodeBeat) -> None:
    golden.check("nodes", client.get("/nodes").text)


@pytest.mark.parametrize(
    ("seconds", "statuses"), [(59, ["UP"]), (61, ["OFFLINE"]), (299, ["OFFLINE"]), (301, [])]
)
def test_a_silent_node_is_offline_and_then_forgotten(
    client: Client, db: Database, node: NodeBeat, seconds: int, statuses: list[str]
) -> None:
    with db.transaction() as tx:
        tx.run(_AGED, seconds=seconds)

    assert [shown["status"] for shown in client.get("/nodes").json] == statuses
    assert client.get("/metrics").json["nodes"]["online"] == len(statuses)


def test_a_node_that_left_is_offline(
    client: Client, db: Database, fleet: Fleet, node: NodeBeat
) -> None:
    nodes.report(db, fleet.signals, [NodeLeft(node="worker-1", at=NOW)])

    assert [shown["status"] for shown in client.get("/nodes").json] == ["OFFLINE"]


def test_a_queue_counts_what_waits_and_what_runs(
    client: Client, fleet: Fleet, node: NodeBeat
) -> None:
    for _ in range(3):
        posted(client, a_task(queue="bulk"))
    fleet.start(fleet.dispatch()[0])

    response = client.get("/queues/bulk")

    assert response.data == b'{"name":"bulk","size":2,"subscribers":1,"unacked":1}\n'
    assert response.json in client.get("/queues").json


def test_a_queue_without_workers_appears_with_its_first_task(client: Client) -> None:
    assert message(client.get("/queues/far%20away")) == (404, "queue far away not found")

    posted(client, a_task(queue="far away"))

    shown = client.get("/queues/far%20away").json
    assert (shown["name"], shown["size"], shown["subscribers"]) == ("far away", 1, 0)


def test_queues_are_a_bare_list_with_those_of_coordinators(client: Client) -> None:
    shown = client.get("/queues").json

    assert {queue["name"] for queue in shown} == {"default", *OF_COORDINATORS}
    assert all(list(queue) == ["name", "size", "subscribers", "unacked"] for queue in shown)


@pytest.mark.parametrize("name", [*OF_COORDINATORS, "x-", "x-abc"])
def test_what_is_no_queue_of_tasks_is_not_deleted(client: Client, name: str) -> None:
    assert message(client.delete(f"/queues/{name}")) == (400, f"queue {name} is not a task queue")


def test_deleting_a_queue_loses_no_task(client: Client, fleet: Fleet) -> None:
    id = posted(client, a_task(queue="bulk"))["id"]

    response = client.delete("/queues/bulk")
    later = posted(client, a_task(queue="bulk"))["id"]
    fleet.run()

    assert (response.status_code, response.data) == (200, b"")
    assert "Content-Type" not in response.headers
    assert [client.get(f"/jobs/{each}").json["state"] for each in (id, later)] == ["COMPLETED"] * 2


def test_an_unknown_queue_is_not_deleted(client: Client) -> None:
    assert message(client.delete("/queues/nope")) == (404, "queue nope not found")


def test_a_slash_in_a_name_stays_as_it_was_written(client: Client) -> None:
    raw = {"RAW_URI": "/queues/a%2Fb%20c?x=/queues/"}

    response = client.get("/queues/a%2Fb%20c", environ_overrides=raw)

    assert message(response) == (404, "queue a%2Fb%20c not found")


def test_figures_count_what_runs(client: Client, fleet: Fleet, node: NodeBeat) -> None:
    before = client.get("/metrics").text
    posted(client)
    posted(client)
    fleet.start(fleet.dispatch()[0])

    assert before == (
        '{"jobs":{"running":0},"tasks":{"running":0},"nodes":{"online":1,"cpuPercent":0}}\n'
    )
    assert client.get("/metrics").json["jobs"] == {"running": 1}
    assert client.get("/metrics").json["tasks"] == {"running": 1}


def test_all_is_up(client: Client) -> None:
    assert client.get("/health").data == b'{"status":"UP","version":"0.1.153"}\n'


def test_without_postgres_it_is_down(redis: Redis) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with closing(Database(nowhere, pool_size=1)) as db, an_engine(db, redis) as engine:
        response = an_app(engine).test_client().get("/health")

    assert (response.status_code, response.data) == (
        503,
        b'{"status":"DOWN","version":"0.1.153"}\n',
    )
