"""Ray's own clients, each in an environment of its own that is made once and kept."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.kept import python_with

PACKAGES = {
    "2.60.0": ("ray==2.60.0", "aiohttp", "pydantic"),
    "2.9.3": ("ray==2.9.3", "aiohttp", "pydantic", "requests", "setuptools<81"),
}
_CALL = 60.0  # seconds


@dataclass(frozen=True)
class RayClient:
    """``python`` has this version of Ray; nothing of the caller's own configuration reaches it."""

    version: str
    directory: Path
    address: str

    def cli(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """``ray job …``."""
        return self._run([str(self.directory / "bin" / "ray"), "job", *words], variables)

    def python(self, program: str, *words: str) -> str:
        """What a program prints; ``client`` is a JobSubmissionClient in it."""
        head = (
            "import os, sys\nfrom ray.job_submission import JobSubmissionClient\n"
            "client = JobSubmissionClient(os.environ['RAY_ADDRESS'])\n"
        )
        command = [str(self.directory / "bin" / "python"), "-c", head + program, *words]
        done = self._run(command, {})
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """``ray job …`` in the background."""
        return subprocess.Popen(
            [str(self.directory / "bin" / "ray"), "job", *words],
            env=self._environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _run(
        self, command: Sequence[str], variables: dict[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            env=self._environment(variables),
            capture_output=True,
            text=True,
            timeout=_CALL,
            check=False,
        )

    def _environment(self, variables: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        own = {"RAY_ADDRESS": self.address, "PYTHONPATH": "", "PYTHONUNBUFFERED": "1"}
        return {**kept, **own, **variables}


def a_client(version: str, address: str) -> RayClient:
    return RayClient(version, python_with(f"ray-{version}", PACKAGES[version]), address)
