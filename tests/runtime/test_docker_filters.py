"""Which system calls a container may make: the daemon's own rules, for one architecture."""

import json
from collections.abc import Iterator
from io import BytesIO
from struct import pack
from tarfile import TarFile, TarInfo
from typing import Any
from uuid import uuid4

import docker
import pytest

from tests.runtime.lab import Lab, finished, order, the_container
from tests.support import images
from windlass.worker.runtimes.base import Exit

pytestmark = pytest.mark.docker

# exit(3), by the interrupt that 32-bit programs call the kernel with. It runs as 64-bit code, too.
EXIT_3 = bytes.fromhex("b801000000 bb03000000 cd80")
BASE, HEADERS = 0x400000, 120


def program() -> str:
    """A shell's words that make an executable file /tmp/old of it."""
    size = HEADERS + len(EXIT_3)
    kind, machine, readable_executable = 2, 62, 5
    header = b"\x7fELF\2\1\1" + bytes(9)
    header += pack("<HHIQQQIHHHHHH", kind, machine, 1, BASE + HEADERS, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = pack("<IIQQQQQQ", 1, readable_executable, 0, BASE, BASE, size, size, 0x1000)
    escaped = "".join(f"\\{byte:03o}" for byte in header + segment + EXIT_3)
    return f"printf '{escaped}' > /tmp/old; chmod +x /tmp/old"


RUN_IT = f"{program()}; /tmp/old"


@pytest.fixture
def lab(docker_lab: Lab) -> Lab:
    return docker_lab


@pytest.fixture
def foreign(docker_api: docker.APIClient) -> Iterator[str]:
    """An image that says it is for 32-bit machines, with programs that run here."""
    name = f"windlass-test-foreign:{uuid4().hex}"
    saved = b"".join(docker_api.get_image(images.SHELL))
    list(docker_api.load_image(for_386(saved, name)))  # type: ignore[no-untyped-call]  # no stubs
    yield name
    docker_api.remove_image(name, force=True)


def for_386(saved: bytes, name: str) -> bytes:
    """What ``docker save`` gave, as ``docker load`` takes it."""
    target = BytesIO()
    with TarFile(fileobj=BytesIO(saved)) as old, TarFile(fileobj=target, mode="w") as new:
        content = {one.name: file.read() for one in old if (file := old.extractfile(one))}
        (image,) = json.loads(content["manifest.json"])
        config = {**json.loads(content[image["Config"]]), "architecture": "386"}
        content[image["Config"]] = json.dumps(config).encode()
        content["manifest.json"] = json.dumps([{**image, "RepoTags": [name]}]).encode()
        content.pop("repositories", None)
        for path, data in content.items():
            entry = TarInfo(path)
            entry.size = len(data)
            new.addfile(entry, BytesIO(data))
    return target.getvalue()


def given_filter(docker_api: docker.APIClient, lab: Lab) -> dict[str, Any] | None:
    """That of the lab's only container; None: the daemon's own."""
    options = the_container(docker_api, lab)["HostConfig"]["SecurityOpt"]
    found = [option for option in options if option.startswith("seccomp=")]
    return json.loads(found[0].removeprefix("seccomp=")) if found else None


def learned(lab: Lab) -> None:
    """One container has run and is gone."""
    run = lab.start("true")
    finished(run)
    run.remove()


def test_the_first_container_has_the_daemons_own_filter(
    docker_api: docker.APIClient, lab: Lab
) -> None:
    lab.outcome("true")

    assert given_filter(docker_api, lab) is None


def test_later_ones_have_its_rules_for_one_architecture(
    docker_api: docker.APIClient, lab: Lab
) -> None:
    learned(lab)

    outcome = lab.outcome("grep Seccomp: /proc/self/status")
    given = given_filter(docker_api, lab)

    assert outcome.out == b"Seccomp:\t2\n"
    assert given is not None
    assert len(given["architectures"]) == 1
    assert given["defaultAction"] == "SCMP_ACT_ERRNO"
    assert any("clone" in rule["names"] for rule in given["syscalls"])
    assert not any("mount" in rule["names"] for rule in given["syscalls"])


def test_a_call_of_another_architecture_ends_the_program(lab: Lab) -> None:
    assert lab.outcome(RUN_IT).exit == Exit(3)

    assert lab.outcome(RUN_IT).exit == Exit(128 + 31)


def test_an_operator_may_leave_it_to_the_daemon(lab: Lab) -> None:
    runtime = lab.restarted(native_filter=False)

    assert [finished(runtime.start(order(RUN_IT))).exit for _ in range(2)] == [Exit(3), Exit(3)]


def test_an_image_for_another_architecture_keeps_the_daemons_filter(lab: Lab, foreign: str) -> None:
    learned(lab)

    assert lab.outcome(RUN_IT, image=foreign).exit == Exit(3)
