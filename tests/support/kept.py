"""What is slow to make and the same each time: made once, and kept beyond the checkout."""

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """A directory that ``make`` has filled. Whoever comes while it is being made waits; one that
    was not finished is made again."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "windlass-tests"
    cache.mkdir(parents=True, exist_ok=True)
    directory = cache / name
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "ready").exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            make(directory)
            (directory / "ready").touch()
    return directory


def python_with(name: str, packages: Sequence[str]) -> Path:
    """A virtual environment of this Python that has these packages."""

    def make(directory: Path) -> None:
        venv.create(directory, with_pip=True)
        pip = [str(directory / "bin" / "python"), "-m", "pip", "install", "-q"]
        subprocess.run([*pip, *packages], check=True)

    return kept(f"{name}-python{sys.version_info[0]}.{sys.version_info[1]}", make)
