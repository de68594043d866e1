from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from tests.support.fakes import FakeSignals
from tests.support.rows import state_of
from tests.support.stored import given_due
from windlass.coordinator.engine import fleet, health
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.store.db import Database
from windlass.shared.events import NodeBeat, NodeLeft
from windlass.shared.lease import Verdict

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_beat(node: str = "node-1", *, running: tuple[UUID, ...] = (), **more: object) -> NodeBeat:
    known: dict[str, object] = {"queues": ("default",), "slots": 4, "runtime": "process"}
    rest = {"version": "1", "hostname": "host", **known, **more}
    return NodeBeat(node=node, at=NOW, running=running, **rest)  # type: ignore[arg-type]  # fields of any type


def heard_ago(db: Database, node: str, seconds: float) -> None:
    with db.transaction() as tx:
        tx.run(
            "UPDATE node SET seen_at = now() - %(by)s * interval '1 second' WHERE name = %(node)s",
            by=seconds,
            node=node,
        )


def report(db: Database, *events: NodeBeat | NodeLeft) -> FakeSignals:
    signals = FakeSignals()
    fleet.report(db, signals, events)
    return signals


def test_a_beat_makes_the_node_known(db: Database) -> None:
    report(db, a_beat(slots=2), a_beat("node-2"), a_beat(slots=8, queues=("default", "gpu")))

    first, second = fleet.nodes(db)
    assert (first.name, first.slots, first.queues) == ("node-1", 8, ("default", "gpu"))
    assert (second.name, second.state) == ("node-2", "active")
    assert fleet.node(db, "node-2") == second


def test_a_node_that_is_not_heard_of_is_silent(db: Database) -> None:
    report(db, a_beat())
    heard_ago(db, "node-1", 16)

    assert fleet.node(db, "node-1").state == "silent"

    report(db, a_beat())
    assert fleet.node(db, "node-1").state == "active"


def test_a_node_that_ended_in_order_has_left_until_it_is_back(db: Database) -> None:
    report(db, a_beat())
    report(db, NodeLeft(node="node-1", at=NOW))
    assert fleet.node(db, "node-1").state == "left"

    report(db, a_beat())
    assert fleet.node(db, "node-1").state == "active"


def test_an_unknown_node_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        fleet.node(db, "nobody")
    with pytest.raises(NotFound):
        fleet.drain(db, FakeSignals(), "nobody", True)


def test_a_draining_node_is_drained_once_nothing_runs_there(db: Database) -> None:
    report(db, a_beat(running=(uuid4(),)))
    signals = FakeSignals()

    fleet.drain(db, signals, "node-1", True)
    assert signals.drains == {"node-1": True}
    assert fleet.node(db, "node-1").state == "draining"

    report(db, a_beat(draining=True))
    assert fleet.node(db, "node-1").state == "drained"


def test_draining_works_without_redis_and_is_repeated_to_a_node_that_did_not_hear(
    db: Database,
) -> None:
    report(db, a_beat())
    signals = FakeSignals()
    signals.away = True
    fleet.drain(db, signals, "node-1", True)

    assert report(db, a_beat(draining=False)).drains == {"node-1": True}
    assert report(db, a_beat(draining=True)).drains == {}

    fleet.drain(db, signals, "node-1", False)
    assert report(db, a_beat(draining=True)).drains == {"node-1": False}


@pytest.mark.parametrize("state", ["pending", "scheduled"])
def test_an_attempt_that_a_node_runs_is_running_whatever_was_reported(
    db: Database, state: str
) -> None:
    id = given_due(db, state=state)

    report(db, a_beat(running=(id,)))

    assert state_of(db, id) == "running"


def test_verdicts_that_redis_may_have_forgotten_are_repeated(db: Database) -> None:
    lost = given_due(db, state="lost", ended_at="2020-01-01")
    settled = given_due(db, state="completed", settled=True, ended_at="2020-01-01")
    unsettled = given_due(db, state="failed", ended_at="2020-01-01")
    cancelling = given_due(db, state="running", cancelling=True)
    running = given_due(db, state="running")
    deleted = uuid4()

    carried = (lost, settled, unsettled, cancelling, running, deleted)
    signals = report(db, a_beat(running=carried))

    assert dict(signals.judged) == {
        lost: Verdict.LOST,
        settled: Verdict.SETTLED,
        cancelling: Verdict.CANCEL,
        deleted: Verdict.LOST,
    }


def test_an_attempt_that_ended_a_moment_ago_is_no_news(db: Database) -> None:
    id = given_due(db, state="completed", settled=True)
    with db.transaction() as tx:
        tx.run("UPDATE attempt SET ended_at = now()")

    assert report(db, a_beat(running=(id,))).judged == []


def test_queues_show_their_load_and_who_serves_them(db: Database) -> None:
    given_due(db, queue="gpu")
    given_due(db, queue="gpu", state="scheduled")
    given_due(db, queue="gpu", state="running")
    given_due(db, queue="old", state="completed")
    report(db, a_beat(queues=("default", "gpu")), a_beat("node-2", queues=("gpu",)))
    report(db, a_beat("silent", queues=("gpu",)))
    heard_ago(db, "silent", 60)

    default, gpu = fleet.queues(db)

    assert (default.name, default.pending, default.nodes) == ("default", 0, 1)
    assert (gpu.name, gpu.pending, gpu.scheduled, gpu.running, gpu.nodes) == ("gpu", 1, 1, 1, 2)
    assert default.oldest_at is None
    assert gpu.oldest_at is not None


def test_nodes_not_heard_of_for_a_week_are_forgotten(db: Database) -> None:
    report(db, a_beat(), a_beat("old"))
    heard_ago(db, "old", 8 * 24 * 3600)

    assert fleet.forget(db) == 1
    assert [node.name for node in fleet.nodes(db)] == ["node-1"]


def test_the_check_names_what_is_away(db: Database) -> None:
    signals = FakeSignals()
    assert health.of(db, signals).check() == {"postgres": "ok", "redis": "ok"}

    signals.away = True
    answer = health.of(db, signals).check()
    assert answer["postgres"] == "ok" != answer["redis"]


def test_the_check_survives_a_postgres_that_is_away() -> None:
    nowhere = Database("postgresql://windlass@127.0.0.1:1/none", pool_size=1)

    assert "Postgres" in health.of(nowhere, FakeSignals()).check()["postgres"]
