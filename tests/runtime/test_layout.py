"""Another layout than our own, as a door may ask for."""

import pytest

from tests.runtime.lab import Lab
from windlass.shared.spec import Layout, Mount
from windlass.worker.runtimes.base import Unrunnable

OTHER = Layout(  # noqa: S604 - words of a task, which is started in a container
    root="/other",
    script="entrypoint",
    output="stdout",
    work="workdir",
    output_variable="OTHER_OUTPUT",
    progress_variable="OTHER_PROGRESS",
    work_variable="WORKDIR",
    introduced=False,
    script_mode=0o555,
    file_mode=0o444,
    shell=("sh", "-c"),
    cmd_first=True,
)


@pytest.mark.docker
def test_a_container_finds_everything_where_its_layout_says(docker_lab: Lab) -> None:
    run = docker_lab.start(
        "echo $OTHER_OUTPUT $OTHER_PROGRESS; pwd; cat a; stat -c %a a /other/entrypoint; "
        "env | grep -c WINDLASS; echo 7 > /other/progress; echo result > /other/stdout",
        files={"a": "content\n"},
        layout=OTHER,
    )

    assert run.wait().code == 0
    out = b"".join(data for _, data in run.output())
    assert out == b"/other/stdout /other/progress\n/other/workdir\ncontent\n444\n555\n0\n"
    assert (run.result(), run.progress()) == (b"result\n", b"7\n")


def test_a_command_may_go_before_a_script(lab: Lab) -> None:
    outcome = lab.outcome(
        "echo script", cmd=("echo command",), layout=OTHER, entrypoint=("sh", "-c")
    )

    assert outcome.out == b"command\n"


def test_a_process_is_told_where_it_works(process_lab: Lab) -> None:
    outcome = process_lab.outcome(
        '[ "$WORKDIR" = "$PWD" ] && cat a', files={"a": "x"}, layout=OTHER
    )

    assert outcome.out == b"x"


@pytest.mark.docker
def test_nothing_is_mounted_over_the_layout(docker_lab: Lab) -> None:
    with pytest.raises(Unrunnable, match="nothing can be mounted at /other/x"):
        docker_lab.outcome("true", layout=OTHER, mounts=(Mount(kind="volume", target="/other/x"),))
