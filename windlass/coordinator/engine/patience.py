"""How long a list may take to be found."""

from collections.abc import Iterator
from contextlib import contextmanager

from windlass.coordinator.engine.errors import Invalid, Problem
from windlass.coordinator.store.bounded import TooWide, bounded
from windlass.coordinator.store.db import Database, Tx


@contextmanager
def patient(db: Database) -> Iterator[Tx]:
    """A transaction for reading; Invalid when what was asked for takes too long."""
    try:
        with bounded(db) as tx:
            yield tx
    except TooWide:
        text = "takes too long to answer; narrow the filter"
        raise Invalid([Problem((), text, "a shorter time, another tag or word")]) from None
