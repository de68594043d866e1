"""The one way out of a final state: a job is opened again, as a new epoch; and deletion."""

from uuid import UUID

from windlass.coordinator.engine import activate, advance
from windlass.coordinator.engine.errors import Conflict, NotFound
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.store import composites, deletion, deliveries, jobs, reopening, tasks
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.shared.ids import JobId, TaskId
from windlass.shared.states import JOB, JobState


def restart(db: Database, signals: Signals, id: JobId) -> int:
    with db.transaction() as tx:
        job = _finished(tx, id)
        if job["state"] == JobState.COMPLETED:
            raise Conflict("the job completed; rerun one of its tasks instead")
        reopening.unfinished(tx, id)
        turn = _go_on(tx, id)
    turn.tell(signals)
    return int(turn.jobs[id]["epoch"])


def rerun(db: Database, signals: Signals, id: TaskId) -> int:
    with db.transaction() as tx:
        job_id = tasks.job_of(tx, id)
        if job_id is None:
            raise NotFound(f"there is no task {id}")
        _finished(tx, job_id)
        if not reopening.from_task(tx, job_id, composites.root_of(tx, id)):
            raise Conflict("what the task needs did not complete; restart the job instead")
        turn = _go_on(tx, job_id)
    turn.tell(signals)
    return int(turn.jobs[job_id]["epoch"])


def delete(db: Database, id: JobId) -> None:
    with db.transaction() as tx:
        if _finished(tx, id)["attached"]:
            raise Conflict("the task that started the job has not taken its result yet")
        deletion.delete(tx, [id])


def _finished(tx: Tx, id: UUID) -> Row:
    """The job, locked; Conflict unless it is over."""
    job = jobs.lock(tx, [id]).get(id)
    if job is None:
        raise NotFound(f"there is no job {id}")
    if not JOB.is_final(JobState(job["state"])):
        raise Conflict(f"the job is {job['state']}: it is not over")
    return job


def _go_on(tx: Tx, id: UUID) -> Turn:
    """Start what can start; a job of which nothing was left to do ends again at once."""
    deliveries.again(tx, id)
    turn = Turn(tx, jobs.lock(tx, [id]), changed={id})
    turn.ready = [row["id"] for row in tasks.ready_of(tx, id, activate.AT_ONCE)]
    if turn.ready:
        activate.start_ready(turn)
    else:
        status = jobs.status(tx, id)
        advance.finish(turn, [status] if status and status["over"] else [])
    return turn
