"""Engines of Linkis' door in containers, as an operator has configured them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import serving_containers
from tests.support import images
from tests.support.linkis_cli import FINAL, LinkisCli
from tests.support.linkis_clients import Account
from tests.support.waiting import until

pytestmark = pytest.mark.docker

ENGINES = f"""
[engines.awk]
image = "{images.SHELL}"
command = ["awk", "-f", "{{code}}"]
file = "code.awk"
tabular = true
env = {{ GREETING = "{{{{ hello }}}}" }}
memory = 67108864

[engines.gone]
image = "windlass-test/never-made:1"
command = ["sh", "{{code}}"]
"""
TABLE = r"""
BEGIN {
    print "{\"columns\":[{\"name\":\"n\",\"type\":\"int\"}, {\"name\":\"s\",\"type\":\"string\"}]}"
    for (n = 1; n < 3; n++) printf "[%d,\"%s\"]\n", n, ENVIRON["GREETING"]
}
"""


@pytest.fixture(scope="module")
def cli(directories: Path) -> Iterator[LinkisCli]:
    file = directories / "engines.toml"
    file.write_text(ENGINES)
    chosen = {"WINDLASS_ENTRYPOINT_IMAGE": images.SHELL, "WINDLASS_LINKIS_ENGINES": str(file)}
    with serving_containers(directories, "linkis-docker", **chosen) as address:
        yield LinkisCli(Account(address, "alice", "secret"))


def test_shell_code_runs_in_the_image_of_commands(cli: LinkisCli) -> None:
    done = cli.run("shell-1", "shell", 'echo "$1"; readlink -f /bin/ls', "a b")

    assert cli.results(done["taskID"]) == [["a b"], ["/bin/busybox"]]


def test_an_engine_of_the_operator_has_its_command_image_and_environment(cli: LinkisCli) -> None:
    done = cli.run("awk", "awk", TABLE)

    assert cli.results(done["taskID"]) == [["1", "{{ hello }}"], ["2", "{{ hello }}"]]


def test_the_limits_of_an_engine_are_those_of_its_containers(cli: LinkisCli) -> None:
    hungry = 'BEGIN { s = sprintf("%1000000s", "x"); while (1) s = s s }'

    done = cli.run("awk", "awk", hungry)

    assert done["status"] == "Failed"
    assert "memory" in done["errDesc"]


def test_a_working_directory_is_one_of_the_container(cli: LinkisCli) -> None:
    runtime = {"wds.linkis.shell.runtime.working.directory": "/tmp/here"}
    document = {
        "executionContent": {"code": "pwd", "runType": "shell"},
        "labels": {"engineType": "shell"},
        "params": {"configuration": {"runtime": runtime}},
    }

    id = cli.call("POST", "entrance/submit", json=document)["taskID"]
    until(lambda: cli.task(id)["status"] in FINAL, 60)

    assert cli.results(id) == [["/tmp/here"]]


def test_a_container_that_is_killed_is_cancelled_though_it_ends_well(cli: LinkisCli) -> None:
    code = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done"
    id = cli.submit("shell-1", "shell", code)["taskID"]
    log = f"entrance/{id}/log"
    until(lambda: "ready" in cli.call("GET", log)["log"][3].split("\n"), 60)

    assert cli.kill(id) == "Cancelled"


def test_an_image_that_is_not_to_be_had_fails_the_task_with_its_name(cli: LinkisCli) -> None:
    done = cli.run("gone", "shell", "true")

    assert done["status"] == "Failed"
    assert "windlass-test/never-made:1" in done["errDesc"]
    assert done["canRetry"] is True
