"""Where Tork loses, repeats or forgets work (its numbers of section 10.1), we do not."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from redis import Redis

from tests.support.fakes import FakePublisher, FakeSignals
from tests.support.firing import due_since, fire, fire_now
from tests.support.fleet import NODE, NOW, Fleet, finished, started
from tests.support.http import Client, an_app, an_engine
from tests.support.rows import age
from tests.support.tork import a_task, posted, scheduled
from windlass.coordinator.engine import fleet as nodes
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.engine.dispatch import Republisher, dispatch_due
from windlass.coordinator.engine.ports import Away
from windlass.coordinator.engine.reap import Pace, Reaper
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.inbox import Inbox, Intake
from windlass.shared import keys
from windlass.shared.events import NodeBeat
from windlass.shared.lease import Standing, Verdict
from windlass.shared.redis import connect
from windlass.shared.streams import Outlet

NOBODY = "redis://127.0.0.1:1/0"


def test_1_a_job_posted_before_any_worker_runs_once_there_is_one(
    client: Client, fleet: Fleet
) -> None:
    id = posted(client, a_task(queue="nobody-yet"))["id"]
    assert state(client, id) == "SCHEDULED"

    fleet.run()

    assert state(client, id) == "COMPLETED"


def test_2_messages_a_broker_lost_are_sent_again(
    client: Client, db: Database, fleet: Fleet
) -> None:
    posted(client)
    (attempt,) = fleet.dispatch()
    age(db, attempt, "published_at", 60)
    signals, publisher = FakeSignals(), FakePublisher()
    signals.known = {attempt: Standing("open", None)}

    Republisher(db, publisher, signals).step()

    assert publisher.sent == [attempt]


def test_3_after_a_restart_everything_goes_on(client: Client, db: Database, redis: Redis) -> None:
    id = posted(client, a_task("a"), a_task("b"))["id"]
    before = Fleet(db)
    before.start(*before.dispatch())

    with an_engine(db, redis) as engine:
        other: Client = an_app(engine).test_client()
        (running,) = other.get(f"/jobs/{id}").json["execution"]
        after = Fleet(db)
        after.finish(UUID(running["id"]), exit_code=0)
        after.run()

        assert state(other, id) == "COMPLETED"


def test_4_a_report_that_comes_twice_or_late_is_taken_once(
    client: Client, db: Database, fleet: Fleet
) -> None:
    id = posted(client, a_task("a"), a_task("b"))["id"]
    (first,) = fleet.dispatch()
    for batch in ([finished(first, exit_code=0)], [started(first)], [finished(first, exit_code=0)]):
        apply(db, fleet.signals, batch)

    fleet.run()

    job = client.get(f"/jobs/{id}").json
    assert job["state"] == "COMPLETED"
    assert [task["name"] for task in job["execution"]] == ["a", "b"]


def test_5_a_job_taken_while_the_broker_is_away_runs_when_it_is_back(
    db: Database, fleet: Fleet
) -> None:
    with connect(NOBODY) as away, an_engine(db, away) as engine:
        client: Client = an_app(engine).test_client()
        id = posted(client)["id"]
        publisher = FakePublisher()
        publisher.away = True
        with pytest.raises(Away):
            dispatch_due(db, publisher, 10)
        assert state(client, id) == "SCHEDULED"

        fleet.run()

        assert state(client, id) == "COMPLETED"


def test_7_a_timeout_may_have_any_length(client: Client, fleet: Fleet) -> None:
    id = posted(client, a_task("a"), a_task("b", timeout="1h30m15.5s"))["id"]

    fleet.run()

    job = client.get(f"/jobs/{id}").json
    assert (job["state"], job["execution"][1]["timeout"]) == ("COMPLETED", "1h30m15.5s")


@pytest.mark.parametrize("bad", [0, 1])
def test_8_a_template_that_fails_fails_its_task_at_once(
    client: Client, fleet: Fleet, bad: int
) -> None:
    tasks = [a_task("a"), a_task("b")]
    tasks[bad]["env"] = {"X": "{{ fromJSON('{') }}"}
    id = posted(client, *tasks)["id"]

    fleet.run()

    job = client.get(f"/jobs/{id}").json
    assert job["state"] == "FAILED"
    assert job["execution"][bad]["state"] == "FAILED"
    assert job["execution"][bad]["error"]
    assert "startedAt" not in job["execution"][bad]


def test_9_what_runs_for_hours_is_not_run_again(client: Client, db: Database, fleet: Fleet) -> None:
    id = posted(client)["id"]
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    for column in ("started_at", "published_at"):
        age(db, attempt, column, 4 * 3600)
    fleet.signals.known[attempt] = Standing("spent", NODE)
    publisher = FakePublisher()

    Republisher(db, publisher, fleet.signals).step()
    reaper = Reaper(db, fleet.signals, fleet.signals, Pace())
    given_up = [reaper.once() for _ in range(3)]

    assert (publisher.sent, given_up) == ([], [0, 0, 0])
    assert [task["state"] for task in client.get(f"/jobs/{id}").json["execution"]] == ["RUNNING"]


def test_10_and_12_a_report_made_during_an_outage_arrives_after_it(
    client: Client, db: Database, fleet: Fleet, redis: Redis
) -> None:
    id = posted(client)["id"]
    (attempt,) = fleet.dispatch()
    inbox = Inbox(redis, "one", Intake(db, fleet.signals))
    inbox.step()

    Outlet(redis).publish([started(attempt), finished(attempt, exit_code=0)])
    assert state(client, id) == "SCHEDULED"
    inbox.step()

    assert state(client, id) == "COMPLETED"


def test_13_a_report_nobody_understands_holds_up_nothing(
    client: Client, db: Database, fleet: Fleet, redis: Redis
) -> None:
    id = posted(client)["id"]
    (attempt,) = fleet.dispatch()
    inbox = Inbox(redis, "one", Intake(db, fleet.signals))
    inbox.step()
    redis.xadd(keys.EVENTS, {"e": b"\xff not an event"})
    Outlet(redis).publish([finished(attempt, exit_code=0)])

    inbox.step()

    assert state(client, id) == "COMPLETED"


def test_15_no_task_is_started_twice_however_often_it_is_its_turn(
    client: Client, db: Database, fleet: Fleet
) -> None:
    id = posted(client)["id"]

    attempts = [*fleet.dispatch(), *fleet.dispatch(), *Fleet(db).dispatch()]

    assert len(attempts) == 1
    assert len(client.get(f"/jobs/{id}").json["execution"]) == 1


def test_16_what_still_runs_when_its_job_was_cancelled_is_told_again_to_stop(
    client: Client, db: Database, fleet: Fleet
) -> None:
    id = posted(client)["id"]
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    client.put(f"/jobs/{id}/cancel")

    nodes.report(db, fleet.signals, [beating(attempt)])

    assert (attempt, Verdict.CANCEL) in fleet.signals.judged


def test_17_deleting_a_queue_leaves_its_tasks_alone(client: Client, fleet: Fleet) -> None:
    client.delete("/queues/default")
    id = posted(client)["id"]

    fleet.run()

    assert state(client, id) == "COMPLETED"


def test_18_a_time_gets_one_job_with_its_defaults_however_many_look(
    client: Client, fleet: Fleet, db: Database
) -> None:
    scheduled(client, defaults={"retry": {"limit": 1}})
    due_since(db, 0)
    with ThreadPoolExecutor(4) as coordinators:
        list(coordinators.map(fire, [db] * 4))
    fleet.run(failing=["one"])

    (job,) = client.get("/jobs").json["items"]
    assert len(client.get(f"/jobs/{job['id']}").json["execution"]) == 2


def test_18_what_was_missed_makes_no_jobs_and_what_follows_does(
    client: Client, db: Database
) -> None:
    scheduled(client, cron="@every 1h")
    due_since(db, 1.5 * 3600)
    fire(db)
    assert client.get("/jobs").json["items"] == []
    fire_now(db)
    assert len(client.get("/jobs").json["items"]) == 1


def test_19_what_a_stopping_worker_leaves_is_run_elsewhere(client: Client, fleet: Fleet) -> None:
    id = posted(client)["id"]
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    fleet.lose(attempt)

    fleet.run()

    assert state(client, id) == "COMPLETED"


def beating(*running: UUID) -> NodeBeat:
    return NodeBeat(
        node=NODE,
        at=NOW,
        hostname="host",
        runtime="docker",
        version="1",
        queues=("default",),
        slots=1,
        running=running,
        draining=False,
        cpus=1.0,
        memory=1,
        disk_free=1,
    )


def state(client: Client, id: str) -> str:
    return str(client.get(f"/jobs/{id}").json["state"])
