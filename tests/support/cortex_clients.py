"""Cortex's own Python clients, unmodified, and a stand-in of ours for the binary they call.

Their packages have sources only, and installing them fetches that binary from a bucket that is
gone: so they are downloaded and unpacked, each into an environment of its own that is made once and
kept.
"""

import fcntl
import os
import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VERSIONS = ("0.42.1", "0.27.0")
_NEEDS = ("setuptools<81", "wheel", "requests", "pyyaml", "sentry-sdk", "dill")
_CALL = 60.0  # seconds
_STAND_IN = Path(__file__).with_name("cortex_binary.py")


@dataclass(frozen=True)
class CortexClient:
    """``configuration``: where its environments are."""

    version: str
    directory: Path
    configuration: Path

    def run(self, program: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """``client`` is one of its Client in it."""
        head = "import json, sys, cortex\nclient = cortex.client('windlass')\n"
        return subprocess.run(
            [str(self.directory / "bin" / "python"), "-c", head + program, *words],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=_CALL,
            check=False,
        )

    def said(self, program: str, *words: str) -> Any:
        """What a program prints last, read as YAML, of which JSON is a part."""
        done = self.run(program, *words)
        assert done.returncode == 0, done.stderr
        return yaml.safe_load(done.stdout.splitlines()[-1])

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "CORTEX" not in name}
        return {
            **kept,
            "PYTHONPATH": str(self.directory / f"cortex-{self.version}"),
            "CORTEX_CLI_PATH": str(_binary(self.directory)),
            "CORTEX_CLI_CONFIG_DIR": str(self.configuration),
            "CORTEX_TELEMETRY_DISABLE": "true",
            "STAND_IN_VERSION": self.version,
        }


def a_client(version: str, address: str, configuration: Path) -> CortexClient:
    """Of the door at ``address``."""
    configuration.mkdir(parents=True, exist_ok=True)
    environment = {
        "name": "windlass",
        "provider": "aws",
        "operator_endpoint": address,
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
    }
    content = {"environments": [environment], "default_environment": "windlass"}
    (configuration / "cli.yaml").write_text(yaml.safe_dump(content))
    return CortexClient(version, _installed(version), configuration)


def _binary(directory: Path) -> Path:
    """A script that runs the stand-in with this environment's Python."""
    return directory / "bin" / "cortex-stand-in"


def _installed(version: str) -> Path:
    """Whoever comes while it is being made waits."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "windlass-tests"
    cache.mkdir(parents=True, exist_ok=True)
    directory = cache / f"cortex-{version}-python{sys.version_info[0]}.{sys.version_info[1]}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "ready").exists():
            _install(version, directory)
            (directory / "ready").touch()
        python = directory / "bin" / "python"
        _binary(directory).write_text(f'#!/bin/sh\nexec "{python}" -P "{_STAND_IN}" "$@"\n')
        _binary(directory).chmod(0o755)
    return directory


def _install(version: str, directory: Path) -> None:
    venv.create(directory, with_pip=True, clear=True)
    pip = [str(directory / "bin" / "python"), "-m", "pip", "--quiet"]
    subprocess.run([*pip, "install", *_NEEDS], check=True)
    source = ["download", "--no-deps", "--no-build-isolation", f"cortex=={version}"]
    subprocess.run([*pip, *source, "-d", str(directory)], check=True)
    (archive,) = directory.glob("cortex-*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(directory, filter="data")
