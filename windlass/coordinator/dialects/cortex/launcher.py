"""Runs a Python program as Cortex 0.27 ran those of its task APIs. It goes into containers as it
is, so it uses nothing but Python itself: ``launcher.py PATH PYTHON_PATH``, in the project.
"""

# ruff: noqa: S603, S607 - whoever may deploy a program may run one

import importlib
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "mnt" / "project"


def install() -> None:
    """What the project says it needs, as Cortex does before it starts."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if Path("dependencies.sh").is_file():
        subprocess.run(["sh", "dependencies.sh"], check=True)
    if Path("conda-packages.txt").is_file():
        sys.stderr.write("conda-packages.txt is left out: there is no conda here\n")
    if Path("requirements.txt").is_file():
        subprocess.run([*pip, "-r", "requirements.txt"], check=True)


def unpickled(path: str) -> Any:
    """By dill, as the client pickled it."""
    if importlib.util.find_spec("dill") is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "dill"], check=True)
    dill = importlib.import_module("dill")

    with open(path, "rb") as file:
        return dill.load(file)


def imported(path: str) -> Any:
    """The class Task of a module."""
    spec = importlib.util.spec_from_file_location("cortex_task", path)
    if spec is None or spec.loader is None:
        sys.exit(f"{path}: is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    if not callable(getattr(module, "Task", None)):
        sys.exit(f"{path}: there is no class Task that can be called")
    return module.Task


def main(path: str, python_path: str) -> None:
    os.chdir(PROJECT)
    sys.path.insert(0, str(PROJECT / python_path))
    install()
    task = unpickled(path) if path.endswith(".pickle") else imported(path)
    job = json.loads((ROOT / "cortex" / "spec" / "job.json").read_text())
    call: Any = task() if inspect.isclass(task) else task
    call(job["merged_config"])


if __name__ == "__main__":
    main(*sys.argv[1:])
