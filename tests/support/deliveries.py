"""Webhooks told at once, and what is left to tell."""

from contextlib import closing
from typing import Any

from tests.support.builders import a_job, a_submission, a_task
from tests.support.fakes import FakeSignals
from windlass.coordinator.dialects import discover
from windlass.coordinator.engine.deliver import Deliverer
from windlass.coordinator.engine.hooks import HookWords
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.transport.outgoing import Allowed, Outgoing
from windlass.shared.ids import JobId
from windlass.shared.spec import Webhook

HERE = Allowed.parse(["127.0.0.0/8"])


def words(door: str) -> HookWords | None:
    return {dialect.name: dialect.hooks for dialect in discover()}.get(door)


def deliver(db: Database, *, allowed: Allowed = HERE, secret: str = "") -> None:
    """Everything that is due."""
    while due(db):
        with closing(Deliverer(db, words, Outgoing(allowed).post, secret)) as deliverer:
            deliverer.step()


def due(db: Database) -> int:
    with db.transaction() as tx:
        row = tx.one(
            "SELECT count(*) AS due FROM delivery WHERE due_at <= now() AND EXISTS"
            " (SELECT FROM history WHERE history.job_id = delivery.job_id AND id > after"
            "  AND (entity <> 'attempt' OR became NOT IN ('pending', 'scheduled')))"
        )
    return int(row["due"]) if row else 0


def deliveries(db: Database) -> list[Row]:
    with db.transaction() as tx:
        return list(tx.all("SELECT *, due_at - now() AS rest FROM delivery ORDER BY hook"))


def time_passes(db: Database) -> None:
    with db.transaction() as tx:
        tx.run("UPDATE delivery SET due_at = now() WHERE due_at IS NOT NULL")


def a_hooked_job(db: Database, *urls: str, door: str = "native", **fields: Any) -> JobId:
    hooks = tuple(Webhook(url=url, **fields) for url in urls)
    spec = a_job(a_task("one"), webhooks=hooks, secrets={"k": "hunter2"}, inputs={"a": "hunter2"})
    return submit(db, FakeSignals(), a_submission(spec, door=door)).job_id
