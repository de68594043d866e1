"""``windlass run`` with nothing there: it starts what is missing, and leaves nothing behind."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command import ROOT, Windlass
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.redis]

SLEEPER = """
name: sleeper
tasks:
  - name: sleep
    grace: 1s
    run: |
      echo "asleep"
      exec sleep 300
"""


@pytest.fixture
def sleeper(windlass: Windlass) -> str:
    return a_file(windlass, SLEEPER)


def a_file(windlass: Windlass, text: str) -> str:
    file = windlass.data / "job.yaml"
    file.write_text(text)
    return str(file)


def test_the_failing_tasks_exit_code_is_the_commands(windlass: Windlass) -> None:
    file = a_file(windlass, "name: x\ntasks:\n  - {name: bad, run: 'echo oops; exit 42'}\n")

    result = windlass("run", file, "--runtime", "process")

    assert result.returncode == 42, result.stderr
    assert re.search(r"^bad +\| oops$", result.stdout, re.MULTILINE)
    assert re.search(r"^bad +failed +1 .* 42 ", result.stdout, re.MULTILINE)
    assert windlass.left_running() == []


def test_what_ran_before_is_remembered(windlass: Windlass) -> None:
    file = a_file(windlass, "name: remembered\ntasks:\n  - {name: a, run: 'true'}\n")
    assert windlass("run", file, "--runtime", "process").returncode == 0

    windlass.up("--runtime", "process")

    assert "remembered" in windlass("ps").stdout


def test_a_refused_file_is_told_with_its_place_and_everything_is_stopped(
    windlass: Windlass,
) -> None:
    file = a_file(windlass, "name: x\ntasks:\n  - name: a\n    run: 'true'\n    neds: [b]\n")

    result = windlass("run", file, "--runtime", "process")

    assert result.returncode == 6
    assert f"{file}:5:5: error: tasks[0].neds" in result.stderr
    assert windlass.left_running() == []


def test_a_machine_without_docker_is_told_so_once(windlass: Windlass) -> None:
    windlass.env["DOCKER_HOST"] = f"unix://{windlass.data}/no-docker.sock"

    result = windlass("run", "examples/diamond.yaml")

    assert result.returncode == 0, result.stderr
    assert result.stderr.count("tasks run as plain processes") == 1


def test_the_first_ctrl_c_cancels_the_job_and_sees_it_end(windlass: Windlass, sleeper: str) -> None:
    run = windlass.start("run", sleeper, "--runtime", "process")
    run.until("asleep")

    run.tell(signal.SIGINT)

    assert run.code() == 130
    assert "cancelling" in run.text()
    assert re.search(r"^sleep +cancelled", run.text(), re.MULTILINE)
    assert windlass.left_running() == []


def test_a_run_that_was_killed_leaves_nothing_running(windlass: Windlass, sleeper: str) -> None:
    run = windlass.start("run", sleeper, "--runtime", "process")
    run.until("asleep")

    run.tell(signal.SIGKILL)

    until(lambda: windlass.left_running() == [], 40)
    windlass.up("--runtime", "process")
    assert "cancelled" in windlass("ps").stdout


def test_two_runs_at_once_share_one_stack_which_the_last_one_ends(
    windlass: Windlass, sleeper: str
) -> None:
    first = windlass.start("run", sleeper, "--runtime", "process")
    first.until("asleep")

    second = windlass("run", "examples/diamond.yaml")

    assert second.returncode == 0, second.stderr
    assert len(windlass.pids(lambda line: "postgres -D" in line)) == 1
    first.tell(signal.SIGINT)
    assert first.code() == 130
    assert windlass.left_running() == []


def test_a_stack_with_another_runtime_is_not_taken(windlass: Windlass) -> None:
    windlass.up("--runtime", "process")

    result = windlass("run", "examples/diamond.yaml", "--runtime", "docker")

    assert result.returncode == 5
    assert "choose another directory with --data" in result.stderr


def test_a_stack_that_cannot_come_up_says_why(windlass: Windlass) -> None:
    (windlass.data / "postgres").write_text("in the way")

    result = windlass("run", "examples/diamond.yaml", "--runtime", "process")

    assert result.returncode == 8
    assert "postgres" in result.stderr
    assert windlass.left_running() == []


def test_on_a_terminal_a_status_line_tells_how_far_it_is(windlass: Windlass) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "windlass", "run", "examples/hello.yaml"]
    with subprocess.Popen(
        [*command, "--runtime", "process"],
        env={**windlass.env, "TERM": "xterm-256color"},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(theirs)
        shown = read_all(ours)

    assert process.returncode == 0
    assert "\x1b[2K" in shown
    assert re.search(r"\[2/3\] ", shown)
    assert re.search(r"\x1b\[3\dmenglish \| \x1b\[0mHello, world! \(1 of 3\)", shown)
    assert "TASK" in shown


def read_all(terminal: int) -> str:
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # how a terminal says that its other side is gone
            piece = b""
        if not piece:
            os.close(terminal)
            return shown.decode()
        shown += piece


def test_as_root_below_a_closed_directory_it_works_as_well(windlass: Windlass) -> None:
    closed = windlass.data / "closed"
    closed.mkdir(mode=0o700)

    result = windlass(
        "run", "examples/diamond.yaml", "--runtime", "process", "--data", str(closed / "data")
    )

    assert result.returncode == 0, result.stderr
    place = Path(closed / "data" / "postgres").resolve()
    assert place.is_relative_to("/var/lib/windlass/clusters") == (os.geteuid() == 0)
