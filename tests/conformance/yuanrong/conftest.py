"""The same application and fleet as our own door has."""

from tests.conformance.native.conftest import app, client, engine, fleet, lasting_client

__all__ = ["app", "client", "engine", "fleet", "lasting_client"]
