"""A spec becomes a job, its tasks, what connects them, and the first attempts."""

import msgspec

from windlass.coordinator.engine import activate, blobs, check, permissions, veil
from windlass.coordinator.engine.context import is_templated, kind_of
from windlass.coordinator.engine.errors import Conflict, Full, Invalid, NotFound
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.engine.views import JobView, Submission, Submitted
from windlass.coordinator.store import (
    attempts,
    deliveries,
    edges,
    groups,
    idempotency,
    jobs,
    tasks,
    templates,
)
from windlass.coordinator.store import blobs as stored_blobs
from windlass.coordinator.store.attempts import NewAttempt
from windlass.coordinator.store.db import Batch, Database, Row, Tx, Writer
from windlass.coordinator.store.errors import Broken, Taken
from windlass.coordinator.store.jobs import NewJob, Parent
from windlass.coordinator.store.tasks import NewTask
from windlass.shared import spec
from windlass.shared.ids import JobId, TaskId, new_job_id, new_task_id
from windlass.shared.spec import Group, JobSpec, TaskSpec
from windlass.shared.states import JobState, TaskState
from windlass.shared.text import clean


def submit(db: Database, signals: Signals, submission: Submission) -> Submitted:
    problems = check.submission_problems(submission)
    if not submission.checked:
        problems = check.problems(submission.spec) + problems
    if problems:
        raise Invalid(problems)
    job = _Made(new_job_id(), submission, audience=permissions.audience(db, submission.spec))
    try:
        made, turn = _evaluated(db, job) if job.templated else (_at_once(db, job), None)
    except Taken as taken:
        return _known(db, submission, taken)
    except Broken as rule:
        raise _refusal(submission, rule) from rule
    signals.wake_dispatch()  # heard by whoever watches all jobs; this one nobody knows yet
    if turn is None:
        view = veil.of_view(_view(job.id, submission, made))
        return Submitted(job_id=job.id, created=True, view=view)
    turn.tell(signals)
    return Submitted(job_id=job.id, created=True)


def write(writer: Writer, submission: Submission, parent: Parent) -> None:
    """A sub-job. The loop of ``activate`` starts what has to be evaluated."""
    _Made(new_job_id(), submission, parent).write(writer)


class _Made:
    """Everything that becomes a row."""

    def __init__(
        self, id: JobId, submission: Submission, parent: Parent | None = None, audience: int = 0
    ) -> None:
        self.id = id
        self._audience = audience
        self._parent = parent
        self._secretive = _is_secretive(submission.spec, parent)
        self.submission = submission
        self._tasks, first = _tasks(id, submission.spec)
        replace = msgspec.structs.replace
        self._first = [replace(one, secretive=self._secretive) for one in first]
        # Expressions have to be evaluated before these can start, which they could at once.
        self.templated = [row.id for row in self._tasks if row.templated and row.waiting_on == 0]

    def write(self, writer: Writer) -> None:
        job, document = self.submission.spec, self.submission.document
        _remember(writer, self.id, self.submission)
        if job.group is not None:
            groups.join(writer, job.group)
        jobs.insert(writer, _job(self.id, self.submission, self._parent, self._audience))
        if self.submission.numbered:
            jobs.number(writer, self.id, self.submission.door)
        if document is not None:
            jobs.insert_document(writer, self.id, clean(document), self._secretive)
        if needed := blobs.needed_by(job):
            stored_blobs.give(writer, self.id, needed)
        tasks.insert(writer, self.id, self._tasks, self._secretive)
        needs = [(parent, child) for child, task in enumerate(job.tasks) for parent in task.needs]
        edges.insert(writer, self.id, needs)
        attempts.insert(writer, self._first)
        if job.webhooks:
            deliveries.insert(writer, self.id, [hook.event for hook in job.webhooks])
        jobs.ask_made(writer, self.id)


def _at_once(db: Database, job: _Made) -> Row:
    with db.at_once() as batch:
        job.write(batch)
    return _answer(batch)


def _evaluated(db: Database, job: _Made) -> tuple[Row, Turn]:
    with db.transaction() as tx:
        return _within(tx, job)


def within(tx: Tx, id: JobId, submission: Submission) -> Turn:
    """As part of what else ``tx`` does. The submission is checked already."""
    return _within(tx, _Made(id, submission))[1]


def _within(tx: Tx, job: _Made) -> tuple[Row, Turn]:
    with tx.together() as batch:
        job.write(batch)
    turn = Turn(tx, jobs.lock(tx, [job.id]), ready=list(job.templated))
    activate.start_ready(turn)
    return _answer(batch), turn


def _answer(batch: Batch) -> Row:
    assert batch.answer is not None  # noqa: S101 - its batch was sent
    return batch.answer


def _view(id: JobId, submission: Submission, made: Row) -> JobView:
    """As it was stored; nothing has happened to it yet."""
    job, template = submission.spec, submission.template
    return JobView(
        id=id,
        door=submission.door,
        external_id=made["external_id"],
        owner=submission.owner,
        name=job.name,
        description=job.description,
        state=JobState.PENDING,
        reason=None,
        error="",
        cancelling=False,
        epoch=1,
        priority=job.priority,
        queue=job.queue,
        tags=job.tags,
        spec=msgspec.structs.replace(job, tasks=()),
        total=len(job.tasks),
        ended=0,
        failed=0,
        output=None,
        created_at=made["created_at"],
        started_at=None,
        ended_at=None,
        template_id=template.id if template else None,
        template_version=template.version if template else None,
    )


def _remember(writer: Writer, id: JobId, submission: Submission) -> None:
    if submission.idempotency_key is not None:
        idempotency.insert(writer, _key(submission), submission.fingerprint, id)


def _known(db: Database, submission: Submission, taken: Taken) -> Submitted:
    if taken.constraint != idempotency.CONSTRAINT:
        raise Conflict(f"the id {submission.external_id!r} is taken")
    with db.transaction() as tx:
        found = idempotency.find(tx, _key(submission))
    if found is None or found["fingerprint"] != submission.fingerprint:
        raise Conflict("this idempotency key came with another request before")
    return Submitted(job_id=JobId(found["job_id"]), created=False)


def _key(submission: Submission) -> idempotency.Key:
    return idempotency.Key(submission.door, submission.owner, submission.idempotency_key or "")


def _job(id: JobId, submission: Submission, parent: Parent | None, audience: int) -> NewJob:
    job, template = submission.spec, submission.template
    return NewJob(
        id=id,
        door=submission.door,
        external_id=submission.external_id,
        owner=submission.owner,
        name=job.name,
        description=job.description,
        priority=job.priority,
        queue=job.queue,
        tags=list(job.tags),
        spec=spec.encode(msgspec.structs.replace(job, tasks=())).decode(),
        total=len(job.tasks),
        timeout=job.timeout,
        start_timeout=job.start_timeout,
        total_timeout=job.total_timeout,
        template=template.id if template else None,
        template_version=template.version if template else None,
        fail_fast=job.fail_fast,
        templated=job.output is not None,
        schedule_id=submission.schedule_id,
        delete_after=job.delete_after,
        nested=any(map(kind_of, job.tasks)),
        secretive=_is_secretive(job, parent),
        group=job.group,
        parent=parent,
        audience=audience,
    )


def _is_secretive(job: JobSpec, parent: Parent | None) -> bool:
    """What is evaluated around it may be in it."""
    return bool(job.secrets) or (parent is not None and parent.secretive)


def _tasks(id: JobId, job: JobSpec) -> tuple[list[NewTask], list[NewAttempt]]:
    """The first that can start do so; the loop of ``activate`` takes the others."""
    rows: list[NewTask] = []
    first: list[NewAttempt] = []
    for position, task in enumerate(job.tasks):
        task_id, templated = new_task_id(), is_templated(task)
        starts = not (task.needs or templated) and len(first) < activate.AT_ONCE
        if starts:
            first.append(_grouped(activate.order(id, job.name, task_id, 1, task), job.group))
        row = waiting_task(position, task, len(task.needs), task_id, templated=templated)
        rows.append(msgspec.structs.replace(row, state=TaskState.ACTIVE) if starts else row)
    return rows, first


def _grouped(attempt: NewAttempt, group: Group | None) -> NewAttempt:
    if group is None:
        return attempt
    return msgspec.structs.replace(attempt, group_name=group.name, group_rank=group.rank)


def _refusal(submission: Submission, rule: Broken) -> Exception:
    group = submission.spec.group
    if rule.constraint == templates.THERE:
        return NotFound("the template is gone")
    if rule.constraint != groups.FULL or group is None:
        return rule
    return Full(f"{group.waiting} of the group {group.name} wait already")


def waiting_task(
    position: int,
    task: TaskSpec,
    waiting_on: int,
    id: TaskId | None = None,
    *,
    templated: bool | None = None,
) -> NewTask:
    return NewTask(
        id=id or new_task_id(),
        position=position,
        key=task.key or task.name,
        name=task.name,
        var=task.var,
        state=TaskState.WAITING,
        waiting_on=waiting_on,
        templated=is_templated(task) if templated is None else templated,
        allow_failure=task.allow_failure,
        queue=task.queue,
        priority=task.priority,
        spec=spec.encode(task).decode(),
        kind=kind_of(task),
        generator=task.generator,
    )
