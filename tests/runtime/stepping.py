"""Orders with steps, and workers that are killed amid them."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

from tests.runtime.lab import Lab
from tests.support import images
from windlass.shared import messages
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container, Step
from windlass.worker.runtimes.base import Adopted, Exit, Run

WORKER = Path(__file__).with_name("worker_in_steps.py")


def step(name: str, run: str, **container: object) -> Step:
    return Step(name=name, container=shell(run, **container))


def shell(run: str, **container: object) -> Container:
    return Container(run=run, image=images.SHELL, pull="never", **container)  # type: ignore[arg-type]  # fields of any type


def begin(lab: Lab, asked: RunAttempt) -> Run:
    lab.runtime.prepare(asked, lambda text, percent: None)
    return lab.runtime.start(asked)


def waited(run: Run) -> Run:
    run.wait()
    return run


def waiting(run: Run) -> Thread:
    thread = Thread(target=run.wait)
    thread.start()
    return thread


def the_only(lab: Lab) -> Adopted:
    (found,) = lab.restarted().adopt()
    return found


def killed_once_it_says(lab: Lab, asked: RunAttempt, mark: bytes) -> None:
    """A worker of the lab's node carries it out, and is killed as soon as ``mark`` is a line of
    its log."""
    lab.runtime.prepare(asked, lambda text, percent: None)
    worker = subprocess.Popen(
        [sys.executable, WORKER, lab.kind, lab.config.node, lab.config.state_dir],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(WORKER.parents[2])},
    )
    with worker:
        assert worker.stdin
        assert worker.stdout
        worker.stdin.write(messages.encode(asked))
        worker.stdin.close()
        assert mark in map(bytes.strip, worker.stdout)
        worker.send_signal(signal.SIGKILL)
    assert worker.returncode == -signal.SIGKILL


def stopped(exit: Exit) -> bool:
    """By SIGKILL, or between two of its containers."""
    return exit.code in {137, 143}
