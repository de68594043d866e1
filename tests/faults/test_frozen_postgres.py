"""A Postgres that is frozen with all its connections open: nobody waits for it for ever."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.builders import submitted
from tests.support.faults import RestartablePostgres
from windlass.coordinator.engine import browse
from windlass.coordinator.engine.sight import Sight
from windlass.coordinator.engine.views import JobFilter
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.errors import Unavailable
from windlass.coordinator.store.guard import Guard
from windlass.coordinator.store.migrate import migrate

pytestmark = [pytest.mark.postgres]


@pytest.fixture
def frozen(services: Path) -> Iterator[RestartablePostgres]:
    server = RestartablePostgres(services / "frozen")
    migrate(server.url)
    yield server
    server.tell(signal.SIGCONT)
    server.stop()


def test_what_waits_for_it_is_told_and_goes_on_when_it_is_back(
    frozen: RestartablePostgres,
) -> None:
    with closing(Database(frozen.url, pool_size=2)) as db:
        guard = Guard(frozen.url, db, patience=1.0)
        guard.start()
        id = submitted(db)
        assert browse.job(db, id).id == id

        frozen.tell(signal.SIGSTOP)
        with pytest.raises(Unavailable):
            browse.jobs(db, JobFilter(), Sight(db), limit=10)

        frozen.tell(signal.SIGCONT)
        assert [job.id for job in browse.jobs(db, JobFilter(), Sight(db), limit=10).items] == [id]
        guard.stop()
