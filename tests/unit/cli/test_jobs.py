"""The commands about jobs that are there already."""

import json
from typing import Any

import pytest

from tests.support.stub_api import Answer, StubApi
from tests.unit.cli.conftest import Windlass

FIRST = "01939d20-0000-7000-8000-00000000aaaa"
SECOND = "01939d20-0000-7000-8000-00000000bbbb"


def a_job(id: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": "hello",
        "state": "completed",
        "total": 2,
        "ended": 2,
        "failed": 0,
        "door": "native",
        "created_at": "2026-01-01T00:00:00.000Z",
        "started_at": "2026-01-01T00:00:00.000Z",
        "ended_at": "2026-01-01T00:01:30.000Z",
        **more,
    }


def test_ps_lists_in_plain_columns_in_a_pipe(windlass: Windlass, api: StubApi) -> None:
    api.on("GET /jobs", Answer({"items": [a_job(FIRST)], "next": None}))

    header, row = windlass("ps").stdout.splitlines()

    assert header.split() == ["ID", "NAME", "STATE", "TASKS", "CREATED", "TOOK", "DOOR"]
    assert row.split()[:4] == [FIRST, "hello", "completed", "2/2"]
    assert "1m30s" in row


def test_ps_asks_for_further_pages_only_as_it_needs_them(windlass: Windlass, api: StubApi) -> None:
    page = {"items": [a_job(FIRST), a_job(SECOND)], "next": "there is more"}
    api.on("GET /jobs", Answer(page))

    result = windlass("ps", "-n", "3", "-o", "json", "--state", "failed", "--state", "running")

    asked = [each.path.partition("?")[2] for each in api.asked]
    assert len(json.loads(result.stdout)) == 3
    assert asked[0] == "limit=3&state=failed&state=running"
    assert asked[1].endswith("cursor=there+is+more")
    assert len(asked) == 2


@pytest.mark.parametrize("word", [SECOND, "bbbb", "last"])
def test_a_job_may_be_named_by_the_end_of_its_id(
    windlass: Windlass, api: StubApi, word: str
) -> None:
    api.on("GET /jobs", Answer({"items": [a_job(SECOND), a_job(FIRST)], "next": None}))
    api.on(f"POST /jobs/{SECOND}/restart", Answer(a_job(SECOND), 202))

    assert windlass("restart", word).stdout == f"{SECOND} restarted\n"


def test_a_word_that_fits_two_jobs_is_refused(windlass: Windlass, api: StubApi) -> None:
    api.on("GET /jobs", Answer({"items": [a_job(SECOND), a_job(FIRST)], "next": None}))

    result = windlass("restart", "01939d20")

    assert result.exit_code == 2
    assert "write more of the id" in result.stderr


def test_get_tells_where_to_look_first(windlass: Windlass, api: StubApi) -> None:
    why = {"task": "a", "reason": "exit_code", "error": "exit code 3", "last_lines": ["oh no"]}
    api.on(
        f"GET /jobs/{FIRST}", Answer(a_job(FIRST, state="failed", reason="task_failed", why=why))
    )
    api.on(f"GET /jobs/{FIRST}/tasks", Answer({"items": [], "next": None}))

    result = windlass("get", FIRST)

    assert "first error: a: exit code 3\n             | oh no\n" in result.stdout


def test_wait_ends_with_the_first_job_that_did_not_complete(
    windlass: Windlass, api: StubApi
) -> None:
    running, failed = a_job(FIRST, state="running"), a_job(FIRST, state="failed")
    failed["why"] = {"exit_code": 42}
    api.on(f"GET /jobs/{FIRST}", Answer(running), Answer(running), Answer(failed))
    api.on(f"GET /jobs/{SECOND}", Answer(a_job(SECOND)))

    result = windlass("wait", SECOND, FIRST)

    assert result.exit_code == 42
    assert result.stdout == f"{SECOND} completed\n{FIRST} failed\n"


def test_wait_gives_up_in_time(windlass: Windlass, api: StubApi) -> None:
    api.on(f"GET /jobs/{FIRST}", Answer(a_job(FIRST, state="running")))

    result = windlass("wait", FIRST, "--timeout", "50ms")

    assert result.exit_code == 124
    assert "is still running" in result.stderr


def test_delete_asks_first(windlass: Windlass, api: StubApi) -> None:
    api.on(f"DELETE /jobs/{FIRST}", Answer(b"", 204))

    assert windlass("delete", FIRST, stdin="n\n").exit_code == 1
    assert api.asked == []

    assert windlass("delete", FIRST, "--yes").stdout == f"{FIRST} deleted\n"


def test_rerun_finds_the_task_by_its_name(windlass: Windlass, api: StubApi) -> None:
    tasks = [{"id": "1", "name": "build", "key": "build"}, {"id": "2", "name": "b", "key": "b"}]
    api.on(f"GET /jobs/{FIRST}/tasks", Answer({"items": tasks, "next": None}))
    api.on("POST /tasks/2/rerun", Answer(a_job(FIRST), 202))

    assert windlass("rerun", FIRST, "b").exit_code == 0
    assert windlass("rerun", FIRST, "c").exit_code == 4


def test_a_log_is_printed_byte_for_byte(windlass: Windlass, api: StubApi) -> None:
    api.on(f"GET /jobs/{FIRST}/log", Answer(b"a | \x00\xff\n"))

    assert windlass("logs", FIRST).stdout_bytes == b"a | \x00\xff\n"


def test_a_log_as_json_is_a_line_for_each_line(windlass: Windlass, api: StubApi) -> None:
    api.on(f"GET /jobs/{FIRST}/log", Answer(b"a | one | two\nb | \xff\na | \na | end"))

    result = windlass("logs", FIRST, "-o", "json")

    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"task": "a", "line": "one | two"},
        {"task": "b", "line": "\ufffd"},
        {"task": "a", "line": ""},
        {"task": "a", "line": "end"},
    ]


def test_one_tasks_log_as_json_bears_its_name(windlass: Windlass, api: StubApi) -> None:
    tasks = [{"id": "1", "name": "build", "key": "build"}]
    api.on(f"GET /jobs/{FIRST}/tasks", Answer({"items": tasks, "next": None}))
    api.on("GET /tasks/1/attempts", Answer({"items": [{"id": "x", "number": 1}]}))
    api.on("GET /attempts/x/log/download", Answer(b"a | b\n"))

    result = windlass("logs", FIRST, "build", "-o", "json")

    assert json.loads(result.stdout) == {"task": "build", "line": "a | b"}


def test_the_newest_attempt_is_meant_unless_another_is_named(
    windlass: Windlass, api: StubApi
) -> None:
    tasks = [{"id": "1", "name": "build", "key": "build"}]
    api.on(f"GET /jobs/{FIRST}/tasks", Answer({"items": tasks, "next": None}))
    attempts = [{"id": "x", "number": 1}, {"id": "y", "number": 2}]
    api.on("GET /tasks/1/attempts", Answer({"items": attempts}))
    api.on("GET /attempts/x/log", Answer(b"first"))
    api.on("GET /attempts/y/log/download", Answer(b"second"))

    assert windlass("logs", FIRST, "build").stdout == "second"
    assert windlass("logs", FIRST, "build", "--attempt", "1", "--tail", "5").stdout == "first"
    assert api.asked[-1].path.endswith("/attempts/x/log?tail=5")
    assert windlass("logs", FIRST, "build", "--attempt", "3").exit_code == 4
    assert windlass("logs", FIRST, "--tail", "5").exit_code == 2
