"""Linkis' own clients: the two Python SDKs, and the Java ones behind a small program of ours."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.support.kept import kept, python_with
from tests.support.services import missing

SDKS = ("0.1.0", "0.2.0")
JAVA = ("1.7.0", "1.3.2")

_CALL = 90.0  # seconds
_PROGRAM = Path(__file__).parent / "linkis_java"
_RESULT = "RESULT "

# ``client`` and ``address`` are there for the program, which answers in ``said``.
_HEADS = {
    "0.1.0": """
from linkis_python_sdk.client import LinkisClient
client = LinkisClient(address=order["address"], username=order["user"], password=order["secret"])
""",
    "0.2.0": """
import asyncio
from linkis_python_sdk.config.config import LinkisConfig
from linkis_python_sdk.client import LinkisClient
from linkis_python_sdk.asyncio.client import LinkisClient as AsyncLinkisClient
config = LinkisConfig(order["address"] + "/api/rest_j/v1", order["user"], order["secret"])
client, async_client = LinkisClient(config), AsyncLinkisClient(config)
""",
}
_FRAME = """
import json, sys
order, said = json.loads(sys.argv[1]), {{}}
{head}
{program}
print("RESULT " + json.dumps(said, default=str))
"""


@dataclass(frozen=True)
class Account:
    """Whose client it is, and where."""

    address: str
    user: str
    secret: str


def with_sdk(version: str, account: Account, program: str, **order: Any) -> Any:
    """What a program said that has this version of the Python SDK."""
    python = python_with(f"linkis-sdk-{version}", [f"linkis-python-sdk=={version}"])
    text = _FRAME.format(head=_HEADS[version], program=program)
    words = ["-c", text, _order(account, order)]
    return _said(_run([str(python / "bin" / "python"), *words]))


def with_java(version: str, account: Account, verb: str, **order: Any) -> Any:
    """What our Java program said that has this version of the Java clients."""
    return _said(_run(_java(version, account, verb, order)))


@contextmanager
def java_waits(version: str, account: Account, **order: Any) -> Iterator["Waiting"]:
    """It has run a task, and looks at it again once it is told to."""
    command = _java(version, account, "restart", order)
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=_environment())
    try:
        waiting = Waiting(process)
        waiting.hear("READY")
        yield waiting
    finally:
        process.kill()
        process.communicate()


@dataclass(frozen=True)
class Waiting:
    process: "subprocess.Popen[str]"

    def go_on(self) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.hear(_RESULT).removeprefix(_RESULT))

    def hear(self, word: str) -> str:
        assert self.process.stdout is not None
        heard = []
        for line in self.process.stdout:
            if line.startswith(word):
                return line
            heard.append(line)
        raise AssertionError("".join(heard))


def fetch_java(version: str) -> None:
    """So that the first test with it need not."""
    _classes(version)


def _java(version: str, account: Account, verb: str, order: Mapping[str, Any]) -> Sequence[str]:
    path = f"{_classes(version)}{os.pathsep}{_libraries(version)}/lib/*"
    return ["java", "-cp", path, "Drive", _order(account, {"verb": verb, **order})]


def _libraries(version: str) -> Path:
    if shutil.which("javac") is None or shutil.which("mvn") is None:
        missing("Java: install default-jdk-headless and maven")
    return kept(f"linkis-java-{version}", partial(_fetch, version))


def _fetch(version: str, directory: Path) -> None:
    """From Maven Central, or where this machine's Maven is told to look."""
    shutil.copy(_PROGRAM / "pom.xml", directory)
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=lib"]
    command = ["mvn", "-q", "-B", "-Dstyle.color=never", f"-Dlinkis.version={version}", *goal]
    subprocess.run(command, cwd=directory, check=True, stdin=subprocess.DEVNULL)


def _classes(version: str) -> Path:
    """Compiled anew when the program is another."""
    sources = sorted(_PROGRAM.glob("*.java"))
    digest = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    libraries = _libraries(version) / "lib"

    def make(directory: Path) -> None:
        command = ["javac", "-nowarn", "-d", str(directory), "-cp", f"{libraries}/*"]
        subprocess.run([*command, *map(str, sources)], check=True)

    return kept(f"linkis-java-{version}-{digest}", make)


def _order(account: Account, order: Mapping[str, Any]) -> str:
    who = {"address": account.address, "user": account.user, "secret": account.secret}
    return json.dumps({**who, **order})


def _run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=_CALL,
        check=False,
    )


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": "", "PYTHONUNBUFFERED": "1"}


def _said(done: "subprocess.CompletedProcess[str]") -> Any:
    last = done.stdout.rstrip("\n").rpartition("\n")[2]
    assert last.startswith(_RESULT), done.stdout + done.stderr
    return json.loads(last.removeprefix(_RESULT))
