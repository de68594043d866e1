"""The same application and fleet as our own door has, and somebody who is logged in."""

import pytest

from tests.conformance.linkis.client import Linkis
from tests.conformance.native.conftest import app, client, engine, fleet, lasting_client
from tests.support.fleet import Fleet
from tests.support.http import Client

__all__ = ["app", "client", "engine", "fleet", "lasting_client"]


@pytest.fixture
def linkis(client: Client, fleet: Fleet) -> Linkis:
    return Linkis(client, fleet)
