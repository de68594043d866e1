"""Rows put straight into the database: for tests of what reads them. Name only what matters."""

from collections.abc import Mapping
from uuid import UUID

from windlass.coordinator.store.db import Database
from windlass.shared.ids import (
    AttemptId,
    JobId,
    TaskId,
    new_attempt_id,
    new_job_id,
    new_task_id,
)
from windlass.shared.spec import Container, JobSpec, TaskSpec, encode

_FINAL = ("completed", "failed", "cancelled", "lost", "skipped")


def given_job(db: Database, **columns: object) -> JobId:
    id = new_job_id()
    name = str(columns.get("name", "a-job"))
    given = {
        "id": id,
        "door": "native",
        "name": name,
        "state": "running",
        "spec": encode(JobSpec(name=name, tasks=())).decode(),
        "total": 1,
        **columns,
    }
    _insert(db, "job", given)
    return id


def given_task(db: Database, job_id: JobId, **columns: object) -> TaskId:
    id = new_task_id()
    key = str(columns.get("key", columns.get("name", "a-task")))
    given = {
        "id": id,
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
    _insert(db, "task", given)
    return id


def given_attempt(db: Database, job_id: JobId, task_id: TaskId, **columns: object) -> AttemptId:
    id = new_attempt_id()
    given = {
        "id": id,
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
    _insert(db, "attempt", given)
    return id


def given_running(db: Database) -> AttemptId:
    """An attempt, with the job and the task it needs."""
    job_id = given_job(db)
    return given_attempt(db, job_id, given_task(db, job_id))


def given_ended(db: Database, id: AttemptId, state: str = "completed", **columns: object) -> None:
    """An attempt whose node has reported its end."""
    given = {"exit_code": 0, **columns}
    sets = "".join(f", {name} = %({name})s" for name in given)
    with db.transaction() as tx:
        tx.run(
            f"UPDATE attempt SET state = %(state)s, ended_at = now(){sets} WHERE id = %(id)s",  # noqa: S608
            id=id,
            state=state,
            **given,
        )


def given_moved(db: Database, job_id: UUID, entity: str, id: UUID, became: str) -> None:
    """As a move does it: the state and its history, together."""
    ended = ", ended_at = now()" if became in _FINAL else ""
    with db.transaction() as tx:
        tx.run(
            f"UPDATE {entity} SET state = %(became)s{ended} WHERE id = %(id)s",  # noqa: S608
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


def _insert(db: Database, table: str, columns: Mapping[str, object]) -> None:
    names = ", ".join(columns)
    values = ", ".join(f"%({name})s" for name in columns)
    if columns["state"] in _FINAL:
        names, values = f"{names}, ended_at", f"{values}, now()"
    with db.transaction() as tx:
        tx.run(f"INSERT INTO {table} ({names}) VALUES ({values})", **columns)  # noqa: S608
