"""What a container must not be able to do, and how much of everything it gets."""

import docker
import pytest

from tests.runtime.lab import Lab, finished, order, read_until, refusal, the_container
from windlass.shared.spec import Limits
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Exit

pytestmark = pytest.mark.docker


@pytest.fixture
def lab(docker_lab: Lab) -> Lab:
    return docker_lab


MEGABYTE = 1 << 20


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
    run = limited.start(
        order("head -c 3000000 /dev/zero > /tmp/big; stat -c '%a %s' /tmp/big /tmp")
    )

    outcome = finished(run)

    assert outcome.out.startswith(b"644 %d\n1777 " % (2 * MEGABYTE))


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


def test_a_container_asks_the_machines_own_name_servers(lab: Lab) -> None:
    """One of the daemon's for each container would be the start of several programs."""
    assert b"127.0.0.11" not in lab.outcome("cat /etc/resolv.conf").out
