"""Following a job: what is printed, how it ends, and what a broken connection costs."""

import json
from typing import Any

import pytest

from tests.support.stub_api import Answer, StubApi, stream
from tests.unit.cli.conftest import Windlass
from windlass.cli.client import Client
from windlass.cli.failures import Unreachable
from windlass.cli.sse import events

AWAY = {"error": {"code": "unavailable", "message": "too many streams"}}
JOB = "01939d20-0000-7000-8000-000000000001"
RUNNING = {"id": JOB, "name": "hello", "state": "running", "total": 2, "ended": 0, "failed": 0}


def a_task(name: str, state: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "task", {"id": name, "position": 0, "name": name, "state": state, **more}


def a_log(task: str, *lines: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "log", {
        "attempt": task,
        "task": task,
        "number": 1,
        "from": 0,
        "lines": list(lines),
        **more,
    }


def an_end(state: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "end", {"state": state, "reason": None, "exit_code": None, **more}


@pytest.fixture(autouse=True)
def a_job_of_two_tasks(api: StubApi) -> None:
    api.on(f"GET /jobs/{JOB}", Answer(RUNNING))
    tasks = [{"name": "a", "key": "a", "id": "1"}, {"name": "longer", "key": "longer", "id": "2"}]
    api.on(f"GET /jobs/{JOB}/tasks", Answer({"items": tasks, "next": None}))


def follows(api: StubApi, *connections: Answer) -> None:
    api.on(f"GET /jobs/{JOB}/log/follow", *connections)


def test_lines_carry_their_tasks_name_aligned(windlass: Windlass, api: StubApi) -> None:
    follows(
        api, Answer(stream(a_log("a", "one", "two"), a_log("longer", "x"), an_end("completed")))
    )

    result = windlass("logs", "-f", JOB)

    assert result.stdout.splitlines() == ["a      | one", "a      | two", "longer | x"]
    assert result.exit_code == 0


def test_a_line_without_an_end_waits_for_the_rest_of_it(windlass: Windlass, api: StubApi) -> None:
    events = stream(
        a_log("a", "one", "tw", partial=True),
        a_log("a", "o", "thr", partial=True),
        an_end("failed"),
    )
    follows(api, Answer(events))

    result = windlass("logs", "-f", JOB)

    assert result.stdout.splitlines() == ["a      | one", "a      | two", "a      | thr"]


def test_a_broken_connection_is_taken_up_after_the_last_event_seen(
    windlass: Windlass, api: StubApi
) -> None:
    follows(
        api,
        Answer(stream(a_log("a", "one"), a_log("a", "two")), cut=True),
        Answer(stream(a_log("a", "three"), an_end("completed"), first_id=3)),
    )

    result = windlass("logs", "-f", JOB)

    first, second = api.calls("GET", f"/jobs/{JOB}/log/follow")
    assert [line.split("| ")[1] for line in result.stdout.splitlines()] == ["one", "two", "three"]
    assert "Last-Event-ID" not in first.headers
    assert second.headers["Last-Event-ID"] == "2"


def test_one_tasks_log_leaves_out_the_others(windlass: Windlass, api: StubApi) -> None:
    follows(api, Answer(stream(a_log("a", "one"), a_log("longer", "x"), an_end("completed"))))

    assert windlass("logs", "-f", JOB, "longer").stdout == "longer | x\n"


def test_state_changes_are_told_beside_the_lines(windlass: Windlass, api: StubApi) -> None:
    events = stream(
        a_task("a", "active", number=1, node="n1"),
        a_task("a", "active", number=2, node="n1"),
        a_task(
            "a",
            "failed",
            reason="exit_code",
            error="exit code 3. Its last lines:\noh no",
            exit_code=3,
        ),
        a_task("longer", "skipped", reason="upstream"),
        an_end("failed", exit_code=3),
    )
    follows(api, Answer(events))

    result = windlass("logs", "-f", JOB)

    assert result.stdout.splitlines() == [
        "a      | ▸ running on n1",
        "a      | ▸ running on n1, attempt 2",
        "a      | ✗ failed: exit code 3",
        "longer | - skipped: upstream",
    ]


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (an_end("completed", exit_code=0), 0),
        (an_end("failed", reason="task_failed", exit_code=75), 75),
        (an_end("failed", reason="task_failed"), 1),
        (an_end("failed", reason="timeout", exit_code=143), 124),
        (an_end("cancelled", reason="cancelled", exit_code=143), 130),
    ],
)
def test_the_exit_code_is_the_jobs(
    windlass: Windlass, api: StubApi, end: tuple[str, dict[str, Any]], code: int
) -> None:
    follows(api, Answer(stream(end)))

    assert windlass("logs", "-f", JOB).exit_code == code


def test_a_queue_that_nobody_serves_is_told_once(windlass: Windlass, api: StubApi) -> None:
    waits = {"name": "a", "key": "a", "id": "1", "queue": "gpu"}
    api.on(f"GET /jobs/{JOB}/tasks", Answer({"items": [waits], "next": None}))
    queues = [{"name": "default", "nodes": 1}, {"name": "gpu", "nodes": 0}]
    api.on("GET /queues", Answer({"items": queues}))
    beat: tuple[str, dict[str, Any]] = ("beat", {})
    follows(api, Answer(stream(a_task("a", "active"), beat, beat, an_end("cancelled"))))

    result = windlass("logs", "-f", JOB)

    assert result.stderr == "waiting: no node serves queue gpu\n"


def test_as_json_every_event_is_a_line(windlass: Windlass, api: StubApi) -> None:
    follows(api, Answer(stream(a_log("a", "one"), ("beat", {}), an_end("completed"))))

    result = windlass("logs", "-f", JOB, "-o", "json")

    assert [json.loads(line)["event"] for line in result.stdout.splitlines()] == ["log", "end"]


def test_as_json_too_one_task_leaves_out_the_others(windlass: Windlass, api: StubApi) -> None:
    mixed = [a_log("a", "one"), a_task("a", "completed"), a_log("longer", "x")]
    follows(api, Answer(stream(*mixed, a_task("longer", "completed"), an_end("completed"))))

    result = windlass("logs", "-f", JOB, "longer", "-o", "json")

    printed = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["event"] for each in printed] == ["log", "task", "end"]
    assert printed[0]["lines"] == ["x"]


def test_a_job_that_is_not_there_is_not_waited_for(windlass: Windlass) -> None:
    assert windlass("logs", "-f", JOB.replace("1", "3")).exit_code == 4


def test_a_server_that_stays_away_is_given_up(api: StubApi) -> None:
    follows(api, Answer(stream(a_log("a", "one")), cut=True))
    stream_of_it = events(Client(api.url), "jobs", JOB, "log", "follow", outage=0.0)

    assert next(stream_of_it).data["lines"] == ["one"]
    api.on(f"GET /jobs/{JOB}/log/follow", Answer(AWAY, 503))
    with pytest.raises(Unreachable, match="too many"):
        list(stream_of_it)


def test_run_prints_a_closing_table_and_passes_the_exit_code_on(
    windlass: Windlass, api: StubApi, tmp_path: Any
) -> None:
    file = tmp_path / "job.yaml"
    file.write_text("name: hello\n")
    ended = {"state": "failed", "attempts": 2, "exit_code": 9, "reason": "exit_code", "error": ""}
    times = {"started_at": "2026-01-01T00:00:00.000Z", "ended_at": "2026-01-01T00:00:02.500Z"}
    task = {"name": "a", "key": "a", **ended, **times}
    api.on("POST /jobs", Answer(RUNNING, 201))
    api.on(f"GET /jobs/{JOB}/tasks", Answer({"items": [task], "next": None}))
    api.on(f"GET /jobs/{JOB}", Answer({**RUNNING, "state": "failed", "error": "a failed"}))
    follows(api, Answer(stream(a_log("a", "one"), an_end("failed", exit_code=9))))

    result = windlass("run", str(file))

    assert result.exit_code == 9
    assert "a    | one" in result.stdout
    assert "TASK  STATE   ATTEMPTS  TOOK  EXIT  REASON" in result.stdout
    assert "a     failed  2         2.5s  9     exit_code" in result.stdout
