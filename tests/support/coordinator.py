"""A whole coordinator as its own process tree, as ``windlass coordinator`` starts it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_PROGRAM = """
import sys
from windlass.coordinator.config import Config
from windlass.coordinator.serve import serve
sys.exit(serve(Config.from_env()))
"""


@dataclass(frozen=True)
class Coordinator:
    process: "subprocess.Popen[str]"
    port: int

    def answers(self, path: str = "/-/live") -> bool:
        """With 200, now."""
        try:
            return self.get(path) is not None
        except (OSError, HTTPException):
            return False

    def get(self, path: str) -> str | None:
        """The body of an answer with 200."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.read().decode() if response.status == 200 else None

    def children(self) -> Mapping[str, int]:
        """The pids of the API's first process and of the loops."""
        pid = self.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return dict(zip(("http", "loops"), map(int, found), strict=False))


@contextmanager
def a_coordinator(port: int, **variables: str) -> Iterator[Coordinator]:
    given = {f"WINDLASS_{name}": value for name, value in variables.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        env={**os.environ, "WINDLASS_BIND": f"127.0.0.1:{port}", **given},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Coordinator(process, port)
    finally:
        process.terminate()
        process.communicate()
