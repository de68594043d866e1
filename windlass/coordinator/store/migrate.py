"""Bring a database up to date. Migrations are plain numbered SQL, forward only, under a lock."""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import yoyo

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str) -> int:
    """Apply what is missing, waiting for anybody who is at it; how many that were."""
    backend = yoyo.get_backend(_for_yoyo(url))
    try:
        migrations = yoyo.read_migrations(str(_MIGRATIONS))
        with backend.lock():
            missing = backend.to_apply(migrations)
            backend.apply_migrations(missing)
            return len(missing)
    finally:
        backend.connection.close()


def _for_yoyo(url: str) -> str:
    """Its name for our driver."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql"))
