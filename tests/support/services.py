"""Real services for tests: from the environment, else started here from the embedded wheels.

WINDLASS_TEST_POSTGRES and WINDLASS_TEST_REDIS name servers that already run. A service that is
missing skips on a laptop and fails where CI is set.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from windlass.embedded import postgres, valkey


def missing(what: str) -> None:
    """Skip on a laptop, fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: must be there in CI", pytrace=False)
    pytest.skip(what)


@contextmanager
def a_postgres(data: Path) -> Iterator[str]:
    if url := os.environ.get("WINDLASS_TEST_POSTGRES"):
        yield url
        return
    server = postgres.start(data)
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def a_redis(data: Path) -> Iterator[str]:
    if url := os.environ.get("WINDLASS_TEST_REDIS"):
        yield url
        return
    server = valkey.start(data)
    try:
        yield server.url
    finally:
        server.stop()
