"""``windlass up``: it stays, it comes back, and it takes everything with it."""

import json
import os
import signal
import socket

import pytest

from tests.e2e.command import Windlass
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.redis]


def test_its_data_survives_a_restart(windlass: Windlass) -> None:
    up = windlass.up("--runtime", "process")
    assert windlass("run", "examples/diamond.yaml").returncode == 0
    id = windlass("ps", "-o", "json").stdout
    assert up.end() == 0

    windlass.up("--runtime", "process")

    assert windlass("ps", "-o", "json").stdout == id
    assert "both sides are done" in windlass("logs", "last").stdout


def test_a_task_that_runs_meanwhile_is_taken_up_again(windlass: Windlass) -> None:
    go = windlass.data / "go"
    file = windlass.data / "job.yaml"
    script = f"echo begun; while [ ! -e {go} ]; do sleep 0.1; done; echo over"
    file.write_text(json.dumps({"name": "long", "tasks": [{"name": "long", "run": script}]}))
    up = windlass.up("--runtime", "process")
    windlass("submit", str(file))
    until(lambda: "begun" in windlass("logs", "last").stdout)
    assert up.end() == 0

    go.touch()
    windlass.up("--runtime", "process")

    assert windlass("wait", "last", "--timeout", "50s").returncode == 0
    job = json.loads(windlass("get", "last", "-o", "json").stdout)
    assert job["tasks"][0]["attempts"] == 1
    log = windlass("logs", "last", "long").stdout
    assert [line for line in log.splitlines() if line in ("begun", "over")] == ["begun", "over"]


@pytest.mark.parametrize("victim", ["postgres -D", "valkey-server", "coordinator", "worker --name"])
def test_a_part_that_dies_is_started_again(windlass: Windlass, victim: str) -> None:
    up = windlass.up("--runtime", "process")
    (pid, *_) = part(windlass, up.process.pid, victim)

    os.kill(pid, signal.SIGKILL)

    up.until("starting it again")
    until(lambda: part(windlass, up.process.pid, victim) not in ([], [pid]), 30)
    until(lambda: windlass("ps").returncode == 0)
    result = windlass("run", "examples/diamond.yaml")
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_part_outlives_it_even_if_it_is_killed(windlass: Windlass) -> None:
    up = windlass.up("--runtime", "process")
    parts = part(windlass, up.process.pid, "")
    assert len(parts) == 4

    up.tell(signal.SIGKILL)

    until(lambda: not any(map(runs, parts)), 30)
    windlass.up("--runtime", "process")
    assert windlass("run", "examples/diamond.yaml").returncode == 0


def test_a_port_that_is_taken_is_told_with_the_way_out(windlass: Windlass) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        result = windlass("up", "--port", port, "--runtime", "process")

    assert result.returncode == 8
    assert f"port {port} is in use: choose another with --port" in result.stderr


def test_a_second_one_in_the_same_place_is_refused(windlass: Windlass) -> None:
    windlass.up("--runtime", "process")

    result = windlass("up", "--port", "0", "--runtime", "process")

    assert result.returncode == 5
    assert "choose another --data" in result.stderr


def test_with_its_first_token_strangers_are_shut_out_and_the_owner_is_not(
    windlass: Windlass,
) -> None:
    windlass.up("--runtime", "process")
    server = json.loads((windlass.data / "stack.json").read_text())["server"]
    assert windlass("ps", "--server", server).returncode == 0

    secret = windlass("token", "create", "ci", "--scope", "read").stdout.strip()

    until(lambda: windlass("ps", "--server", server).returncode == 7)
    assert windlass("ps", "--server", server, "--token", secret).returncode == 0
    assert (
        windlass("submit", "examples/hello.yaml", "--server", server, "--token", secret).returncode
        == 7
    )
    assert windlass("run", "examples/diamond.yaml").returncode == 0
    assert "ci" in windlass("token", "ls").stdout
    assert windlass("token", "revoke", "ci").returncode == 0
    until(lambda: windlass("ps", "--server", server, "--token", secret).returncode == 7)


def part(windlass: Windlass, parent: int, what: str) -> list[int]:
    """Children of ``windlass up`` whose command line has ``what``."""
    with open(f"/proc/{parent}/task/{parent}/children") as file:
        children = [int(word) for word in file.read().split()]
    return [pid for pid in children if what in command_line(pid)]


def command_line(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def runs(pid: int) -> bool:
    return command_line(pid) != ""
