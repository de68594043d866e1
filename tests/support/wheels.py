"""Packages that tests install: one of their own, and uv, which is downloaded once and kept."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

WORD = "installed from an index"
_ABOUT = "Metadata-Version: 2.1\nName: own\nVersion: 1\n"
_KIND = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def own() -> Path:
    """``own.WORD`` is there once it is installed."""
    wheel = _kept() / "own-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("own.py", f"WORD = {WORD!r}\n")
        file.writestr("own-1.dist-info/METADATA", _ABOUT)
        file.writestr("own-1.dist-info/WHEEL", _KIND)
        file.writestr("own-1.dist-info/RECORD", "")
    return wheel


def uv() -> Path:
    return downloaded("uv", "uv-*.whl")


def downloaded(wanted: str, pattern: str) -> Path:
    """Once per machine; the name of its file is like ``pattern``."""
    if not [*_kept().glob(pattern)]:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*pip, "--dest", str(_kept()), wanted], check=True)
    return next(_kept().glob(pattern))


def index(*wheels: Path) -> list[tuple[str, bytes]]:
    """Files of a package index (PEP 503), names first."""
    files = []
    for wheel in wheels:
        place = f"simple/{wheel.name.partition('-')[0]}"
        page = f'<!DOCTYPE html><html><body><a href="{wheel.name}">{wheel.name}</a></body></html>'
        files += [(f"{place}/{wheel.name}", wheel.read_bytes())]
        files += [(f"{place}/index.html", page.encode())]
    return files


def _kept() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "windlass-tests"
    wheels = cache / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    return wheels
