"""Rows as the engine would have written them, for tests of one part of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from windlass.coordinator.store.db import Database
from windlass.shared import messages
from windlass.shared.ids import new_attempt_id, new_job_id, new_task_id
from windlass.shared.spec import Container

_INSERT = "INSERT INTO {table} ({columns}) VALUES ({values})"


def given_job(db: Database, **columns: object) -> UUID:
    id = new_job_id()
    values = {"id": id, "door": "test", "name": "job", "state": "running", "total": 1}
    return insert(db, "job", {**values, "spec": '{"name":"job","tasks":[]}', **columns})


def given_attempt(db: Database, *, grace: float = 10.0, **columns: Any) -> UUID:
    """With a job and an active task of its own; pending and due unless told otherwise."""
    job_id = given_job(db)
    task_id, id = new_task_id(), new_attempt_id()
    queue = str(columns.get("queue", "default"))
    task = {"id": task_id, "job_id": job_id, "position": 0, "key": "task", "name": "task"}
    more = {"state": "active", "waiting_on": 0, "templated": False, "allow_failure": False}
    spec = {"queue": queue, "priority": 0, "spec": '{"name":"task","container":{}}'}
    insert(db, "task", {**task, **more, **spec, "attempts": 1})
    order = messages.RunAttempt(
        attempt_id=id,
        task_id=task_id,
        job_id=job_id,
        number=1,
        job_name="job",
        task_name="task",
        queue=queue,
        container=Container(grace=grace),
    )
    attempt = {"id": id, "task_id": task_id, "job_id": job_id, "number": 1, "epoch": 1}
    values = {"state": "pending", "queue": queue, "priority": 0}
    message = {"message": messages.encode(order).decode()}
    return insert(db, "attempt", {**attempt, **values, **message, **columns})


def attempt_row(db: Database, id: UUID) -> Mapping[str, Any]:
    with db.transaction() as tx:
        row = tx.one("SELECT * FROM attempt WHERE id = %(id)s", id=id)
    assert row is not None
    return row


def state_of(db: Database, id: UUID) -> str:
    return str(attempt_row(db, id)["state"])


def age(db: Database, id: UUID, column: str, seconds: float) -> None:
    """Let a time of an attempt lie that much further in the past."""
    with db.transaction() as tx:
        tx.run(
            f"UPDATE attempt SET {column} = {column} - make_interval(secs => %(by)s)"  # noqa: S608
            " WHERE id = %(id)s",
            by=seconds,
            id=id,
        )


def insert(db: Database, table: str, values: Mapping[str, object]) -> UUID:
    statement = _INSERT.format(
        table=table,
        columns=", ".join(values),
        values=", ".join(f"%({name})s" for name in values),
    )
    with db.transaction() as tx:
        tx.run(statement, **values)
    return UUID(str(values["id"]))
