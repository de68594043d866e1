"""Webhooks are told what happened: in order, at least once, and nobody waits for another's."""

import hmac
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.support.builders import a_job, a_submission, a_task, submitted
from tests.support.fakes import FakeSignals
from tests.support.fleet import Fleet
from tests.support.receiver import Receiver, a_receiver
from tests.support.waiting import until
from windlass.coordinator.dialects import discover
from windlass.coordinator.engine import restart
from windlass.coordinator.engine.deliver import PAUSES, Deliverer
from windlass.coordinator.engine.hooks import HookWords
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.transport.outgoing import Allowed, Outgoing
from windlass.shared.ids import JobId
from windlass.shared.spec import Webhook

pytestmark = pytest.mark.postgres

HERE = Allowed.parse(["127.0.0.0/8"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with a_receiver() as receiver:
        yield receiver


def words(door: str) -> HookWords | None:
    return {dialect.name: dialect.hooks for dialect in discover()}.get(door)


def deliver(db: Database, *, allowed: Allowed = HERE, secret: str = "") -> None:
    """Everything that is due."""
    while due(db):
        with closing(Deliverer(db, words, Outgoing(allowed).post, secret)) as deliverer:
            deliverer.step()


def due(db: Database) -> int:
    with db.transaction() as tx:
        row = tx.one(
            "SELECT count(*) AS due FROM delivery WHERE due_at <= now() AND EXISTS"
            " (SELECT FROM history WHERE history.job_id = delivery.job_id AND id > after"
            "  AND (entity <> 'attempt' OR became NOT IN ('pending', 'scheduled')))"
        )
    return int(row["due"]) if row else 0


def deliveries(db: Database) -> list[Row]:
    with db.transaction() as tx:
        return list(tx.all("SELECT *, due_at - now() AS rest FROM delivery ORDER BY hook"))


def time_passes(db: Database) -> None:
    with db.transaction() as tx:
        tx.run("UPDATE delivery SET due_at = now() WHERE due_at IS NOT NULL")


def a_hooked_job(db: Database, *urls: str, door: str = "native", **fields: Any) -> JobId:
    hooks = tuple(Webhook(url=url, **fields) for url in urls)
    spec = a_job(a_task("one"), webhooks=hooks, secrets={"k": "hunter2"}, inputs={"a": "hunter2"})
    return submit(db, FakeSignals(), a_submission(spec, door=door)).job_id


def states(receiver: Receiver) -> list[str]:
    return [json.loads(body)["state"] for body in receiver.bodies]


def test_a_job_s_states_are_told_in_order(db: Database, receiver: Receiver) -> None:
    id = a_hooked_job(db, receiver.url)
    deliver(db)
    Fleet(db).run()
    deliver(db)
    assert states(receiver) == ["pending", "running", "completed"]
    told = json.loads(receiver.bodies[-1])
    assert (told["event"], told["job"]["id"]) == ("job.state", str(id))
    assert deliveries(db)[0]["due_at"] is None


def test_tork_s_words_are_tork_s(db: Database, receiver: Receiver) -> None:
    a_hooked_job(db, receiver.url, door="tork")
    a_hooked_job(db, receiver.url, door="tork", event="task.state")
    a_hooked_job(db, receiver.url, door="tork", event="job.progress")
    Fleet(db).run()
    deliver(db)
    heard = [json.loads(body) for body in receiver.bodies]
    tasks = [one["state"] for one in heard if "jobId" in one]
    assert tasks == ["SCHEDULED", "RUNNING", "COMPLETED"]
    jobs = [one["state"] for one in heard if "jobId" not in one]
    assert sorted(jobs) == ["COMPLETED", "COMPLETED", "PENDING", "RUNNING"]
    headers = receiver.heard[0][0]
    assert headers["Content-Type"] == "application/json; charset=UTF-8"


@pytest.mark.parametrize("door", ["native", "tork"])
def test_no_secret_is_told(db: Database, receiver: Receiver, door: str) -> None:
    a_hooked_job(db, receiver.url, door=door)
    deliver(db)
    assert receiver.bodies
    assert b"hunter2" not in b"".join(receiver.bodies)


def test_only_what_the_condition_wants_is_told(db: Database, receiver: Receiver) -> None:
    a_hooked_job(db, receiver.url, door="tork", condition="job.State == 'COMPLETED'")
    a_hooked_job(db, receiver.url, condition="job.state == 'running'")
    a_hooked_job(db, receiver.url, condition="nonsense(")
    Fleet(db).run()
    deliver(db)
    assert sorted(states(receiver)) == ["COMPLETED", "running"]


def test_headers_are_evaluated_and_cannot_become_others(db: Database, receiver: Receiver) -> None:
    headers = {
        "X-Key": "{{ secrets.k }}",
        "X-Bad": "{{ nothing( }}",
        "X-Two": "a\r\nX-Evil: b",
        "Host": "elsewhere",
    }
    a_hooked_job(db, receiver.url, headers=headers)
    deliver(db)
    heard = receiver.heard[0][0]
    assert (heard["X-Key"], heard["X-Bad"], heard["X-Two"]) == ("hunter2", "", "a X-Evil: b")
    assert heard["Host"].startswith("127.0.0.1:")
    assert "X-Evil" not in heard


def test_every_try_names_the_same_delivery_and_is_signed(db: Database, receiver: Receiver) -> None:
    receiver.statuses = [503]
    a_hooked_job(db, receiver.url)
    deliver(db, secret="key")
    time_passes(db)
    deliver(db, secret="key")
    first, second = (headers for headers, _ in receiver.heard)
    assert first["Windlass-Delivery"] == second["Windlass-Delivery"]
    assert (first["Windlass-Attempt"], second["Windlass-Attempt"]) == ("1", "2")
    text = f"{second['Windlass-Delivery']}.{second['Windlass-Timestamp']}.".encode()
    digest = hmac.new(b"key", text + receiver.bodies[1], "sha256").hexdigest()
    assert second["Windlass-Signature"] == f"sha256={digest}"


def test_five_tries_with_growing_pauses(db: Database, receiver: Receiver) -> None:
    receiver.statuses = [500, 502, 503, 504, 429]
    a_hooked_job(db, receiver.url)
    pauses = []
    for _ in PAUSES[:-1]:
        deliver(db)
        pauses.append(round(deliveries(db)[0]["rest"].total_seconds()))
        time_passes(db)
    deliver(db)
    assert pauses == [2, 4, 6, 8]
    assert len(receiver.heard) == 5
    time_passes(db)
    assert due(db) == 0


@pytest.mark.parametrize("status", [201, 302, 400, 404, 501])
def test_other_answers_are_final_and_not_followed(
    db: Database, receiver: Receiver, status: int
) -> None:
    receiver.statuses = [status]
    a_hooked_job(db, receiver.url)
    deliver(db)
    assert len(receiver.heard) == 1
    assert due(db) == 0


def test_where_nobody_listens_it_is_tried_again(db: Database) -> None:
    a_hooked_job(db, "http://127.0.0.1:1/")
    deliver(db)
    assert deliveries(db)[0]["tries"] == 1


def test_a_silent_receiver_holds_up_nobody_else(db: Database, receiver: Receiver) -> None:
    receiver.open.clear()
    with a_receiver() as sound:
        a_hooked_job(db, receiver.url)
        a_hooked_job(db, sound.url)
        deliverer = Deliverer(db, words, Outgoing(HERE).post)
        deliverer.step()
        until(lambda: sound.heard)
        assert len(receiver.heard) <= 1
        receiver.open.set()
        deliverer.close()


def test_private_addresses_are_not_reached_unless_allowed(db: Database, receiver: Receiver) -> None:
    a_hooked_job(db, receiver.url)
    deliver(db, allowed=Allowed())
    assert receiver.heard == []
    assert due(db) == 0


def test_a_claim_that_ran_out_is_told_by_another(db: Database, receiver: Receiver) -> None:
    """As if a process had been killed with it."""
    a_hooked_job(db, receiver.url)
    with db.transaction() as tx:
        tx.run("UPDATE delivery SET due_at = now() + interval '2 minutes'")
    deliver(db)
    assert receiver.heard == []
    time_passes(db)
    deliver(db)
    assert states(receiver) == ["pending"]


def test_a_job_that_goes_on_is_told_of_again(db: Database, receiver: Receiver) -> None:
    id = a_hooked_job(db, receiver.url)
    fleet = Fleet(db)
    fleet.run(failing=["one"])
    deliver(db)
    assert deliveries(db)[0]["due_at"] is None
    restart.restart(db, fleet.signals, id)
    fleet.run()
    deliver(db)
    assert states(receiver)[-2:] == ["running", "completed"]


def test_a_job_without_webhooks_has_nothing_to_deliver(db: Database) -> None:
    submitted(db)
    assert deliveries(db) == []
