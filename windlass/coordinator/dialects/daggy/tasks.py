"""Tasks of runs over HTTP."""

from http import HTTPStatus

from flask import Response

from windlass.coordinator.dialects.daggy import documents, finding, present, whole
from windlass.coordinator.dialects.daggy.queries import AnyQuery
from windlass.coordinator.engine.errors import Conflict
from windlass.coordinator.engine.views import TaskView
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, Resource, operation

_AT = "/v1/dagrun/<run>/task/<path:name>"


class Tasks(Resource):
    @operation(
        f"GET {_AT}",
        Scope.READ,
        query=AnyQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.Task)},
    )
    def show_task(self, _: Call, run: str, name: str) -> Response:
        """Show what a task was asked to do."""
        return replies.document(whole.one_task(self._engine, self._task(run, name)))

    @operation(
        f"DELETE {_AT}",
        Scope.SUBMIT,
        query=AnyQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.RunId)},
    )
    def kill_task(self, _: Call, run: str, name: str) -> Response:
        """Kill a task; the rest of the run goes on. One that is over stays as it is."""
        self._engine.kill(self._task(run, name).id)
        return replies.document({"runID": int(run)})

    @operation(
        f"GET {_AT}/state",
        Scope.READ,
        query=AnyQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.State)},
    )
    def task_state(self, _: Call, run: str, name: str) -> Response:
        """Tell the state of a task."""
        return replies.document({"state": present.task_state(self._task(run, name))})

    @operation(
        f"PATCH {_AT}/state/<state>",
        Scope.SUBMIT,
        query=AnyQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.RunId)},
        fails=(HTTPStatus.METHOD_NOT_ALLOWED,),
    )
    def move_task(self, _: Call, run: str, name: str, state: str) -> Response:
        """Run a task of a run that is over again (QUEUED), or kill it (KILLED)."""
        task, wanted = self._task(run, name), state.upper()
        now = present.task_state(task)
        if wanted == "QUEUED" and now in {"ERRORED", "KILLED"}:
            self._engine.rerun(task.id)
        elif wanted == "KILLED" and now not in {"ERRORED", "COMPLETED"}:
            self._engine.kill(task.id)
        else:
            raise Conflict(f"a task that is {now} cannot be made {state}")
        return replies.document({"runID": int(run)})

    def _task(self, run: str, name: str) -> TaskView:
        job_id = finding.run(self._engine, run)
        return self._engine.task(finding.task(self._engine, job_id, run, name))
