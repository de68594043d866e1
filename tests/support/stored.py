"""Rows put straight into the database, as the engine would have. Name only what matters."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.support.fakes import FakePublisher
from tests.support.rows import age
from windlass.coordinator.engine.dispatch import dispatch_due
from windlass.coordinator.store.db import Database
from windlass.shared import messages
from windlass.shared.ids import (
    AttemptId,
    JobId,
    TaskId,
    new_attempt_id,
    new_job_id,
    new_task_id,
)
from windlass.shared.spec import Container, JobSpec, TaskSpec, encode

_INSERT = "INSERT INTO {table} ({columns}) VALUES ({values})"
_FINAL = ("completed", "failed", "cancelled", "lost", "skipped")


def given_job(db: Database, **columns: object) -> JobId:
    name = str(columns.get("name", "a-job"))
    spec = encode(JobSpec(name=name, tasks=())).decode()
    defaults = {"id": new_job_id(), "door": "native", "name": name, "state": "running"}
    return JobId(_insert(db, "job", {**defaults, "spec": spec, "total": 1, **columns}))


def given_task(db: Database, job_id: JobId, **columns: object) -> TaskId:
    key = str(columns.get("key", columns.get("name", "a-task")))
    given = {
        "id": new_task_id(),
        "job_id": job_id,
        "position": 0,
        "key": key,
        "name": key,
        "state": "active",
        "waiting_on": 0,
        "templated": False,
        "allow_failure": False,
        "queue": "default",
        "priority": 0,
        "spec": encode(TaskSpec(name=key, container=Container())).decode(),
        **columns,
    }
    return TaskId(_insert(db, "task", given))


def given_attempt(db: Database, job_id: JobId, task_id: TaskId, **columns: object) -> AttemptId:
    given = {
        "id": new_attempt_id(),
        "job_id": job_id,
        "task_id": task_id,
        "number": 1,
        "epoch": 1,
        "state": "running",
        "queue": "default",
        "priority": 0,
        "message": "{}",
        **columns,
    }
    return AttemptId(_insert(db, "attempt", given))


def given_due(db: Database, *, grace: float = 10.0, **columns: Any) -> AttemptId:
    """Pending and due unless told otherwise, with the job and the active task it needs."""
    job_id = given_job(db)
    queue = str(columns.get("queue", "default"))
    task_id, id = given_task(db, job_id, queue=queue, attempts=1), new_attempt_id()
    order = messages.RunAttempt(
        attempt_id=id,
        task_id=task_id,
        job_id=job_id,
        number=1,
        job_name="a-job",
        task_name="a-task",
        queue=queue,
        container=Container(grace=grace),
    )
    given = {"id": id, "state": "pending", "message": messages.encode(order).decode(), **columns}
    return given_attempt(db, job_id, task_id, **given)


def given_running(db: Database) -> AttemptId:
    return given_due(db, state="running")


def given_ended(db: Database, id: AttemptId, state: str = "completed", **columns: object) -> None:
    """An attempt whose node has reported its end."""
    given = {"exit_code": 0, **columns}
    sets = "".join(f", {name} = %({name})s" for name in given)
    with db.transaction() as tx:
        tx.run(
            f"UPDATE attempt SET state = %(state)s, ended_at = now(){sets} WHERE id = %(id)s",  # noqa: S608 - names of ours
            id=id,
            state=state,
            **given,
        )


def given_moved(db: Database, job_id: UUID, entity: str, id: UUID, became: str) -> None:
    """As a move does it: the state and its history, together."""
    ended = ", ended_at = now()" if became in _FINAL else ""
    with db.transaction() as tx:
        tx.run(
            f"UPDATE {entity} SET state = %(became)s{ended} WHERE id = %(id)s",  # noqa: S608 - names of ours
            id=id,
            became=became,
        )
        tx.run(
            "INSERT INTO history (job_id, entity, entity_id, became)"
            " VALUES (%(job_id)s, %(entity)s, %(id)s, %(became)s)",
            job_id=job_id,
            entity=entity,
            id=id,
            became=became,
        )


def given_edge(db: Database, job_id: JobId, parent: int, child: int) -> None:
    with db.transaction() as tx:
        tx.run(
            "INSERT INTO edge (job_id, parent, child) VALUES (%(job_id)s, %(parent)s, %(child)s)",
            job_id=job_id,
            parent=parent,
            child=child,
        )


def _insert(db: Database, table: str, columns: Mapping[str, object]) -> UUID:
    ended = {"ended_at": datetime.now(UTC)} if columns["state"] in _FINAL else {}
    values = {**ended, **columns}
    statement = _INSERT.format(
        table=table,
        columns=", ".join(values),
        values=", ".join(f"%({name})s" for name in values),
    )
    with db.transaction() as tx:
        tx.run(statement, **values)
    return UUID(str(values["id"]))


def given_scheduled(db: Database, *, sent_ago: float, queue: str = "default") -> UUID:
    id = given_due(db, queue=queue)
    dispatch_due(db, FakePublisher(), 10)
    age(db, id, "published_at", sent_ago)
    return id
