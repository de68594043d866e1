from collections.abc import Iterator
from threading import Event

import pytest

from tests.support.following import LocalSignals
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.coordinator.web.tail import Tails


@pytest.fixture
def signals() -> LocalSignals:
    return LocalSignals()


@pytest.fixture
def engine(db: Database, signals: LocalSignals) -> Engine:
    return Engine(db, signals)


@pytest.fixture
def closing() -> Iterator[Event]:
    """Whoever still follows at the end of a test leaves."""
    event = Event()
    yield event
    event.set()


@pytest.fixture
def tails(engine: Engine, closing: Event) -> Tails:
    return Tails(engine, closing)
