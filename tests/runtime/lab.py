"""A runtime under test, and what tests need around it."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker
import pytest
from docker.errors import DockerException

from tests.support import images
from tests.support.services import missing
from windlass.shared.ids import new_attempt_id
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container
from windlass.worker.runtimes import load
from windlass.worker.runtimes.base import Exit, Run, Runtime, RuntimeConfig, Unrunnable


@dataclass
class Outcome:
    """All there is to know about a run that has ended."""

    exit: Exit
    out: bytes
    err: bytes
    sys: bytes


@dataclass
class Lab:
    kind: str
    config: RuntimeConfig
    runtimes: list[Runtime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restarted()

    @property
    def runtime(self) -> Runtime:
        return self.runtimes[0]

    def restarted(self, **changes: object) -> Runtime:
        """The same node's runtime in a new worker."""
        runtime = load(self.kind, RuntimeConfig(**{**vars(self.config), **changes}))
        self.runtimes.append(runtime)
        return runtime

    def start(self, run: str | None = None, **container: object) -> Run:
        asked = order(run, **container)
        self.runtime.prepare(asked, lambda text, percent: None)
        return self.runtime.start(asked)

    def outcome(self, run: str | None = None, **container: object) -> Outcome:
        return finished(self.start(run, **container))

    def close(self) -> None:
        self.runtime.sweep(set())
        for runtime in self.runtimes:
            runtime.close()


def order(run: str | None = None, **container: object) -> RunAttempt:
    container.setdefault("image", images.SHELL)
    container.setdefault("pull", "never")
    return RunAttempt(
        attempt_id=new_attempt_id(),
        task_id=uuid4(),
        job_id=uuid4(),
        number=1,
        job_name="job",
        task_name="task",
        queue="default",
        container=Container(run=run, **container),  # type: ignore[arg-type]  # fields of any type
    )


def finished(run: Run) -> Outcome:
    """Reads all and waits; the run is not removed."""
    streams: dict[str, bytearray] = {"out": bytearray(), "err": bytearray(), "sys": bytearray()}
    for stream, data in run.output():
        streams[stream] += data
    return Outcome(run.wait(), *(bytes(streams[name]) for name in ("out", "err", "sys")))


def read_until(run: Run, mark: bytes) -> bytes:
    """The beginning of its output, as soon as ``mark`` is in it."""
    seen = b""
    for _, data in run.output():
        seen += data
        if mark in seen:
            return seen
    raise AssertionError(f"it ended without {mark!r}: {seen[-500:]!r}")


def processes_with(mark: str) -> list[int]:
    """Pids on this machine, those in containers included, with ``mark`` in their command line."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if mark in _command(entry)]


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def runs(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def refusal(lab: Lab, **container: object) -> Unrunnable:
    """Why it cannot run; nothing of it is left."""
    with pytest.raises(Unrunnable) as caught:
        lab.outcome("true", **container)
    assert lab.runtime.adopt() == []
    return caught.value


def the_container(api: docker.APIClient, lab: Lab) -> dict[str, Any]:
    """The only one of the lab's node, as the daemon describes it."""
    (found,) = api.containers(all=True, filters={"label": [f"windlass.node={lab.config.node}"]})
    return dict(api.inspect_container(found["Id"]))


def in_parallel(*calls: Callable[[], object]) -> None:
    """All at once; returns when all have returned, and raises what one of them raised."""
    failures: list[BaseException] = []

    def guarded(call: Callable[[], object]) -> None:
        try:
            call()
        except BaseException as problem:
            failures.append(problem)

    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def docker_client() -> docker.APIClient:
    try:
        client = docker.APIClient(version="auto")
    except DockerException as problem:
        missing(f"Docker: {problem}")
        raise
    return client


def only_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
