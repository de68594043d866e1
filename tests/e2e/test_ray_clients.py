"""Ray's own, unmodified clients against ``windlass up``."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command import Windlass
from tests.e2e.conftest import clean_environment
from tests.support.ray_clients import PACKAGES, RayClient, a_client
from tests.support.waiting import until
from windlass.worker.runtimes.process import tree


@pytest.fixture(scope="module")
def address(directories: Path) -> Iterator[str]:
    data = directories / "ray"
    data.mkdir(mode=0o755)
    command = Windlass(data, clean_environment(data))
    up = command.up("--runtime", "process")
    yield str(json.loads((data / "stack.json").read_text())["server"])
    up.end()
    assert command.left_running() == []


@pytest.fixture(params=PACKAGES)
def client(request: pytest.FixtureRequest, address: str) -> RayClient:
    return a_client(request.param, address)


@pytest.fixture
def newest(address: str) -> RayClient:
    return a_client("2.60.0", address)


def server_of(windlass: Windlass) -> str:
    return str(json.loads((windlass.data / "stack.json").read_text())["server"])


def status(client: RayClient, id: str) -> str:
    return client.python("print(client.get_job_status(sys.argv[1]).value)", id).strip()


def test_a_script_in_a_working_directory_runs_and_is_followed(
    client: RayClient, tmp_path: Path
) -> None:
    (tmp_path / "script.py").write_text("import helper; print(helper.WORD, flush=True)")
    (tmp_path / "helper.py").write_text("WORD = 'from the working directory'")

    done = client.cli("submit", "--working-dir", str(tmp_path), "--", "python3", "script.py")

    assert done.returncode == 0, done.stderr
    assert "from the working directory" in done.stdout + done.stderr
    assert "succeeded" in done.stdout + done.stderr


def test_a_command_that_fails_makes_submit_fail_and_says_why(client: RayClient) -> None:
    done = client.cli("submit", "--", "sh", "-c", "echo the reason; exit 7")

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "failed with exit code 7" in said
    assert "the reason" in said


def test_without_waiting_the_log_is_there_later(client: RayClient) -> None:
    id = f"later-{client.version}"
    client.cli("submit", "--no-wait", "--submission-id", id, "--", "echo", "done later")

    until(lambda: status(client, id) == "SUCCEEDED", 20)

    assert "done later" in client.cli("logs", id).stdout
    assert "done later" in client.cli("logs", "--follow", id).stdout
    assert id in client.cli("list").stderr + client.cli("list").stdout


def test_a_running_job_is_stopped_and_can_be_deleted(client: RayClient) -> None:
    id = f"stopped-{client.version}"
    client.cli("submit", "--no-wait", "--submission-id", id, "--", "sleep", "600")
    until(lambda: status(client, id) == "RUNNING", 20)

    refused = client.cli("delete", id)
    stopped = client.cli("stop", id)
    deleted = client.cli("delete", id)

    assert "it is in a non-terminal state" in refused.stderr
    assert stopped.returncode == 0
    assert "was stopped" in stopped.stdout + stopped.stderr
    assert deleted.returncode == 0
    assert "does not exist" in client.cli("status", id).stderr


def test_a_job_that_waits_stops_at_once(newest: RayClient) -> None:
    newest.cli(
        "submit",
        "--no-wait",
        "--submission-id",
        "waits",
        "--entrypoint-resources",
        '{"nobody-has-it": 1}',
        "--",
        "true",
    )
    assert status(newest, "waits") == "PENDING"

    newest.cli("stop", "waits")

    assert status(newest, "waits") == "STOPPED"


def test_modules_variables_and_metadata_arrive(client: RayClient, tmp_path: Path) -> None:
    (tmp_path / "own_module").mkdir()
    (tmp_path / "own_module" / "__init__.py").write_text("WORD = 'found'")

    said = client.python(
        """
env = {"py_modules": [sys.argv[1]], "env_vars": {"A": "x${HOME}", "B": "{{ not.ours }} $NOBODY"}}
id = client.submit_job(
    entrypoint="python3 -c 'import own_module, os; print(own_module.WORD, os.environ[\\"B\\"])'",
    runtime_env=env, metadata={"who": "me"})
import time
while not client.get_job_status(id).is_terminal():
    time.sleep(0.05)
print(client.get_job_logs(id), client.get_job_info(id).metadata)
""",
        str(tmp_path / "own_module"),
    )

    assert "found {{ not.ours }} $NOBODY" in said
    assert "{'who': 'me'}" in said


def test_bytes_that_are_no_text_and_a_line_without_end_do_not_stop_the_tail(
    client: RayClient,
) -> None:
    program = "import sys; w = sys.stdout.buffer.write; w(b'a\\xff\\n' + b'x' * 5_000_000 + b'end')"

    done = client.cli("submit", "--", "python3", "-c", program)

    said = done.stdout + done.stderr
    assert done.returncode == 0
    assert "a\ufffd" in said
    assert "xend" in said


def test_a_taken_id_and_one_that_fits_no_address_are_refused(client: RayClient) -> None:
    id = f"taken-{client.version}"
    client.cli("submit", "--no-wait", "--submission-id", id, "--", "true")

    again = client.cli("submit", "--no-wait", "--submission-id", id, "--", "true")
    odd = client.cli("submit", "--no-wait", "--submission-id", "a/b", "--", "true")

    assert "already exists. Please use a different submission_id." in again.stderr
    assert again.returncode == odd.returncode == 1
    assert "cannot be part of an address" in odd.stderr


def test_of_those_who_want_one_id_at_once_one_gets_it(newest: RayClient) -> None:
    said = newest.python(
        """
from concurrent.futures import ThreadPoolExecutor
def submit(_):
    try:
        return client.submit_job(entrypoint="true", submission_id="raced")
    except RuntimeError as refused:
        return "already exists" in str(refused)
with ThreadPoolExecutor(8) as pool:
    print(sorted(map(str, pool.map(submit, range(8)))))
"""
    )

    assert said.strip() == str(["True"] * 7 + ["raced"])


def test_a_long_history_is_listed_as_a_whole(newest: RayClient) -> None:
    said = newest.python(
        """
from concurrent.futures import ThreadPoolExecutor
def submit(at):
    return client.submit_job(entrypoint="true", submission_id=f"of-many-{at}")
with ThreadPoolExecutor(8) as pool:
    submitted = set(pool.map(submit, range(200)))
listed = [job.submission_id for job in client.list_jobs()]
print(len(listed) == len(set(listed)), len(submitted), submitted <= set(listed))
"""
    )

    assert said.split() == ["True", "200", "True"]


def test_conda_is_refused_as_a_setup_that_failed(newest: RayClient) -> None:
    done = newest.cli("submit", "--runtime-env-json", '{"conda": "base"}', "--", "true")

    assert done.returncode == 1
    assert "runtime_env setup failed" in done.stdout + done.stderr
    assert "conda is not available here" in done.stdout + done.stderr


def test_a_package_that_does_not_exist_fails_the_setup_with_pips_own_words(
    newest: RayClient,
) -> None:
    wish = {"pip": {"packages": ["./no-such-package"], "pip_check": False}}

    done = newest.cli("submit", "--runtime-env-json", json.dumps(wish), "--", "true")

    assert done.returncode == 1
    assert "runtime_env setup failed: Failed to set up runtime environment" in (
        done.stdout + done.stderr
    )
    assert "no-such-package" in done.stdout + done.stderr


def test_a_package_of_the_working_directory_is_installed_for_the_job_alone(
    newest: RayClient, tmp_path: Path
) -> None:
    (tmp_path / "setup.py").write_text(
        "from setuptools import setup; setup(name='own', version='1', py_modules=['own'])"
    )
    (tmp_path / "own.py").write_text("WORD = 'installed'")
    where = "${RAY_RUNTIME_ENV_CREATE_WORKING_DIR}"
    options = ["--no-build-isolation", "--no-index"]
    wish = {"pip": {"packages": [where], "pip_install_options": options}}
    program = (
        "import sys; sys.path = [p for p in sys.path if 'venv' in p or 'lib/python' in p];"
        "import own; print(own.WORD, 'venv' in own.__file__)"
    )

    done = newest.cli(
        "submit",
        "--working-dir",
        str(tmp_path),
        "--runtime-env-json",
        json.dumps(wish),
        "--",
        "python3",
        "-c",
        program,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "installed True" in done.stdout + done.stderr


def test_a_setup_that_takes_too_long_names_the_setting(newest: RayClient, tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("import time; time.sleep(600)")
    wish = {
        "pip": ["${RAY_RUNTIME_ENV_CREATE_WORKING_DIR}"],
        "config": {"setup_timeout_seconds": 2},
    }

    done = newest.cli(
        "submit",
        "--working-dir",
        str(tmp_path),
        "--runtime-env-json",
        json.dumps(wish),
        "--",
        "true",
    )

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "Timeout" in said
    assert "setup_timeout_seconds" in said


def test_a_tail_ends_with_an_error_when_its_coordinator_is_killed_and_nothing_is_lost(
    windlass: Windlass,
) -> None:
    up = windlass.up("--runtime", "process")
    client = a_client("2.60.0", server_of(windlass))
    submit = "echo before; sleep 600"
    client.cli("submit", "--no-wait", "--submission-id", "goes-on", "--", "sh", "-c", submit)
    tail = client.start("logs", "--follow", "goes-on")
    assert tail.stdout is not None
    said = ""
    while "before" not in said:  # the tail has begun
        said += tail.stdout.readline()

    for pid in tree.descendants(up.process.pid):
        if b"coordinator" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    said += tail.communicate(timeout=30)[0]

    assert tail.returncode == 1
    assert "close code 1006" in said
    up.end()
    windlass.up("--runtime", "process")
    client = a_client("2.60.0", server_of(windlass))
    assert "before" in client.cli("logs", "goes-on").stdout
    client.cli("stop", "goes-on")
    assert status(client, "goes-on") == "STOPPED"
