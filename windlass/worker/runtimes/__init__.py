"""Runtimes by name. Each is a folder with ``runtime.py``, loaded only when asked for."""

from importlib import import_module

from windlass.worker.runtimes.base import Runtime, RuntimeBroken, RuntimeConfig

NAMES = ("docker", "process")


def load(name: str, config: RuntimeConfig) -> Runtime:
    """Contacts nothing yet: ``check()`` tells whether it works here."""
    if name not in NAMES:
        raise RuntimeBroken(f"there is no runtime {name!r}: choose one of {', '.join(NAMES)}")
    runtime: Runtime = import_module(f"windlass.worker.runtimes.{name}.runtime").create(config)
    return runtime
