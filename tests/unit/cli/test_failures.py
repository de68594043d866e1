"""Every way to fail has an exit code of its own, and words that help."""

import pytest

from tests.support.stub_api import Answer, StubApi
from tests.unit.cli.conftest import Windlass

JOB = "01939d20-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [
        ("not_found", 404, 4),
        ("conflict", 409, 5),
        ("invalid", 422, 6),
        ("too_large", 413, 6),
        ("unauthorized", 401, 7),
        ("forbidden", 403, 7),
        ("unavailable", 503, 8),
        ("something_new", 500, 1),
    ],
)
def test_a_servers_refusal_becomes_the_exit_code(
    windlass: Windlass, api: StubApi, code: str, status: int, exit_code: int
) -> None:
    error = {"code": code, "message": "the server's words"}
    api.on(f"POST /jobs/{JOB}/cancel", Answer({"error": error}, status))

    result = windlass("cancel", JOB)

    assert result.exit_code == exit_code
    assert "the server's words" in result.stderr
    assert result.stdout == ""


def test_a_server_that_is_not_there_is_told_by_its_address(windlass: Windlass) -> None:
    result = windlass("ps", "--server", "http://127.0.0.1:1")

    assert result.exit_code == 8
    assert "cannot reach http://127.0.0.1:1" in result.stderr


def test_an_address_that_is_none_is_refused_with_an_example(windlass: Windlass) -> None:
    result = windlass("ps", "--server", "localhost:7070")

    assert result.exit_code == 1
    assert "http://host:7070" in result.stderr


def test_a_stranger_that_answers_is_recognised(windlass: Windlass, api: StubApi) -> None:
    api.on("GET /jobs", Answer(b"<html>not found</html>", 404))

    result = windlass("ps")

    assert result.exit_code == 1
    assert "is it a Windlass coordinator?" in result.stderr


def test_wrong_usage_is_two(windlass: Windlass) -> None:
    assert windlass("ps", "--no-such-option").exit_code == 2
    assert windlass("no-such-command").exit_code == 2


def test_the_first_of_several_failures_is_the_commands(windlass: Windlass, api: StubApi) -> None:
    second = JOB.replace("1", "2")
    over = {"error": {"code": "conflict", "message": "it is over"}}
    api.on(f"POST /jobs/{JOB}/cancel", Answer(over, 409))
    api.on(f"POST /jobs/{second}/cancel", Answer({"id": second}, 202))

    result = windlass("cancel", JOB, second)

    assert result.exit_code == 5
    assert result.stdout == f"{second} cancelling\n"
