"""Logs go before their jobs where the operator keeps them less long."""

from math import inf
from time import time
from typing import Any
from uuid import UUID

import pytest

from tests.support import logs
from tests.support.stored import given_attempt, given_ended, given_job, given_task
from windlass.coordinator.engine import retention
from windlass.coordinator.engine.observing import Observing
from windlass.coordinator.engine.sight import Sight
from windlass.coordinator.store.db import Database
from windlass.shared.ids import AttemptId, first_id_at

pytestmark = pytest.mark.postgres

HOUR = 3600.0


def written(db: Database, *, ago: float, **columns: Any) -> AttemptId:
    """What an attempt wrote that began and ended so many seconds ago."""
    job = given_job(db)
    id = UUID(int=first_id_at(time() - ago - 1).int + job.int % 1000)
    attempt = given_attempt(db, job, given_task(db, job), id=id)
    given_ended(db, attempt, **{"settled": True, **columns})
    with db.transaction() as tx:
        tx.run(
            "UPDATE attempt SET ended_at = now() - make_interval(secs => %(ago)s)"
            " WHERE id = %(id)s AND state <> 'running'",
            ago=ago,
            id=id,
        )
    logs.store(db, logs.cut(attempt, b"one\ntwo\n", 4))
    return attempt


def sizes(db: Database, *ids: AttemptId) -> list[int]:
    seen = Observing(db, Sight(db))
    return [seen.log_size(id).bytes for id in ids]


def test_old_logs_go_and_young_ones_stay(db: Database) -> None:
    old, young = written(db, ago=2 * HOUR), written(db, ago=HOUR / 2)
    assert retention.forget_logs(db, HOUR) == 1
    assert sizes(db, old, young) == [0, 8]
    with db.transaction() as tx:
        assert {row["attempt_id"] for row in tx.all("SELECT attempt_id FROM log_chunk")} == {young}
    assert retention.forget_logs(db, HOUR) == 0


def test_a_log_that_is_gone_is_at_its_end(db: Database) -> None:
    old = written(db, ago=2 * HOUR, log_bytes=8, log_lines=2)
    retention.forget_logs(db, HOUR)
    size = Observing(db, Sight(db)).log_size(old)
    assert (size.bytes, size.ended) == (0, True)


@pytest.mark.parametrize("columns", [{"settled": False}, {"state": "running"}])
def test_what_may_still_be_added_to_stays(db: Database, columns: dict[str, Any]) -> None:
    kept = written(db, ago=2 * HOUR, **columns)
    assert retention.forget_logs(db, HOUR) == 0
    assert sizes(db, kept) == [8]


def test_without_an_age_they_stay_with_their_jobs(db: Database) -> None:
    kept = written(db, ago=1000 * HOUR)
    assert retention.forget_logs(db, inf) == 0
    assert sizes(db, kept) == [8]
