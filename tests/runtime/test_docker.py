"""What only containers can do, and what they must not be able to do."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker
import pytest

from tests.runtime.lab import Lab, finished, order, read_until
from tests.support import images
from tests.support.waiting import until
from windlass.shared.spec import Limits, Mount
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Exit, Unrunnable

pytestmark = pytest.mark.docker

MEGABYTE = 1 << 20


@pytest.fixture
def lab(docker_lab: Lab) -> Lab:
    return docker_lab


def refusal(lab: Lab, **container: object) -> Unrunnable:
    with pytest.raises(Unrunnable) as caught:
        lab.outcome("true", **container)
    assert lab.runtime.adopt() == []
    return caught.value


# Hardening


def test_a_container_has_no_privileges(lab: Lab) -> None:
    status = lab.outcome("cat /proc/self/status").out.decode()

    for line in ("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"):
        assert line in status
    assert "Seccomp:\t2" in status


def test_a_container_may_have_only_so_many_processes(
    docker_api: docker.APIClient, lab: Lab
) -> None:
    lab.start("sleep 60")

    assert the_container(docker_api, lab)["HostConfig"]["PidsLimit"] == lab.config.pids


def test_tmp_is_a_file_system_of_limited_size(lab: Lab) -> None:
    limited = lab.restarted(tmp_size=2 * MEGABYTE)
    run = limited.start(order("head -c 3000000 /dev/zero > /tmp/big; stat -c %a /tmp"))

    outcome = finished(run)

    assert b"No space left" in outcome.err
    assert outcome.out == b"1777\n"


def test_metadata_addresses_lead_nowhere(lab: Lab) -> None:
    routes = lab.outcome("for ip in 169.254.169.254 169.254.170.2; do ip route get $ip; done").out

    assert routes.count(b"dev lo") == 2


def test_all_link_local_addresses_stay_on_the_containers_own_wire(lab: Lab) -> None:
    assert b" via " not in lab.outcome("ip route get 169.254.1.1").out


def test_a_container_reaches_the_world_but_not_its_neighbours(
    docker_api: docker.APIClient, lab: Lab
) -> None:
    read_until(lab.start("echo up; nc -l -p 8080 -e echo secret"), b"up")
    address = next(iter(the_container(docker_api, lab)["NetworkSettings"]["Networks"].values()))[
        "IPAddress"
    ]

    outcome = lab.outcome(f"ip route get 1.1.1.1; nc -w 1 {address} 8080")

    assert b" via " in outcome.out
    assert b"secret" not in outcome.out


def test_labels_say_whose_it_is_and_hold_no_secrets(docker_api: docker.APIClient, lab: Lab) -> None:
    asked = order("true # hunter2", env={"TOKEN": "hunter2"}, files={"a": "hunter2"})
    lab.runtime.start(asked)

    labels = the_container(docker_api, lab)["Config"]["Labels"]

    assert labels["windlass.attempt"] == str(asked.attempt_id)
    assert labels["windlass.task"] == str(asked.task_id)
    assert labels["windlass.job"] == str(asked.job_id)
    assert labels["windlass.node"] == lab.config.node
    assert "hunter2" not in str(labels)


# Limits


def test_out_of_memory_is_told(lab: Lab) -> None:
    exit = lab.outcome("tail /dev/zero", limits=Limits(memory=16 * MEGABYTE)).exit

    assert exit == Exit(137, oom=True)


def test_out_of_memory_of_a_child_is_told(lab: Lab) -> None:
    exit = lab.outcome("(tail /dev/zero); exit $?", limits=Limits(memory=16 * MEGABYTE)).exit

    assert exit == Exit(137, oom=True)


def test_being_killed_is_not_being_out_of_memory(lab: Lab) -> None:
    exit = lab.outcome("kill -9 $$", limits=Limits(memory=16 * MEGABYTE)).exit

    assert exit == Exit(137, oom=False)


def test_limits_are_passed_on(docker_api: docker.APIClient, lab: Lab) -> None:
    lab.start("sleep 60", limits=Limits(cpus=0.5, memory=32 * MEGABYTE), shm=MEGABYTE)

    host = the_container(docker_api, lab)["HostConfig"]

    assert host["NanoCpus"] == 500_000_000
    assert host["Memory"] == host["MemorySwap"] == 32 * MEGABYTE
    assert host["ShmSize"] == MEGABYTE


@pytest.mark.parametrize("limits", [Limits(cpus=0.001), Limits(cpus=9999), Limits(memory=1000)])
def test_absurd_limits_are_rejected(lab: Lab, limits: Limits) -> None:
    assert refusal(lab, limits=limits).reason == Reason.REJECTED


@pytest.mark.parametrize("gpus", ["0", "-1", "some", "1.5"])
def test_a_number_of_gpus_must_be_one(lab: Lab, gpus: str) -> None:
    assert refusal(lab, gpus=gpus).reason == Reason.REJECTED


def test_a_log_over_its_limit_ends_the_run_and_is_kept(lab: Lab) -> None:
    limited = lab.restarted(log_limit=300_000)
    run = limited.start(order("yes; sleep 60"))

    outcome = finished(run)

    assert outcome.exit.code == 137
    assert outcome.sys == b"stopped: its log is over 300000 bytes\n"
    assert len(outcome.out) >= 299_000
    assert set(outcome.out.split(b"\n")) <= {b"y", b""}


# Images and commands


def test_an_image_without_a_shell_runs_a_command(lab: Lab) -> None:
    outcome = lab.outcome(image=images.BARE, cmd=("/echo", "no shell here"))

    assert (outcome.exit, outcome.out) == (Exit(0), b"no shell here\n")


def test_an_image_without_a_shell_cannot_run_a_script(lab: Lab) -> None:
    exit = lab.outcome("echo hi", image=images.BARE).exit

    assert exit.code == 127
    assert exit.fault is not None
    assert exit.fault.startswith("the image has no usable `sh` for the run script")


def test_an_image_without_a_shell_can_be_stopped(lab: Lab) -> None:
    run = lab.start(image=images.BARE, entrypoint=("/echo",), cmd=("done",))
    run.wait()

    run.stop(grace=1)

    assert run.wait() == Exit(0)


def test_the_images_own_command_runs_when_nothing_else_is_asked_for(lab: Lab) -> None:
    assert lab.outcome(image=images.ENTRY).out == b"entry default\n"


def test_a_command_keeps_the_images_own_entrypoint(lab: Lab) -> None:
    assert lab.outcome(image=images.ENTRY, cmd=("mine",)).out == b"entry mine\n"


def test_a_script_does_without_the_images_own_entrypoint(lab: Lab) -> None:
    assert lab.outcome("echo script", image=images.ENTRY).out == b"script\n"


def test_the_working_directory_is_the_images_own_unless_there_are_files(lab: Lab) -> None:
    assert lab.outcome("pwd").out == b"/\n"


# Users


@pytest.mark.parametrize("user", ["worker", "1000", "1000:1000", "4242"])
def test_every_user_can_write_results_and_read_files(lab: Lab, user: str) -> None:
    run = lab.start(
        'id -u; cat a; echo new > b; echo result > "$WINDLASS_OUTPUT"; echo 5 > "$WINDLASS_PROGRESS"',
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


# Mounts


def test_a_tmpfs_has_the_size_that_was_asked_for(lab: Lab) -> None:
    mount = Mount(kind="tmpfs", target="/scratch", size=MEGABYTE)

    outcome = lab.outcome("head -c 2000000 /dev/zero > /scratch/big", mounts=(mount,))

    assert b"No space left" in outcome.err


def test_an_unnamed_volume_goes_with_its_attempt(docker_api: docker.APIClient, lab: Lab) -> None:
    ours = {"label": [f"windlass.node={lab.config.node}"]}
    run = lab.start("echo kept > /data/file", mounts=(Mount(kind="volume", target="/data"),))
    assert finished(run).exit == Exit(0)
    assert len(docker_api.volumes(filters=ours)["Volumes"]) == 1

    run.remove()

    assert not docker_api.volumes(filters=ours)["Volumes"]


def test_a_forgotten_volume_is_swept(docker_api: docker.APIClient, lab: Lab) -> None:
    run = lab.start("true", mounts=(Mount(kind="volume", target="/data"),))
    run.wait()
    for found in docker_api.containers(
        all=True, filters={"label": [f"windlass.node={lab.config.node}"]}
    ):
        docker_api.remove_container(found["Id"])

    assert lab.runtime.sweep(set()) == 1


def test_a_named_volume_outlives_its_attempts(docker_api: docker.APIClient, lab: Lab) -> None:
    name = f"test-{uuid4().hex}"
    mount = Mount(kind="volume", target="/data", source=name)
    read_only = Mount(kind="volume", target="/data", source=name, read_only=True)
    try:
        run = lab.start("echo kept > /data/file", mounts=(mount,))
        run.wait()
        run.remove()
        lab.runtime.sweep(set())

        outcome = lab.outcome("cat /data/file; touch /data/other", mounts=(read_only,))

        assert outcome.out == b"kept\n"
        assert b"Read-only" in outcome.err
    finally:
        lab.runtime.sweep(set())
        docker_api.remove_volume(name)


def test_a_volume_of_somebody_else_is_rejected(docker_api: docker.APIClient, lab: Lab) -> None:
    name = f"test-{uuid4().hex}"
    docker_api.create_volume(name)
    try:
        mount = Mount(kind="volume", target="/data", source=name)
        assert refusal(lab, mounts=(mount,)).reason == Reason.REJECTED
    finally:
        docker_api.remove_volume(name)


def test_a_bind_is_rejected_unless_the_operator_allows_it(lab: Lab, tmp_path: Path) -> None:
    mount = Mount(kind="bind", target="/data", source=str(tmp_path))

    assert refusal(lab, mounts=(mount,)).reason == Reason.REJECTED


def test_a_bind_from_an_allowed_directory_is_mounted(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "file").write_text("of the host\n")
    mount = Mount(kind="bind", target="/data", source=str(tmp_path / "sub"), read_only=True)
    allowing = lab.restarted(bind_sources=(str(tmp_path),))

    outcome = finished(allowing.start(order("cat /data/file", mounts=(mount,))))

    assert outcome.out == b"of the host\n"


def test_files_cannot_be_hidden_by_a_tmpfs(lab: Lab) -> None:
    mount = Mount(kind="tmpfs", target="/data")

    assert refusal(lab, mounts=(mount,), workdir="/data/in", files={"a": ""}).reason == (
        Reason.REJECTED
    )


def test_files_can_lie_in_tmp(lab: Lab) -> None:
    assert lab.outcome("cat /tmp/in/a", workdir="/tmp/in", files={"a": "x"}).out == b"x"


# Networks


@pytest.fixture
def open_network(docker_api: docker.APIClient) -> Iterator[str]:
    name = f"test-{uuid4().hex}"
    docker_api.create_network(name, labels={"windlass.shared": "1"})
    yield name
    docker_api.remove_network(name)


def test_a_task_can_do_without_a_network(lab: Lab) -> None:
    outcome = lab.outcome("ip -o link | wc -l", networks=("none",))

    assert outcome.out.strip() == b"1"


@pytest.mark.parametrize("name", ["host", "bridge", "default", "container:x", "no-such-network"])
def test_networks_that_tasks_may_not_join_are_rejected(lab: Lab, name: str) -> None:
    assert refusal(lab, networks=(name,)).reason == Reason.REJECTED


def test_a_network_the_operator_did_not_open_is_rejected(
    docker_api: docker.APIClient, lab: Lab
) -> None:
    name = f"test-{uuid4().hex}"
    docker_api.create_network(name)
    try:
        assert refusal(lab, networks=(name,)).reason == Reason.REJECTED
        allowing = lab.restarted(networks=(name,))
        run = allowing.start(order("true", networks=(name,)))
        assert finished(run).exit == Exit(0)
        run.remove()
    finally:
        docker_api.remove_network(name)


def test_a_task_can_join_several_networks_and_metadata_stays_blocked(
    docker_api: docker.APIClient, lab: Lab, open_network: str
) -> None:
    second = f"test-{uuid4().hex}"
    docker_api.create_network(second, labels={"windlass.shared": "1"})
    try:
        run = lab.start(
            "ip -o -4 addr | grep -c ' 172.\\| 192.168.\\| 10.'; ip route get 169.254.169.254",
            networks=(open_network, second),
        )
        outcome = finished(run)
        assert outcome.out.startswith(b"2\nlocal 169.254.169.254 dev lo")
        run.remove()
    finally:
        docker_api.remove_network(second)


# The scribe


def test_a_killed_scribe_costs_no_byte(lab: Lab) -> None:
    script = "for i in $(seq 1 40); do echo line $i; sleep 0.1; done; printf end"
    run = lab.start(script)
    seen = bytearray()

    for _, data in run.output():
        if not seen and data:
            (owner,) = lab.config.state_dir.rglob("*-*/scribe")
            os.kill(int(owner.read_text().split()[0]), signal.SIGKILL)
        seen += data

    assert bytes(seen) == b"".join(b"line %d\n" % i for i in range(1, 41)) + b"end"
    assert finished(run).out == bytes(seen)


def test_a_spool_that_is_lost_is_fetched_from_the_daemon(lab: Lab) -> None:
    run = lab.start("echo one; echo two >&2; sleep 0.2; printf three")
    run.wait()
    for spool in lab.config.state_dir.rglob("*-*/*"):
        spool.unlink()

    outcome = finished(lab.restarted().adopt()[0].run)

    assert (outcome.out, outcome.err) == (b"one\nthree", b"two\n")


def test_the_scribe_ends_when_its_worker_and_its_containers_have(lab: Lab) -> None:
    passing = lab.restarted()
    run = passing.start(order("sleep 0.5"))
    (owner,) = lab.config.state_dir.rglob("*-*/scribe")
    pid = int(owner.read_text().split()[0])

    passing.close()

    assert finished(run).exit == Exit(0)
    until(lambda: not _runs(pid))


def _runs(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def the_container(api: docker.APIClient, lab: Lab) -> dict[str, Any]:
    (found,) = api.containers(all=True, filters={"label": [f"windlass.node={lab.config.node}"]})
    return api.inspect_container(found["Id"])
