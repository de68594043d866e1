"""The Daggy door on a stack that runs: real commands, and the web page's own way to ask."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.conformance.daggy.client import EXAMPLE
from tests.e2e.conftest import serving
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture(scope="module")
def url(directories: Path) -> Iterator[str]:
    with serving(directories, "daggy") as address:
        yield address


def test_the_session_of_the_seed(url: str) -> None:
    example: dict[str, Any] = json.loads(json.dumps(EXAMPLE))
    example["tasks"]["simple"]["job"]["command"] = ["echo", "Echoing {{JOBNO}}"]

    assert get(url, "/ready") == {"msg": "Ya like DAGs?"}
    assert post(url, "/v1/dagrun/validate", example) == {"valid": True}
    assert post(url, "/v1/dagrun", example) == {"runID": 0}
    until(lambda: state(url, 0) == "COMPLETED", timeout=60)

    run = get(url, "/v1/dagrun/0")
    assert run["taskAttempts"]["simple_1"][0]["outputLog"] == "Echoing 2\n"
    assert run["taskAttempts"]["simple_1"][0]["rc"] == 0
    (summary,) = get(url, "/v1/dagruns?all=1")
    assert (summary["tag"], summary["taskCounts"]) == ("mediumtest", {"COMPLETED": 2})


def test_the_web_page_says_patch_in_lower_case(url: str) -> None:
    run = submitted(url, "sh", "-c", "exit 3")
    until(lambda: state(url, run) == "ERRORED", timeout=60)

    place = urlsplit(url)
    with socket.create_connection((str(place.hostname), place.port or 80), timeout=30) as link:
        request = f"patch /v1/dagrun/{run}/state/QUEUED HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n"
        link.sendall(request.encode())
        answer = link.recv(1 << 16)

    assert answer.startswith(b"HTTP/1.1 200 ")
    until(lambda: len(attempts(url, run)) == 2 and state(url, run) == "ERRORED", timeout=60)
    assert [each["rc"] for each in attempts(url, run)] == [3, 3]


def test_a_killed_command_ends_with_its_whole_tree_and_keeps_what_it_wrote(url: str) -> None:
    run = submitted(url, "sh", "-c", "echo begun; sleep 600 & wait")
    until(lambda: "begun" in str(attempts(url, run)), timeout=60)

    assert requests.delete(f"{url}/v1/dagrun/{run}/task/t", timeout=30).status_code == 200
    until(lambda: state(url, run) == "KILLED", timeout=60)

    (attempt,) = attempts(url, run)
    assert (attempt["rc"], attempt["outputLog"]) == (-9, "begun\n")


def test_stdin_is_empty_and_streams_are_apart(url: str) -> None:
    run = submitted(url, "sh", "-c", "cat; echo out; echo err >&2")
    until(lambda: state(url, run) == "COMPLETED", timeout=60)

    (attempt,) = attempts(url, run)
    assert (attempt["outputLog"], attempt["errorLog"]) == ("out\n", "err\n")


def test_a_generator_adds_its_tasks(url: str) -> None:
    made = json.dumps({"made": {"job": {"command": ["echo", "made"]}}})
    tasks = {
        "gen": {"isGenerator": True, "job": {"command": ["echo", made]}, "children": ["last"]},
        "last": {"job": {"command": ["echo", "last"]}},
    }
    run = post(url, "/v1/dagrun", {"tag": "gen", "tasks": tasks})["runID"]
    until(lambda: state(url, run) == "COMPLETED", timeout=60)

    shown = get(url, f"/v1/dagrun/{run}")
    ends = {name: tried[0] for name, tried in shown["taskAttempts"].items()}
    assert ends["made"]["outputLog"] == "made\n"
    assert int(ends["made"]["stopTime"]) <= int(ends["last"]["startTime"])


def test_ten_megabytes_of_output_are_kept_whole_and_shown_from_their_end(url: str) -> None:
    run = submitted(url, "sh", "-c", "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo end")
    until(lambda: state(url, run) == "COMPLETED", timeout=60)

    until(lambda: attempts(url, run)[0]["outputLog"].endswith("x\nend\n"), timeout=60)
    (attempt,) = attempts(url, run)
    assert len(attempt["outputLog"]) < 1 << 20
    assert "10000005 bytes were written" in attempt["executorLog"]


def submitted(url: str, *command: str) -> int:
    tasks = {"t": {"job": {"command": list(command)}}}
    run: int = post(url, "/v1/dagrun", {"tag": "e2e", "tasks": tasks})["runID"]
    return run


def attempts(url: str, run: int) -> Any:
    return get(url, f"/v1/dagrun/{run}")["taskAttempts"]["t"]


def state(url: str, run: int) -> str:
    return str(get(url, f"/v1/dagrun/{run}/state")["state"])


def get(url: str, path: str) -> Any:
    return requests.get(f"{url}{path}", timeout=30).json()


def post(url: str, path: str, document: Any) -> Any:
    """As curl does, which calls it a form."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(f"{url}{path}", data=json.dumps(document), headers=kind, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()
