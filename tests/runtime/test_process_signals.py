"""What whoever started the worker ignores, its tasks do not."""

import signal
from collections.abc import Iterator

import pytest

from tests.runtime.lab import Lab, finished


@pytest.fixture
def deaf() -> Iterator[None]:
    """As a shell leaves a program that it puts into the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("deaf")
def test_a_task_hears_the_signals_that_its_worker_ignores(process_lab: Lab) -> None:
    run = process_lab.start("trap 'echo heard; exit 3' INT; kill -INT $$; echo deaf")

    outcome = finished(run)

    assert outcome.out == b"heard\n"
    assert outcome.exit.code == 3
