"""Which program a container runs, and as whom."""

import pytest

from tests.runtime.lab import Lab, finished, refusal
from tests.support import images
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Exit

pytestmark = pytest.mark.docker


@pytest.fixture
def lab(docker_lab: Lab) -> Lab:
    return docker_lab


def test_an_image_without_a_shell_runs_a_command(lab: Lab) -> None:
    outcome = lab.outcome(image=images.BARE, cmd=("/echo", "no shell here"))

    assert (outcome.exit, outcome.out) == (Exit(0), b"no shell here\n")


def test_an_image_without_a_shell_cannot_run_a_script(lab: Lab) -> None:
    exit = lab.outcome("echo hi", image=images.BARE).exit

    assert exit.code == 127
    assert exit.fault is not None
    assert exit.fault.startswith("the image has no usable `sh` for the run script")


def test_an_image_without_a_shell_can_be_stopped(lab: Lab) -> None:
    run = lab.start(image=images.BARE, cmd=("/sleep", "60"))

    run.stop(grace=30)

    assert run.wait() == Exit(143)


def test_the_images_own_command_runs_when_nothing_else_is_asked_for(lab: Lab) -> None:
    assert lab.outcome(image=images.ENTRY).out == b"entry default\n"


def test_a_command_keeps_the_images_own_entrypoint(lab: Lab) -> None:
    assert lab.outcome(image=images.ENTRY, cmd=("mine",)).out == b"entry mine\n"


def test_a_script_does_without_the_images_own_entrypoint(lab: Lab) -> None:
    assert lab.outcome("echo script", image=images.ENTRY).out == b"script\n"


def test_the_working_directory_is_the_images_own_unless_there_are_files(lab: Lab) -> None:
    assert lab.outcome("pwd").out == b"/\n"


@pytest.mark.parametrize("user", ["worker", "1000", "1000:1000", "4242"])
def test_every_user_can_write_results_and_read_files(lab: Lab, user: str) -> None:
    run = lab.start(
        '''id -u; cat a; echo new > b
        echo result > "$WINDLASS_OUTPUT"; echo 5 > "$WINDLASS_PROGRESS"''',
        user=user,
        files={"a": "content\n"},
    )

    outcome = finished(run)

    assert outcome.out == b"%d\ncontent\n" % (4242 if user == "4242" else 1000)
    assert (run.result(), run.progress()) == (b"result\n", b"5\n")


def test_an_unknown_user_cannot_be_set_up(lab: Lab) -> None:
    assert refusal(lab, user="no-such-user").reason == Reason.SETUP


def test_a_working_directory_that_is_a_file_cannot_be_set_up(lab: Lab) -> None:
    assert refusal(lab, workdir="/etc/passwd").reason == Reason.SETUP
