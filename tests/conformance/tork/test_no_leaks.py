"""Where Tork tells or lets others do too much (its numbers of section 10.3), we do not. Number 3,
permissions and users, has test_permissions and test_users."""

from typing import Any

import pytest

from tests.support.deliveries import deliver, due
from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.receiver import Receiver, receiver
from tests.support.tork import a_job, a_task, hooked, message, posted
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.outgoing import Allowed

__all__ = ["receiver"]

SECRET = "hunter2-the-secret"
LEAKY = a_job(
    a_task(
        "leak {{ secrets.key }}",
        run=f"echo {SECRET}",
        files={"a": SECRET},
        cmd=[],
        env={"A": "{{ secrets.key }}"},
        var="out",
        pre=[{"name": "pre", "run": f"echo {SECRET}", "env": {"B": "{{ secrets.key }}"}}],
    ),
    inputs={"plain": f"with {SECRET}", "DB_PASSWORD": "swordfish"},
    secrets={"key": SECRET},
    output="{{ tasks.out }}",
)


@pytest.fixture
def leaky(client: Client, fleet: Fleet) -> Any:
    job = client.post("/jobs", json=LEAKY).json
    (attempt,) = fleet.dispatch()
    fleet.finish(attempt, exit_code=0, output=f"result {SECRET}")
    return job


def test_1_no_answer_shows_a_secret(client: Client, leaky: Any) -> None:
    job = client.get(f"/jobs/{leaky['id']}")
    task = job.json["execution"][0]["id"]
    answers = [
        job.text,
        client.get("/jobs").text,
        client.get(f"/tasks/{task}").text,
        client.post("/jobs", json=LEAKY).text,
        client.post("/jobs", json={**LEAKY, "wait": {"timeout": "1ms"}}).text,
    ]

    assert job.json["result"] == "result [REDACTED]"
    for answer in answers:
        assert SECRET not in answer
        assert "swordfish" not in answer


def test_1_nor_does_a_schedule(client: Client) -> None:
    schedule = client.post("/scheduled-jobs", json={**LEAKY, "schedule": {"cron": "@daily"}})
    answers = (schedule, client.get("/scheduled-jobs"), _shown(client, schedule.json["id"]))
    for answer in answers:
        assert answer.status_code == 200
        assert SECRET not in answer.text
        assert "swordfish" not in answer.text


def _shown(client: Client, id: str) -> Any:
    return client.get(f"/scheduled-jobs/{id}")


def test_1_nor_does_a_webhook(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hooks = [{"url": receiver.url, "event": f"{of}.StateChange"} for of in ("job", "task")]
    client.post("/jobs", json={**LEAKY, "webhooks": hooks})
    (attempt,) = fleet.dispatch()
    fleet.finish(attempt, exit_code=0, output=f"result {SECRET}")
    deliver(db)

    told = b"".join(receiver.bodies).decode()
    assert "result [REDACTED]" in told
    assert SECRET not in told
    assert "swordfish" not in told


def test_5_a_webhook_reaches_nobody_within_unless_allowed(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hooked(client, receiver.url)
    hooked(client, receiver.url.replace("127.0.0.1", "localhost"))
    fleet.run()
    deliver(db, allowed=Allowed())
    assert receiver.heard == []
    assert due(db) == 0


def test_4_what_a_task_says_is_never_evaluated(client: Client, fleet: Fleet) -> None:
    second = a_task("b", env={"A": "{{ tasks.out }}"}, retry={"limit": 1, "initialDelay": "0s"})
    id = posted(client, a_task("a", var="out"), second, secrets={"key": SECRET})["id"]
    (first,) = fleet.dispatch()
    fleet.finish(first, exit_code=0, output="{{ secrets.key }}")
    for _ in range(2):
        fleet.fail(*fleet.dispatch())

    rows = client.get(f"/jobs/{id}").json["execution"]

    assert [row["env"]["A"] for row in rows[1:]] == ["{{ secrets.key }}"] * 2


@pytest.mark.parametrize("settings", [Settings(redact_names=("*_TOKEN", "pin?"))])
def test_patterns_say_in_place_of_torks_words_which_names_promise_a_secret(client: Client) -> None:
    names = ["api_token", "PIN1", "PIN12", "DB_PASSWORD", "key"]
    inputs = dict.fromkeys(names, "plain")
    job = a_job(a_task(env={"A_TOKEN": "plain"}), inputs=inputs, secrets={"key": SECRET})

    made = client.post("/jobs", json=job).json
    shown = client.get(f"/jobs/{made['id']}").json

    hidden = {name for name, value in shown["inputs"].items() if value == "[REDACTED]"}
    assert hidden == {"api_token", "PIN1"}
    assert shown["tasks"][0]["env"] == {"A_TOKEN": "[REDACTED]"}
    assert shown["secrets"] == {"key": "[REDACTED]"}


@pytest.mark.parametrize("settings", [Settings(key="right")])
@pytest.mark.parametrize("key", ["", "r", "right ", "Right", "righté", "x" * 10_000])
def test_6_a_wrong_key_opens_nothing(client: Client, key: str) -> None:
    response = client.get("/jobs", headers={"Authorization": f"Bearer {key}".encode()})

    assert message(response)[0] in (400, 401)


@pytest.mark.parametrize(("secret", "shown"), [("", "a 1 and b"), ("1", "a 1 and b")])
def test_7_short_secrets_shred_nothing(
    client: Client, fleet: Fleet, secret: str, shown: str
) -> None:
    id = posted(client, a_task(env={"A": shown, "B": secret or "x"}), secrets={"k": secret})["id"]
    fleet.run(outputs={"task": shown})

    task = client.get(f"/jobs/{id}").json["execution"][0]

    assert (task["env"]["A"], task["result"]) == (shown, shown)
    assert task["env"]["B"] == ("[REDACTED]" if secret else "x")
