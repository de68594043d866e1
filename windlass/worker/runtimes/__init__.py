"""Runtimes by name. Each is a folder with ``runtime.py``, loaded only when asked for."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the process runtime's supervisor comes through here and must stay small
    from windlass.worker.runtimes.base import Runtime, RuntimeConfig

NAMES = ("docker", "process")


def load(name: str, config: "RuntimeConfig") -> "Runtime":
    """Contacts nothing yet: ``check()`` tells whether it works here. ``name`` is one of NAMES."""
    runtime: Runtime = import_module(f"windlass.worker.runtimes.{name}.runtime").create(config)
    sequenced: Runtime = import_module("windlass.worker.runtimes.sequenced").Sequenced(
        runtime, config
    )
    return sequenced
