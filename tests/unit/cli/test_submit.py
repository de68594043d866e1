"""Handing in a job file, and being refused."""

import json
from pathlib import Path

import pytest

from tests.support.stub_api import Answer, StubApi
from tests.unit.cli.conftest import Windlass

FILE = "name: hello\ntasks:\n  - name: a\n    nedds: [b]\n"


@pytest.fixture
def job_file(tmp_path: Path) -> str:
    file = tmp_path / "job.yaml"
    file.write_text(FILE)
    return str(file)


def test_the_id_goes_to_standard_output(windlass: Windlass, api: StubApi, job_file: str) -> None:
    api.on("POST /jobs", Answer({"id": "some-id", "name": "hello"}, 201))

    result = windlass("submit", job_file)

    assert (result.exit_code, result.stdout) == (0, "some-id\n")
    assert api.asked[0].headers["Content-Type"] == "application/yaml"
    assert api.asked[0].body == FILE.encode()


def test_standard_input_is_a_file_too(windlass: Windlass, api: StubApi) -> None:
    api.on("POST /jobs", Answer({"id": "some-id"}, 201))

    windlass("submit", "-", stdin=FILE)

    assert api.asked[0].body == FILE.encode()


def test_an_input_replaces_the_files_own(windlass: Windlass, api: StubApi, tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text("name: hello\ninputs: {who: world, what: x}\ntasks: []\n")
    api.on("POST /jobs", Answer({"id": "some-id"}, 201))

    windlass("submit", str(file), "--input", "who=Ada=1")

    assert json.loads(api.asked[0].body)["inputs"] == {"who": "Ada=1", "what": "x"}


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_key(
    windlass: Windlass, api: StubApi, job_file: str
) -> None:
    api.on("POST /jobs", Answer({"id": "x"}, 201, cut=True), Answer({"id": "some-id"}, 200))

    result = windlass("submit", job_file)

    first, second = api.calls("POST", "/jobs")
    assert result.stdout == "some-id\n"
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


def test_refusals_point_at_their_place_as_a_compiler_does(
    windlass: Windlass, api: StubApi, job_file: str
) -> None:
    flaw = {
        "field": "tasks[0].nedds",
        "message": "is not known",
        "allowed": "needs, name",
        "line": 4,
        "column": 5,
    }
    refusal = {"code": "invalid", "message": "the job cannot be taken", "errors": [flaw]}
    api.on("POST /jobs", Answer({"error": refusal}, 422))

    result = windlass("submit", job_file)

    assert result.exit_code == 6
    assert result.stderr.splitlines() == [
        f"{job_file}:4:5: error: tasks[0].nedds: is not known; allowed: needs, name",
        "    4 |     nedds: [b]",
        "      |     ^",
        f"{job_file}: 1 error",
    ]


def test_validate_shows_all_errors_and_fails(
    windlass: Windlass, api: StubApi, job_file: str
) -> None:
    flaws = [{"field": "tasks", "message": "is empty"}, {"field": "name", "message": "is missing"}]
    api.on("POST /validate", Answer({"valid": False, "errors": flaws, "job": None}))

    result = windlass("validate", job_file)

    assert result.exit_code == 6
    assert "tasks: is empty" in result.stderr
    assert f"{job_file}: 2 errors" in result.stderr


def test_validate_is_content_with_a_valid_file(
    windlass: Windlass, api: StubApi, job_file: str
) -> None:
    api.on("POST /validate", Answer({"valid": True, "errors": [], "job": {}}))

    result = windlass("validate", job_file)

    assert (result.exit_code, result.stdout) == (0, f"{job_file}: valid\n")


def test_a_file_that_is_not_there_is_named(windlass: Windlass) -> None:
    result = windlass("submit", "/no/such/file.yaml")

    assert result.exit_code == 1
    assert "cannot read /no/such/file.yaml: No such file or directory" in result.stderr
