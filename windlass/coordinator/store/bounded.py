"""Reads for people: they end within a time, and their plans never depend on luck."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2.errors

from windlass.coordinator.store.db import Database, Tx

LONGEST = 2  # seconds of one statement

# Lists are indexed for every shape they have; a sequential scan or compiling the plan is what
# Postgres takes to when its statistics are old.
_LIMITS = f"""
SET LOCAL statement_timeout = '{LONGEST}s'; SET LOCAL enable_seqscan = off; SET LOCAL jit = off
"""


class TooWide(Exception):
    """The answer would have taken longer than anybody should wait."""


@contextmanager
def bounded(db: Database) -> Iterator[Tx]:
    """A transaction for reading; TooWide when one of its statements takes too long."""
    with db.transaction() as tx:
        tx.run(_LIMITS)
        try:
            yield tx
        except psycopg2.errors.QueryCanceled as problem:
            raise TooWide from problem
