"""What a server's address must look like: told at start, in words, not by the first connection."""

from urllib.parse import urlsplit

POSTGRES = ("postgresql", "postgres")
REDIS = ("redis", "rediss", "unix")


def check_postgres(url: str) -> None:
    """ValueError, in words fit for an operator; the address may hold a password and is not told."""
    _check(url, POSTGRES, "postgresql://user@host/database")


def check_redis(url: str) -> None:
    """As ``check_postgres``."""
    _check(url, REDIS, "redis://host:6379/0")


def _check(url: str, schemes: tuple[str, ...], example: str) -> None:
    try:
        parts = urlsplit(url)
        known = parts.scheme in schemes and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known:
        raise ValueError(f"must be an address such as {example}")
