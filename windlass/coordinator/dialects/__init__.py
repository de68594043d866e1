"""Front doors, one folder each. A new one is found by being there."""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from windlass.coordinator.engine.endings import Endings
from windlass.coordinator.engine.generate import Read
from windlass.coordinator.engine.generated import Ungenerable
from windlass.coordinator.web.dialect import Dialect
from windlass.shared.logs import logger

_log = logger("doors")


def reader_of(door: str) -> Read:
    """How a door reads what a generator wrote. Ungenerable: it has no such tasks."""
    for dialect in discover():
        if dialect.name == door and dialect.generated is not None:
            return dialect.generated
    raise Ungenerable(f"jobs of {door} cannot have generators")


def count(door: str, endings: Endings) -> None:
    """Never raises: what has ended has ended."""
    try:
        counts = import_module(f"{__name__}.{door}").DIALECT.counts
        if counts is not None:
            counts(endings)
    except Exception:
        _log.exception("not counted", door=door)


def discover() -> Sequence[Dialect]:
    """Every subpackage's DIALECT, by name."""
    names = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    return [import_module(f"{__name__}.{name}").DIALECT for name in names]
