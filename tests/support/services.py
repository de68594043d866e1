"""Real services for tests: from the environment, else started here from the embedded wheels.

WINDLASS_TEST_POSTGRES and WINDLASS_TEST_REDIS name servers that already run. A service that is
missing skips on a laptop and fails where CI is set.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from windlass.embedded import postgres, valkey
from windlass.embedded.process import Server

POSTGRES = "WINDLASS_TEST_POSTGRES"


def missing(what: str) -> None:
    """Skip on a laptop, fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: must be there in CI", pytrace=False)
    pytest.skip(what)


def a_postgres(data: Path) -> AbstractContextManager[str]:
    return _named_or_started(POSTGRES, lambda: postgres.start(data))


def a_redis(data: Path) -> AbstractContextManager[str]:
    return _named_or_started("WINDLASS_TEST_REDIS", lambda: valkey.start(data))


@contextmanager
def _named_or_started(variable: str, start: Callable[[], Server]) -> Iterator[str]:
    if url := os.environ.get(variable):
        yield url
        return
    server = start()
    try:
        yield server.url
    finally:
        server.stop()
