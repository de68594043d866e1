"""``windlass schedule``."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.stub_api import Answer, StubApi
from tests.unit.cli.conftest import Windlass

ID = "018f6d3c-0000-7000-8000-000000000001"
MADE: dict[str, Any] = {
    "id": ID,
    "name": "nightly",
    "state": "active",
    "cron": "0 3 * * *",
    "last_at": None,
    "next_at": "2026-01-02T03:00:00.000Z",
}
FILE = "name: nightly\nschedule: {cron: '0 3 * * *'}\ntasks:\n  - {name: t, run: 'true'}\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "nightly.yaml"
    path.write_text(FILE)
    return str(path)


def test_only_the_id_of_a_new_one_goes_to_standard_output(
    windlass: Windlass, api: StubApi, file: str
) -> None:
    api.on("POST /schedules", Answer(MADE, 201))

    assert windlass("schedule", "create", file).stdout == f"{ID}\n"
    assert b"0 3 * * *" in api.asked[0].body


def test_what_is_wrong_with_a_file_is_told_with_its_line(
    windlass: Windlass, api: StubApi, file: str
) -> None:
    wrong = {"field": "schedule.cron", "message": "is never due", "line": 2, "column": 19}
    error = {"code": "invalid", "message": "the schedule is not valid", "errors": [wrong]}
    api.on("POST /schedules", Answer({"error": error}, 400))

    result = windlass("schedule", "create", file)

    assert result.exit_code != 0
    assert "nightly.yaml:2" in result.stderr
    assert "is never due" in result.stderr


def test_a_list_tells_when_each_is_due(windlass: Windlass, api: StubApi) -> None:
    api.on("GET /schedules", Answer({"items": [MADE], "count": 1}))

    result = windlass("schedule", "ls")

    assert [word in result.stdout for word in (ID, "nightly", "0 3 * * *", "03:00")] == [True] * 4


def test_one_is_shown_as_it_is(windlass: Windlass, api: StubApi) -> None:
    api.on(f"GET /schedules/{ID}", Answer(MADE))

    assert json.loads(windlass("schedule", "get", ID).stdout) == MADE


@pytest.mark.parametrize(("verb", "said"), [("pause", "paused"), ("resume", "goes on")])
def test_it_is_paused_and_resumed(windlass: Windlass, api: StubApi, verb: str, said: str) -> None:
    api.on(f"POST /schedules/{ID}/{verb}", Answer(MADE))

    assert windlass("schedule", verb, ID).stdout == f"{ID} {said}\n"
    assert json.loads(windlass("schedule", verb, ID, "-o", "json").stdout) == MADE


@pytest.mark.parametrize(("option", "query"), [([], ""), (["--jobs"], "jobs=true")])
def test_it_is_deleted_alone_or_with_its_jobs(
    windlass: Windlass, api: StubApi, option: list[str], query: str
) -> None:
    api.on(f"DELETE /schedules/{ID}", Answer(b"", 204))

    assert windlass("schedule", "delete", ID, *option).stdout == f"{ID} deleted\n"
    assert api.asked[0].path.partition("?")[2] == query


def test_one_that_nobody_knows_is_told_of(windlass: Windlass, api: StubApi) -> None:
    result = windlass("schedule", "pause", ID)

    assert result.exit_code != 0
    assert f"no /schedules/{ID}/pause" in result.stderr
