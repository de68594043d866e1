"""The images that the stack stands on, made here of Debian packages: no registry is needed.

Where one can be reached, WINDLASS_TEST_REGISTRY=1 lets Docker pull what docker-compose.yml names.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.support.services import missing

ROOT = Path(__file__).parents[2]
DEBIAN = "windlass-test/debian:bookworm"
RECIPES = ROOT / "deploy" / "debian"
PYTHON = "3.11"  # Debian 12's
LOCK = Path(tempfile.gettempdir(), "windlass-test-debian.lock")
_PATIENCE = 600.0
# What compose may choose, and the target of RECIPES that serves for it.
_CHOICES = {
    "BASE_IMAGE": "base",
    "HAPROXY_IMAGE": "haproxy",
    "POSTGRES_IMAGE": "postgres",
    "REDIS_IMAGE": "redis",
}


def stand_ins(python: str) -> Mapping[str, str]:
    """Settings for compose; ``python`` is one with pip."""
    if os.environ.get("WINDLASS_TEST_REGISTRY"):
        return {}
    ensure_debian()
    run("deploy/fetch-wheels", python, PYTHON)
    return {choice: _build(target) for choice, target in _CHOICES.items()}


def ensure_debian() -> None:
    """By debootstrap, once per machine: that takes more than a minute."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        if not run("docker", "images", "--quiet", DEBIAN):
            _make_debian()


def run(*command: str, **env: str) -> str:
    """Its output; what went wrong, where something did."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


def _make_debian() -> None:
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        missing("debootstrap, as root, or a registry and WINDLASS_TEST_REGISTRY=1")
    with tempfile.TemporaryDirectory(prefix="windlass-debian-") as root:
        packages = "--include=ca-certificates,python3,python3-venv"
        run("debootstrap", "--variant=minbase", packages, "bookworm", root)
        shutil.rmtree(Path(root, "var/cache/apt/archives"))
        run("sh", "-c", 'tar -C "$1" -c . | docker import - "$2"', "sh", root, DEBIAN)


def _build(target: str) -> str:
    name = f"windlass-test/{target}:bookworm"
    argument = f"DEBIAN_IMAGE={DEBIAN}"
    run("docker", "build", "--build-arg", argument, "--target", target, "-t", name, str(RECIPES))
    return name
