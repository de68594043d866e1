"""Files into and out of containers: by our own disk where the daemon reads it, else through it."""

from pathlib import Path

import docker
import pytest

from tests.runtime.lab import Lab, finished, order, the_container
from tests.support import images
from windlass.shared.ids import new_attempt_id
from windlass.shared.spec import Container
from windlass.worker.runtimes.base import Exit
from windlass.worker.runtimes.docker import control

pytestmark = pytest.mark.docker


@pytest.fixture(params=["disk", "daemon"])
def lab(request: pytest.FixtureRequest, docker_lab: Lab) -> Lab:
    if request.param == "daemon":
        docker_lab.runtime.inner._control._usable = False  # type: ignore[attr-defined]  # as if it had found out
    return docker_lab


def test_script_files_and_result_find_their_way(lab: Lab) -> None:
    run = lab.start(
        'cat deep/er/note; ./tool; echo 40 > "$WINDLASS_PROGRESS"; echo done > "$WINDLASS_OUTPUT"',
        files={"deep/er/note": "noted\n", "tool": "#!/bin/sh\necho works\n"},
    )

    assert finished(run).out == b"noted\nworks\n"
    assert (run.result(), run.progress()) == (b"done\n", b"40\n")


def test_whoever_the_task_runs_as_may_write_there(lab: Lab) -> None:
    run = lab.start(
        'echo mine > made; echo done > "$WINDLASS_OUTPUT"', user="1000", files={"a": ""}
    )

    assert finished(run).exit == Exit(0)
    assert run.result() == b"done\n"


def test_files_may_belong_elsewhere(lab: Lab) -> None:
    outcome = lab.outcome(
        "cat /place/of/its/own/note", workdir="/place/of/its/own", files={"note": "here"}
    )

    assert outcome.out == b"here"


def test_no_name_leads_out_of_the_directory(lab: Lab) -> None:
    outcome = lab.outcome("cat note", workdir="/windlass/../elsewhere", files={"note": "here"})

    assert outcome.out == b"here"
    assert not list(lab.config.state_dir.rglob("elsewhere"))


def test_nothing_is_left_on_the_disk(lab: Lab) -> None:
    run = lab.start("mkdir -p work/deep; echo x > work/deep/file", workdir="/windlass")
    finished(run)
    run.remove()

    assert not list(lab.config.state_dir.rglob("deep"))


def test_a_worker_with_another_disk_meets_the_run_of_the_first(
    docker_lab: Lab, docker_api: docker.APIClient, tmp_path: Path
) -> None:
    asked = order("sleep 0.3; echo once; exit 3")
    first = docker_lab.runtime.start(asked)
    second = docker_lab.restarted(state_dir=tmp_path).start(asked)

    assert the_container(docker_api, docker_lab)["Name"] == f"/windlass-{asked.attempt_id}"
    assert first.wait() == second.wait() == Exit(3)
    assert finished(second).out == b"once\n"


def test_a_disk_that_the_daemon_does_not_read_is_not_used(
    docker_api: docker.APIClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(directory: Path) -> docker.types.Mount:
        return docker.types.Mount("/windlass", f"/nowhere{directory}", type="bind")

    monkeypatch.setattr(control, "mount", elsewhere)
    directories = control.ControlDirectories("node", tmp_path)

    assert not directories.make(docker_api, new_attempt_id(), images.SHELL, Container())
    assert not list(tmp_path.iterdir())


def test_where_no_container_can_be_made_to_prove_it_files_go_another_way(
    docker_api: docker.APIClient, tmp_path: Path
) -> None:
    directories = control.ControlDirectories("node", tmp_path)

    assert not directories.make(docker_api, new_attempt_id(), "windlass-test/absent:1", Container())
