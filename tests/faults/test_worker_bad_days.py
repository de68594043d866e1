"""Real workers under the engine's real loops, killed, frozen and starved at the worst moment."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.aftermath import assert_sound, is_settled, left_behind
from tests.support.builders import a_task, submitted
from tests.support.engine import is_completed, the_loops
from tests.support.rows import attempts_of
from tests.support.waiting import until
from tests.support.workers import Workers, workers
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId
from windlass.worker.runtimes import load
from windlass.worker.runtimes.base import RuntimeBroken, RuntimeConfig

__all__ = ["workers"]
pytestmark = [pytest.mark.postgres, pytest.mark.redis]

LEASE = "3s"
DOOMED = "tests.support.doomed_worker"


@pytest.fixture(autouse=True)
def loops(database_url: str, redis_url: str) -> Iterator[None]:
    with the_loops(database_url, redis_url, lease=timedelta(seconds=3)):
        yield


class Gate:
    """A task that goes on when the test says so, and leaves a line for each start and end."""

    def __init__(self, directory: Path) -> None:
        self._notes, self._go = directory / "notes", directory / "go"
        self.script = (
            f"echo started >> {self._notes}; while ! test -e {self._go}; do sleep 0.05; done;"
            f" echo ended >> {self._notes}"
        )

    def open(self) -> None:
        self._go.touch()

    def count(self, word: str) -> int:
        notes = self._notes.read_text().split() if self._notes.exists() else []
        return notes.count(word)


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


def assert_all_is_well(db: Database, job: JobId, state_dir: Path) -> None:
    until(lambda: is_completed(db, job), timeout=30)
    until(lambda: is_settled(db, job), timeout=30)
    until(lambda: not left_behind(state_dir))
    assert_sound(db, job)


def ends(db: Database, job: JobId) -> list[str]:
    return [attempt["state"] for attempt in attempts_of(db, job)]


KILLED = {
    "before claim": ["completed"],
    "after claim": ["lost", "completed"],
    "before report": ["completed"],
}


@pytest.mark.parametrize("doom", KILLED)
def test_a_worker_killed_on_the_way_costs_no_job(
    db: Database, workers: Workers, gate: Gate, tmp_path: Path, doom: str
) -> None:
    gate.open()
    doomed = workers(module=DOOMED, doom=doom, lease=LEASE).start()
    job = submitted(db, a_task(run=gate.script))
    assert doomed.ended() == -signal.SIGKILL

    workers(lease=LEASE).start()

    assert_all_is_well(db, job, tmp_path / "state")
    assert ends(db, job) == KILLED[doom]
    assert (gate.count("started"), gate.count("ended")) == (1, 1)


def test_a_worker_that_slept_past_its_lease_finds_its_work_done_by_another(
    db: Database, workers: Workers, gate: Gate, tmp_path: Path
) -> None:
    sleeper = workers(lease=LEASE).start()
    job = submitted(db, a_task(run=gate.script, grace=1.0))
    until(lambda: gate.count("started") == 1)
    workers(lease=LEASE, node="node-2").start()

    sleeper.signal(signal.SIGSTOP)
    until(lambda: gate.count("started") == 2, timeout=30)
    sleeper.signal(signal.SIGCONT)
    until(lambda: len(left_behind(tmp_path / "state")) == 1)
    gate.open()

    assert_all_is_well(db, job, tmp_path / "state")
    assert ends(db, job) == ["lost", "completed"]
    assert gate.count("ended") == 1
    assert [a["node"] for a in attempts_of(db, job)] == ["node-1", "node-2"]


def test_a_workers_clock_decides_nothing(
    db: Database, workers: Workers, gate: Gate, tmp_path: Path
) -> None:
    worker = workers(module=DOOMED, doom="clock", lease=LEASE).start()
    job = submitted(db, a_task(run=gate.script, timeout=60.0))
    until(lambda: gate.count("started") == 1)
    worker.kill()
    worker.start()
    until(lambda: bool(attempts_of(db, job)[0]["deadline"]))
    gate.open()

    assert_all_is_well(db, job, tmp_path / "state")
    assert ends(db, job) == ["completed"]
    assert gate.count("started") == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "state"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(directory: Path) -> Path:
    ballast = directory / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return ballast


def test_a_full_disk_costs_no_job(
    small_disk: Path, db: Database, workers: Workers, gate: Gate, tmp_path: Path
) -> None:
    gate.open()
    workers(lease=LEASE).start()
    first = submitted(db, a_task(run=gate.script))
    assert_all_is_well(db, first, small_disk)

    ballast = fill(small_disk)
    second = submitted(db, a_task(run=gate.script))
    until(lambda: "lost" in ends(db, second) or "failed" in ends(db, second), timeout=30)
    with closing(load("process", RuntimeConfig(node="other", state_dir=small_disk))) as runtime:
        with pytest.raises(RuntimeBroken):
            runtime.check()  # so nothing more is taken, and the task is not lost to death
        ballast.unlink()
        runtime.check()

    assert_all_is_well(db, second, small_disk)
    assert gate.count("ended") == 2
