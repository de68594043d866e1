"""Webhooks are told what happened: in order, at least once, and nobody waits for another's."""

import hmac
import json

import pytest

from tests.support.builders import submitted
from tests.support.deliveries import (
    HERE,
    a_hooked_job,
    deliver,
    deliveries,
    due,
    time_passes,
    words,
)
from tests.support.fleet import Fleet
from tests.support.receiver import Receiver, a_receiver, receiver
from tests.support.waiting import until
from windlass.coordinator.engine import restart
from windlass.coordinator.engine.deliver import PAUSES, Deliverer
from windlass.coordinator.engine.hooks import Letter
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.outgoing import Allowed, Outgoing

__all__ = ["receiver"]
pytestmark = pytest.mark.postgres

DOCUMENT = '{"name": "job", "tasks": [{"name": "one", "run": "true"}]}'


def test_a_job_s_states_are_told_in_order(db: Database, receiver: Receiver) -> None:
    id = a_hooked_job(db, receiver.url)
    deliver(db)
    Fleet(db).run()
    deliver(db)
    assert receiver.states == ["pending", "running", "completed"]
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
    assert sorted(jobs) == ["COMPLETED", "PENDING", "RUNNING", "RUNNING"]
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
    assert sorted(receiver.states) == ["COMPLETED", "running"]


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
    assert receiver.states == ["pending"]


def test_what_went_wrong_here_is_told_a_little_later(db: Database, receiver: Receiver) -> None:
    a_hooked_job(db, receiver.url)
    failing = Deliverer(db, words, broken)
    failing.step()
    failing.close()
    (left,) = deliveries(db)
    assert 0 < left["rest"].total_seconds() <= 5
    assert left["tries"] == 0
    time_passes(db)
    deliver(db)
    assert receiver.states == ["pending"]


def broken(_: Letter) -> int:
    raise RuntimeError("out of order")


def test_a_job_that_goes_on_is_told_of_again(db: Database, receiver: Receiver) -> None:
    id = a_hooked_job(db, receiver.url)
    fleet = Fleet(db)
    fleet.run(failing=["one"])
    deliver(db)
    assert deliveries(db)[0]["due_at"] is None
    restart.restart(db, fleet.signals, id)
    fleet.run()
    deliver(db)
    assert receiver.states[-2:] == ["running", "completed"]


def test_a_job_without_webhooks_has_nothing_to_deliver(db: Database) -> None:
    submitted(db)
    assert deliveries(db) == []
