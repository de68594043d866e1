"""Tasks, attempts and history over HTTP."""

from http import HTTPStatus
from uuid import UUID

from flask import Response

from windlass.coordinator.dialects.native import documents, present, queries
from windlass.coordinator.dialects.native.jobs import page_document
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.shared.ids import AttemptId, JobId, TaskId
from windlass.shared.states import LETTERS


class Tasks(Resource):
    @operation(
        "GET /jobs/<uuid:job_id>/tasks",
        Scope.READ,
        query=queries.TasksQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.TaskPage)},
    )
    def list_tasks(self, call: Call, job_id: UUID) -> Response:
        """List a job's tasks, in the order of its spec."""
        page = self._engine.tasks(
            JobId(job_id),
            queries.task_filter(call.query),
            limit=call.query["limit"],
            cursor=call.query.get("cursor"),
        )
        return replies.document(page_document(page, present.task))

    @operation(
        "GET /jobs/<uuid:job_id>/states",
        Scope.READ,
        gives={HTTPStatus.OK: Gives(media="text/plain", about="w a c f x s, one for each task")},
    )
    def task_states(self, _: Call, job_id: UUID) -> Response:
        """Give one letter per task: waiting, active, completed, failed, x cancelled, skipped."""
        states = self._engine.task_states(JobId(job_id))
        return replies.text("".join(LETTERS[state] for state in states))

    @operation(
        "GET /jobs/<uuid:job_id>/history",
        Scope.READ,
        query=queries.HistoryQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.History)},
    )
    def job_history(self, call: Call, job_id: UUID) -> Response:
        """Tell every change of state, oldest first; go on with ``after`` set to ``next``."""
        limit = call.query["limit"]
        rows = self._engine.history(JobId(job_id), after=call.query["after"], limit=limit)
        more = rows[-1].id if len(rows) == limit else None
        return replies.document({"items": list(map(present.history_row, rows)), "next": more})

    @operation(
        "GET /tasks/<uuid:task_id>", Scope.READ, gives={HTTPStatus.OK: Gives(schema=documents.Task)}
    )
    def show_task(self, _: Call, task_id: UUID) -> Response:
        """Show a task, and what it waits for."""
        return replies.document(present.task(self._engine.task(TaskId(task_id))))

    @operation(
        "GET /tasks/<uuid:task_id>/attempts",
        Scope.READ,
        gives={HTTPStatus.OK: Gives(schema=documents.Attempts)},
    )
    def list_attempts(self, _: Call, task_id: UUID) -> Response:
        """List a task's attempts, oldest first."""
        attempts = self._engine.attempts(TaskId(task_id))
        return replies.document({"items": list(map(present.attempt, attempts))})

    @operation(
        "POST /tasks/<uuid:task_id>/cancel",
        Scope.SUBMIT,
        gives={HTTPStatus.ACCEPTED: Gives(schema=documents.Task)},
    )
    def cancel_task(self, _: Call, task_id: UUID) -> Response:
        """Cancel one task; the job goes on without what depends on it."""
        self._engine.kill(TaskId(task_id))
        return replies.document(present.task(self._engine.task(TaskId(task_id))), 202)

    @operation(
        "POST /tasks/<uuid:task_id>/rerun",
        Scope.SUBMIT,
        gives={HTTPStatus.ACCEPTED: Gives(schema=documents.Job)},
        fails=(HTTPStatus.CONFLICT,),
    )
    def rerun_task(self, _: Call, task_id: UUID) -> Response:
        """Run a task of a job that is over again, and whatever follows from it."""
        job_id = self._engine.task(TaskId(task_id)).job_id
        self._engine.rerun(TaskId(task_id))
        return replies.document(present.job(self._engine.job(job_id)), HTTPStatus.ACCEPTED)

    @operation(
        "GET /attempts/<uuid:attempt_id>",
        Scope.READ,
        gives={HTTPStatus.OK: Gives(schema=documents.Attempt)},
    )
    def show_attempt(self, _: Call, attempt_id: UUID) -> Response:
        """Show an attempt."""
        return replies.document(present.attempt(self._engine.attempt(AttemptId(attempt_id))))
