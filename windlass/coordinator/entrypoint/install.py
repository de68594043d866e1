"""Installs Python packages where the job will run. Its text is part of the job's script: standard
library only, and of any Python from 3.8 on.

In WINDLASS_CACHE, which other jobs with the same wishes share, it leaves ``venv``; whoever comes
while it is being made waits. RUNTIME_ENV_INSTALL is what is wished for, as JSON.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time

LAST_LINES = 20
SOURCES = {  # options of uv and pip, as pip says them
    "-i": "--index-url",
    "--index-url": "--index-url",
    "--default-index": "--index-url",
    "--index": "--extra-index-url",
    "--extra-index-url": "--extra-index-url",
    "-f": "--find-links",
    "--find-links": "--find-links",
    "--trusted-host": "--trusted-host",
    "--allow-insecure-host": "--trusted-host",
}


class Failed(Exception):
    pass


def main() -> int:
    wish = json.loads(os.environ["RUNTIME_ENV_INSTALL"])
    cache = os.environ["WINDLASS_CACHE"]
    try:
        with open(os.path.join(cache, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(os.path.join(cache, "ready")):
                build(wish, cache)
    except Failed as problem:
        with open(os.environ["WINDLASS_OUTPUT"], "w") as file:
            file.write(f"windlass: setup failed: {problem}")
        sys.stdout.write(f"Runtime env setup failed: {problem}\n")
        return 1
    return 0


def build(wish: dict, cache: str) -> None:  # type: ignore[type-arg]  # a plain one for old Pythons
    venv = os.path.join(cache, "venv")
    shutil.rmtree(venv, ignore_errors=True)
    deadline = None if wish["timeout"] < 0 else time.monotonic() + wish["timeout"]
    steps = Steps(wish["timeout"], deadline)
    # Without pip of its own: the installed one is seen from inside, and seconds are saved.
    steps.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", venv])
    python = os.path.join(venv, "bin", "python")
    if subprocess.call([python, "-c", "import pip"], stderr=subprocess.DEVNULL):  # noqa: S603 - our own
        steps.run([python, "-m", "ensurepip"])
    command = os.path.join(venv, "bin", "pip")
    if not os.path.exists(command):
        with open(command, "w") as file:
            file.write(f'#!/bin/sh\nexec "{python}" -m pip "$@"\n')
        os.chmod(command, 0o755)  # noqa: S103 - a program
    install(steps, wish, python, os.path.join(cache, "requirements.txt"))
    with open(os.path.join(cache, "ready"), "w"):
        pass


def install(steps: "Steps", wish: dict, python: str, listed: str) -> None:  # type: ignore[type-arg]
    pip = [python, "-m", "pip"]
    with open(listed, "w") as file:
        for line in wish["packages"]:
            here = line.replace("${RAY_RUNTIME_ENV_CREATE_WORKING_DIR}", os.getcwd())
            file.write(here + "\n")
    if wish["tool"] == "uv":
        get = [*pip, "install", "--disable-pip-version-check", *sources(wish["options"])]
        steps.run([*get, "uv" + wish["version"]])
        tool = [python, "-m", "uv", "pip"]
        steps.run([*tool, "install", "--python", python, *wish["options"], "-r", listed])
        if wish["check"]:
            steps.run([*tool, "check", "--python", python])
        return
    if wish["version"]:
        get = [*pip, "install", "--disable-pip-version-check", *sources(wish["options"])]
        steps.run([*get, "pip" + wish["version"]])
    steps.run([*pip, "install", *wish["options"], "-r", listed])
    if wish["check"]:
        steps.run([*pip, "check"])


def sources(options: "list[str]") -> "list[str]":
    """Those that say where packages come from, in pip's words: the tool comes from there too."""
    found = []
    words = iter(options)
    for word in words:
        name, equals, value = word.partition("=")
        if name == "--no-index":
            found.append(name)
        elif name in SOURCES:
            found += [SOURCES[name], value if equals else next(words, "")]
    return found


class Steps:
    """Commands that together may take only so long."""

    def __init__(self, timeout: float, deadline: "float | None") -> None:
        self._timeout = timeout
        self._deadline = deadline

    def run(self, command: "list[str]") -> None:
        process = subprocess.Popen(  # noqa: S603 - what a user asks for, in the user's sandbox
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        left = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
        try:
            said, _ = process.communicate(timeout=left)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failed(
                f"Timeout: it took longer than config.setup_timeout_seconds={self._timeout:g}"
            ) from None
        if process.returncode != 0:
            lines = said.decode(errors="replace").strip().splitlines()[-LAST_LINES:]
            raise Failed("\n".join([f"{' '.join(command[1:5])} failed:", *lines]))


if __name__ == "__main__":
    sys.exit(main())
