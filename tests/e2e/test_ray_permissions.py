"""What an operator allows Ray's jobs, and what not: archives of other hosts, and images."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.e2e.command import Windlass
from tests.e2e.conftest import clean_environment
from tests.runtime.lab import docker_client
from tests.support import images
from tests.support.ray_clients import RayClient, a_client
from tests.support.web_files import dripping, serving


@contextmanager
def allowing(data: Path, runtime: str, **settings: str) -> Iterator[RayClient]:
    data.mkdir(mode=0o755)
    command = Windlass(data, clean_environment(data) | settings)
    up = command.up("--runtime", runtime)
    yield a_client("2.60.0", str(json.loads((data / "stack.json").read_text())["server"]))
    up.end()
    assert command.left_running() == []


@pytest.fixture(scope="module")
def client(directories: Path) -> Iterator[RayClient]:
    """Of a fleet that fetches from this machine, by its number only."""
    with allowing(directories / "fetch", "process", WINDLASS_FETCH_HOSTS="127.0.0.*") as client:
        yield client


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of ``project.zip``, with one directory in it, and of ``module.zip``."""
    with zipfile.ZipFile(tmp_path / "project.zip", "w") as file:
        file.writestr("project-1.0/script.py", "import fetched; print(fetched.WORD)")
    with zipfile.ZipFile(tmp_path / "module.zip", "w") as file:
        file.writestr("module-1.0/fetched.py", "WORD = 'from elsewhere'")
    with serving(tmp_path) as address:
        yield address


def submitted(client: RayClient, environment: Mapping[str, object]) -> tuple[int, str]:
    """Its exit code, and all that was said."""
    wish = json.dumps(environment)
    done = client.cli("submit", "--runtime-env-json", wish, "--", "python3", "script.py")
    return done.returncode, done.stdout + done.stderr


def test_archives_of_an_allowed_host_are_fetched(client: RayClient, site: str) -> None:
    environment = {"working_dir": f"{site}/project.zip", "py_modules": [f"{site}/module.zip"]}

    code, said = submitted(client, environment)

    assert code == 0, said
    assert "from elsewhere" in said


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("localhost", "this node fetches nothing from localhost: see WINDLASS_FETCH_HOSTS"),
        ("127.0.0.1", "404"),
    ],
)
def test_what_may_not_or_cannot_be_fetched_fails_the_setup(
    client: RayClient, site: str, other: str, words: str
) -> None:
    address = site.replace("127.0.0.1", other)

    code, said = submitted(client, {"working_dir": f"{address}/nowhere.zip"})

    assert code == 1
    assert "runtime_env setup failed" in said
    assert words in said


def test_an_archive_that_does_not_come_to_an_end_fails_the_setup_in_its_time(
    client: RayClient,
) -> None:
    with dripping() as address:
        environment = {
            "working_dir": f"{address}/endless.zip",
            "config": {"setup_timeout_seconds": 1},
        }
        code, said = submitted(client, environment)

    assert code == 1
    assert "runtime_env setup failed" in said
    assert "Timeout: archives were not here within 1 seconds" in said


@pytest.mark.docker
def test_a_job_runs_in_an_image_that_is_allowed_and_in_no_other(directories: Path) -> None:
    with closing(docker_client()) as api:
        images.ensure_all(api)
    submit = """
try:
    id = client.submit_job(
        entrypoint="echo $AS_IMAGE; command -v busybox || ls /bin/sh",
        runtime_env={"image_uri": sys.argv[1], "env_vars": {"AS_IMAGE": "in the image"}})
except RuntimeError as refused:
    print(refused)
else:
    import time
    while not client.get_job_status(id).is_terminal():
        time.sleep(0.05)
    print(client.get_job_status(id).value, client.get_job_logs(id))
"""
    allowed = "windlass-test/shell:*"
    with allowing(directories / "images", "docker", WINDLASS_ENTRYPOINT_IMAGES=allowed) as client:
        ran = client.python(submit, images.SHELL)
        refused = client.python(submit, "windlass-test/bare:1")

    assert "SUCCEEDED" in ran
    assert "in the image" in ran
    assert "image windlass-test/bare:1 is not allowed here" in refused
