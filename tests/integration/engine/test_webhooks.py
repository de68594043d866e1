"""Webhooks are told what happened: in order, at least once, and nobody waits for another's."""

import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.builders import a_job, a_submission, a_task, submitted
from tests.support.deliveries import HERE, deliver, deliveries, due, time_passes, words
from tests.support.fakes import FakeSignals
from tests.support.fleet import Fleet, progressed
from tests.support.receiver import Receiver, a_receiver
from tests.support.waiting import until
from windlass.coordinator.engine import browse, follow, restart, subjobs
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.engine.deliver import PAUSES, Deliverer
from windlass.coordinator.engine.hooks import Event
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.outgoing import Allowed, Outgoing
from windlass.shared.ids import JobId
from windlass.shared.spec import Parallel, Retry, Subjob, TaskSpec, Webhook

pytestmark = pytest.mark.postgres

DOCUMENT = '{"name": "job", "tasks": [{"name": "one", "run": "true"}]}'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with a_receiver() as receiver:
        yield receiver


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


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for body in receiver.bodies]


def run(fleet: Fleet, **how: Any) -> None:
    """Until neither workers nor jobs wait for one another."""
    fleet.run(**how)
    while subjobs.follow(fleet.db, fleet.signals):
        fleet.run(**how)


def test_how_far_a_task_is_is_told_once_for_each_change(db: Database, receiver: Receiver) -> None:
    a_hooked_job(db, receiver.url, event="task.progress")
    fleet = Fleet(db)
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    for percent in (25.0, 25.0, 62.5):
        apply(db, fleet.signals, [progressed(attempt, percent)])
    deliver(db)
    heard = told(receiver)
    assert [one["task"]["progress"] for one in heard] == [25.0, 62.5]
    assert {(one["event"], one["state"]) for one in heard} == {("task.progress", "running")}


@pytest.mark.parametrize("event", [None, "job.state", "task.state"])
def test_progress_that_nobody_is_told_leaves_no_trace(db: Database, event: str | None) -> None:
    if event:
        a_hooked_job(db, "http://127.0.0.1:1/", event=event)
    else:
        submitted(db)
    fleet = Fleet(db)
    (attempt,) = fleet.dispatch()
    apply(db, fleet.signals, [progressed(attempt, 25.0)])
    with db.transaction() as tx:
        assert tx.all("SELECT id FROM history WHERE entity = 'progress'") == []


def test_progress_is_no_part_of_the_history_that_is_shown(db: Database) -> None:
    id = a_hooked_job(db, "http://127.0.0.1:1/", event="task.progress")
    fleet = Fleet(db)
    (attempt,) = fleet.dispatch()
    apply(db, fleet.signals, [progressed(attempt, 25.0)])
    assert {row.entity for row in browse.history(db, id)} == {"job", "task", "attempt"}
    assert {move.entity for move in follow.glance(db, id, 0).moves} == {"job", "task", "attempt"}


def test_a_task_that_is_tried_again_is_told_of_as_the_first_time(
    db: Database, receiver: Receiver
) -> None:
    hook = Webhook(url=receiver.url, event="task.state")
    retry = Retry(limit=1, initial_delay=0.0, jitter=0.0)
    spec = a_job(a_task("one", retry=retry), webhooks=(hook,))
    submit(db, FakeSignals(), a_submission(spec, door="tork", document=DOCUMENT))
    Fleet(db).run(failing=["one"])
    deliver(db)
    heard = told(receiver)
    assert [one["state"] for one in heard] == ["SCHEDULED", "RUNNING", "FAILED"] * 2
    assert len({one["id"] for one in heard}) == 2


def test_composites_are_told_of_as_well_and_parts_are_no_progress(
    db: Database, receiver: Receiver
) -> None:
    parts = TaskSpec(name="all", parallel=Parallel(tasks=(a_task("a"), a_task("b"))))
    events: tuple[Event, ...] = ("task.state", "job.progress")
    hooks = tuple(Webhook(url=receiver.url, event=event) for event in events)
    submitted(db, parts, webhooks=hooks)
    Fleet(db).run()
    deliver(db)
    tasks = [(one["task"]["name"], one["state"]) for one in told(receiver) if "task" in one]
    assert [state for name, state in tasks if name == "all"] == ["active", "completed"]
    assert [state for name, state in tasks if name == "a"] == ["active", "running", "completed"]
    assert [one["state"] for one in told(receiver) if "task" not in one] == ["completed"]


def test_a_sub_job_tells_its_own_with_what_its_parent_made_of_them(
    db: Database, receiver: Receiver
) -> None:
    """Evaluated there and only there: what a header became may look like a template again."""
    hook = Webhook(url="{{ inputs.to }}", headers={"X-Say": "{{ inputs.say }}"})
    inner = a_job(a_task("in"), name="inner", secrets={"k": "hunter2"}, webhooks=(hook,))
    sub = TaskSpec(name="sub", subjob=Subjob(job=inner, document="{}"))
    submitted(db, sub, inputs={"to": receiver.url, "say": "{{ secrets.k }}"})
    run(Fleet(db))
    deliver(db)
    assert states(receiver) == ["pending", "running", "completed"]
    assert {headers["X-Say"] for headers, _ in receiver.heard} == {"{{ secrets.k }}"}
    assert {one["job"]["name"] for one in told(receiver)} == {"inner"}


def test_headers_see_what_tasks_have_left(db: Database, receiver: Receiver) -> None:
    hook = Webhook(url=receiver.url, headers={"X-Was": "{{ tasks.x }}"}, event="job.state")
    submitted(db, a_task("one", var="x"), webhooks=(hook,))
    Fleet(db).run(outputs={"one": "42"})
    deliver(db)
    assert receiver.heard[-1][0]["X-Was"] == "42"


def test_the_address_of_a_job_is_no_template(db: Database, receiver: Receiver) -> None:
    a_hooked_job(db, "http://{{inputs.a}}/")
    deliver(db)
    assert (receiver.heard, due(db)) == ([], 0)


def test_a_type_of_content_is_the_user_s_and_what_is_ours_is_not(
    db: Database, receiver: Receiver
) -> None:
    headers = {"content-type": "text/x", "windlass-delivery": "mine", "WINDLASS-SIGNATURE": "mine"}
    a_hooked_job(db, receiver.url, headers=headers)
    deliver(db)
    heard = {name.lower(): value for name, value in receiver.heard[0][0].items()}
    assert heard["content-type"] == "text/x"
    assert "mine" not in heard.values()
    assert "windlass-signature" not in heard


def test_a_task_whose_templates_are_wrong_is_told_of(db: Database, receiver: Receiver) -> None:
    hook = Webhook(url=receiver.url, event="task.state")
    submitted(db, a_task("{{ fromJSON('x') }}", key="bad"), webhooks=(hook,))
    Fleet(db).run()
    deliver(db)
    assert states(receiver) == ["failed"]
