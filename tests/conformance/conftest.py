"""Users who call, whichever the door."""

import pytest

from tests.support.http import Client
from tests.support.people import As, a_user
from windlass.coordinator.engine.service import Engine


@pytest.fixture
def ada(client: Client, engine: Engine) -> As:
    """With the role ops."""
    return As(client, a_user(engine, "ada", "ops"))


@pytest.fixture
def bob(client: Client, engine: Engine) -> As:
    return As(client, a_user(engine, "bob"))
