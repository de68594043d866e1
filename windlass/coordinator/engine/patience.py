"""Questions that may take too long: bounded, and refused in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from windlass.coordinator.engine.errors import Invalid, Problem
from windlass.coordinator.store.bounded import TooWide, bounded
from windlass.coordinator.store.db import Database, Tx

NARROWER = "a shorter time, another tag or word"


@contextmanager
def patient(db: Database, instead: str = NARROWER) -> Iterator[Tx]:
    """Invalid: it takes too long, and what to ask ``instead``."""
    try:
        with bounded(db) as tx:
            yield tx
    except TooWide:
        text = "takes too long to answer; narrow the filter"
        raise Invalid([Problem((), text, instead)]) from None
