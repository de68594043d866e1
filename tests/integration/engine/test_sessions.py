"""Who has logged in, told by a secret."""

import pytest

from windlass.coordinator.engine import sessions
from windlass.coordinator.engine.views import Session
from windlass.coordinator.store.db import Database

pytestmark = pytest.mark.postgres

IDLE = 7200.0


def age(db: Database, seconds: float) -> None:
    with db.transaction() as tx:
        tx.run("UPDATE session SET used_at = now() - make_interval(secs => %(s)s)", s=seconds)


def idle_for(db: Database) -> float:
    with db.transaction() as tx:
        row = tx.one("SELECT extract(epoch FROM now() - used_at)::float8 AS idle FROM session")
    assert row is not None
    return float(row["idle"])


def test_a_session_is_found_by_its_secret_at_its_own_door_only(db: Database) -> None:
    secret = sessions.begin(db, "linkis", "alice", "open")

    found = Session(username="alice", proof="open", expired=False)
    assert sessions.find(db, "linkis", secret, IDLE) == found
    assert sessions.find(db, "other", secret, IDLE) is None
    assert sessions.find(db, "linkis", secret[:-1] + "_", IDLE) is None
    assert sessions.find(db, "linkis", "'; --\0", IDLE) is None


def test_its_secret_is_not_kept(db: Database) -> None:
    secret = sessions.begin(db, "linkis", "alice", "open")

    with db.transaction() as tx:
        kept = tx.all("SELECT session::text AS content FROM session")
    assert secret not in str(kept)


def test_one_that_is_used_lives_on_and_one_that_is_not_expires(db: Database) -> None:
    secret = sessions.begin(db, "linkis", "alice", "open")

    age(db, IDLE - 1)
    assert sessions.find(db, "linkis", secret, IDLE) == Session(
        username="alice", proof="open", expired=False
    )
    assert idle_for(db) < sessions.NOTED

    age(db, IDLE + sessions.NOTED + 1)
    found = sessions.find(db, "linkis", secret, IDLE)
    assert found is not None
    assert found.expired
    assert idle_for(db) > IDLE  # asking for it was no use of it


def test_one_that_was_ended_is_gone(db: Database) -> None:
    secret = sessions.begin(db, "linkis", "alice", "open")

    sessions.end(db, secret)
    sessions.end(db, secret)

    assert sessions.find(db, "linkis", secret, IDLE) is None


def test_those_that_nobody_uses_are_forgotten(db: Database) -> None:
    sessions.begin(db, "linkis", "alice", "open")
    age(db, sessions.KEPT + 1)
    kept = sessions.begin(db, "linkis", "bob", "open")

    assert sessions.forget(db) == 1
    assert sessions.find(db, "linkis", kept, IDLE) is not None
