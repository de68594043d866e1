"""Bring a database up to date. Migrations are plain numbered SQL, forward only, under a lock."""

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import yoyo

from windlass.coordinator.store.errors import Unavailable

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = "SELECT pg_advisory_lock(hashtext('windlass.migrate'))"


def migrate(url: str) -> int:
    """Apply what is missing, waiting for anybody who is at it; how many that were.

    The lock is Postgres' own, for it ends with its holder; yoyo's would outlive a crash.
    """
    try:
        with closing(psycopg2.connect(url, connect_timeout=5)) as guard:
            with guard, guard.cursor() as cursor:
                cursor.execute(_LOCK)
            return _apply(url)
    except psycopg2.OperationalError as problem:
        raise Unavailable(f"Postgres: {problem}") from problem


def _apply(url: str) -> int:
    backend = yoyo.get_backend(_for_yoyo(url))
    with closing(backend.connection):
        missing = backend.to_apply(yoyo.read_migrations(str(_MIGRATIONS)))
        backend.apply_migrations(missing)
        return len(missing)


def _for_yoyo(url: str) -> str:
    """Its name for our driver."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql"))
