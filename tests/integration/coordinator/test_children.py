import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.waiting import until


@pytest.fixture
def family(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-m", "tests.support.family", str(tmp_path)])
    until(lambda: pid_of(tmp_path, "first") and pid_of(tmp_path, "second"))
    yield process
    process.kill()
    process.wait()


def pid_of(directory: Path, name: str) -> int:
    note = directory / name
    return int(note.read_text()) if note.exists() else 0


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def test_a_child_that_died_is_started_again(
    family: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    first, second = pid_of(tmp_path, "first"), pid_of(tmp_path, "second")

    os.kill(first, signal.SIGKILL)

    until(lambda: pid_of(tmp_path, "first") not in {0, first})
    assert pid_of(tmp_path, "second") == second
    assert is_alive(second)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_in_order(
    family: "subprocess.Popen[bytes]", tmp_path: Path, signum: signal.Signals
) -> None:
    family.send_signal(signum)

    assert family.wait(20) == 0
    assert (tmp_path / "ended").read_text() == "first\nsecond\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is needed")
def test_no_child_outlives_a_parent_that_was_killed(
    family: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    pids = [pid_of(tmp_path, name) for name in ("first", "second")]

    family.kill()
    family.wait()

    until(lambda: not any(map(is_alive, pids)))
