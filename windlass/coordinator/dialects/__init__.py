"""Front doors, one folder each. A new one is found by being there."""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from windlass.coordinator.web.dialect import Dialect


def discover() -> Sequence[Dialect]:
    """Every subpackage's DIALECT, by name."""
    names = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    return [import_module(f"{__name__}.{name}").DIALECT for name in names]
