"""Secrets of a job: expressions have them, and nothing that is shown of the job does."""

import json
from typing import Any
from uuid import UUID

import pytest

from tests.conformance.native.test_logs import ended, log
from tests.conformance.native.test_permissions import addresses
from tests.support.fleet import Fleet, progressed
from tests.support.http import BASE, Client, a_document, errors, sent
from tests.support.logs import cut, store
from tests.support.sse import events
from windlass.coordinator.engine.apply import apply
from windlass.shared import messages

SECRET = "hunter2-the-secret"
HIDDEN = "[REDACTED]"
STARS = "*" * len(SECRET)

LEAKY = a_document(
    {
        "name": "leak",
        "run": f"echo {SECRET}",
        "env": {"KEY": "{{ secrets.key }}", "PLAIN": f"has {SECRET} inside"},
        "files": {"a": SECRET},
        "var": "out",
        "pre": [{"name": "pre", "run": "true", "env": {"KEY": "{{ secrets.key }}"}}],
    },
    name=f"named {SECRET}",
    inputs={"plain": f"with {SECRET}"},
    metadata={"note": SECRET},
    secrets={"key": SECRET, "pin": 1},
    output="{{ tasks.out }}",
)


@pytest.fixture
def job(client: Client) -> Any:
    return sent(client, LEAKY)


@pytest.fixture
def attempt(job: Any, fleet: Fleet) -> UUID:
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    return attempt


def test_expressions_have_them(job: Any, attempt: UUID, fleet: Fleet) -> None:
    with fleet.db.transaction() as tx:
        row = tx.one("SELECT message FROM attempt WHERE id = %(id)s", id=attempt)

    assert row is not None
    assert messages.decode(row["message"]).container.env["KEY"] == SECRET


def test_only_their_names_are_shown(job: Any) -> None:
    assert job["secrets"] == ["key", "pin"]
    assert job["name"] == f"named {HIDDEN}"
    assert job["inputs"]["plain"] == f"with {HIDDEN}"


def test_no_answer_shows_one(client: Client, job: Any, attempt: UUID, fleet: Fleet) -> None:
    apply(fleet.db, fleet.signals, [progressed(attempt, 50, f"half of {SECRET}")])
    text = f"a {SECRET} in a line\nand {SECRET}".encode()
    chunk = cut(attempt, text)
    fleet.finish(
        attempt,
        exit_code=0,
        output=f"got {SECRET}",
        log_bytes=len(text),
        log_lines=1,
        tail=tuple(chunk),
    )
    task = client.get(f"{BASE}/jobs/{job['id']}/tasks").json["items"][0]
    shown = client.get(f"{BASE}/jobs/{job['id']}").json

    assert shown["output"] == task["output"] == f"got {HIDDEN}"
    assert task["message"] == f"half of {HIDDEN}"
    ids = {"job_id": job["id"], "task_id": task["id"], "attempt_id": attempt}
    for method, path in addresses(client, **ids):
        if method == "GET" and not path.endswith("/events"):
            with client.open(path, method=method) as answer:
                assert answer.status_code == 200, path
                assert SECRET not in answer.text, path
    assert SECRET not in client.get(f"{BASE}/jobs").text + json.dumps(job)


def test_what_went_wrong_is_told_without_them(
    client: Client, job: Any, attempt: UUID, fleet: Fleet
) -> None:
    fleet.finish(attempt, reason="exit_code", exit_code=3, error=f"exit 3: {SECRET}")

    why = client.get(f"{BASE}/jobs/{job['id']}").json["why"]

    assert why["error"] == f"exit 3: {HIDDEN}"
    (shown,) = client.get(f"{BASE}/tasks/{why['task_id']}/attempts").json["items"]
    assert shown["error"] == why["error"]


def test_what_was_submitted_is_shown_with_stars_to_whoever_asks(client: Client, job: Any) -> None:
    shown = client.get(f"{BASE}/jobs/{job['id']}/spec").json

    assert shown["secrets"] == dict.fromkeys(LEAKY["secrets"], HIDDEN)
    assert shown["tasks"][0]["files"]["a"] == HIDDEN
    assert shown["tasks"][0]["run"] == f"echo {HIDDEN}"


def test_a_validated_document_is_shown_without_them(client: Client) -> None:
    answer = client.post(f"{BASE}/validate", json=LEAKY)

    assert answer.status_code == 200
    assert answer.json["job"]["secrets"] == {"key": HIDDEN, "pin": HIDDEN}


@pytest.mark.parametrize("secrets", [["x"], "x", {"a": {}}, {"a": None}, {"": "x"}, {"a": "\0"}])
def test_what_is_no_table_of_secrets_is_refused(client: Client, secrets: Any) -> None:
    response = client.post(f"{BASE}/jobs", json=a_document(secrets=secrets))

    assert response.status_code == 400
    assert next(iter(errors(response))).startswith("secrets")


LINES = f"one\nkey {SECRET} {SECRET}\nhunter2 is no secret\n{SECRET}".encode()
SHOWN = LINES.replace(SECRET.encode(), STARS.encode())


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("", slice(None)),
        ("from_byte=0&bytes=12", slice(0, 12)),
        ("from_byte=12&bytes=5", slice(12, 17)),
        ("from_byte=12", slice(12, None)),
        ("from_byte=26&bytes=1", slice(26, 27)),
        ("from=1&lines=1", slice(4, 4 + 5 + 2 * len(SECRET) + 1)),
        ("tail=1", slice(-len(SECRET), None)),
    ],
)
def test_a_log_keeps_its_places_and_tells_nothing(
    client: Client, attempt: UUID, fleet: Fleet, query: str, part: slice
) -> None:
    chunks = cut(attempt, LINES, *range(0, len(LINES), 7))
    store(fleet.db, chunks)
    fleet.finish(attempt, exit_code=0, log_bytes=len(LINES), log_lines=LINES.count(b"\n"))

    assert log(client, attempt, query) == SHOWN[part]


def test_a_log_that_grows_shows_no_beginning_of_one(
    client: Client, attempt: UUID, fleet: Fleet
) -> None:
    text = f"hunt {SECRET}".encode()
    first, second = cut(attempt, text, 15)
    store(fleet.db, [first])
    assert log(client, attempt) == b"hunt " + b"*" * 10

    store(fleet.db, [second])

    assert log(client, attempt) == b"hunt " + STARS.encode()
    assert log(client, attempt, "from_byte=15") == STARS.encode()[10:]


def test_newlines_of_one_stay_so_that_lines_can_be_counted(client: Client, fleet: Fleet) -> None:
    sent(client, a_document(secrets={"key": "first\nsecond"}))
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    ended(fleet, attempt, b"a\nfirst\nsecond\nb\n")

    assert log(client, attempt) == b"a\n*****\n******\nb\n"
    assert log(client, attempt, "from=2&lines=1") == b"******\n"


def test_streams_tell_nothing(client: Client, job: Any, attempt: UUID, fleet: Fleet) -> None:
    ended(fleet, attempt, LINES)

    for path, last in (
        (f"/jobs/{job['id']}/events", "jobs"),
        (f"/jobs/{job['id']}/log/follow", "end"),
        (f"/attempts/{attempt}/log/follow", "end"),
    ):
        with client.get(BASE + path) as response:
            for heard in events(response.response):
                assert SECRET not in str(heard)
                if heard.kind == last:
                    break
            else:
                pytest.fail(f"{path} ended early")


def test_short_ones_shred_nothing(client: Client, fleet: Fleet) -> None:
    job = sent(client, a_document(secrets={"pin": 1, "none": ""}, inputs={"a": "1", "b": "11"}))
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    ended(fleet, attempt, b"1 and 11\n")

    assert job["inputs"] == {"a": HIDDEN, "b": "11"}
    assert log(client, attempt) == b"1 and 11\n"


def test_secrets_of_a_sub_job_are_shown_nowhere(client: Client, fleet: Fleet) -> None:
    inner = {
        "name": "inner",
        "secrets": {"given": "{{ secrets.key }}", "own": "literal-secret"},
        "tasks": [{"name": "leaf", "run": "true", "env": {"A": "{{ secrets.given }}"}}],
    }
    job = sent(client, a_document({"name": "outer", "subjob": inner}, secrets={"key": SECRET}))
    fleet.dispatch()
    below = client.get(f"{BASE}/jobs").json["items"][0]

    assert (below["name"], below["secrets"]) == ("inner", ["given", "own"])
    for id in (job["id"], below["id"]):
        for path in ("", "/tasks", "/spec"):
            answer = client.get(f"{BASE}/jobs/{id}{path}")
            assert SECRET not in answer.text
            assert "literal-secret" not in answer.text


def test_a_schedule_shows_no_secret(client: Client) -> None:
    document = {**LEAKY, "schedule": {"cron": "@daily"}}

    made = client.post(f"{BASE}/schedules", json=document)

    assert made.status_code == 201
    assert made.json["job"]["secrets"] == {"key": HIDDEN, "pin": HIDDEN}
    for text in (made.text, client.get(f"{BASE}/schedules").text):
        assert SECRET not in text
