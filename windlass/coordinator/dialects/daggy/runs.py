"""Runs over HTTP."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from windlass.coordinator.dialects.daggy import documents, finding, present, whole
from windlass.coordinator.dialects.daggy.envelope import error, told, unusable
from windlass.coordinator.dialects.daggy.finding import DOOR
from windlass.coordinator.dialects.daggy.intake import Intake, take
from windlass.coordinator.dialects.daggy.queries import AnyQuery, RunsQuery
from windlass.coordinator.dialects.daggy.translate import Defaults
from windlass.coordinator.engine.errors import Conflict, Problem
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import JobFilter, JobView, Submission
from windlass.coordinator.web import jsontext, replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.reading import Unreadable
from windlass.shared.ids import JobId
from windlass.shared.spec import JobSpec
from windlass.shared.states import JobState

MOST_RUNS = 1000  # of a list, the newest
_PAGE = 200
_OPEN = (JobState.PENDING, JobState.RUNNING)
_MOVED = (HTTPStatus.METHOD_NOT_ALLOWED,)


class Runs(Resource):
    def __init__(self, engine: Engine, defaults: Defaults) -> None:
        super().__init__(engine)
        self._defaults = defaults

    @operation(
        "POST /v1/dagrun",
        Scope.SUBMIT,
        query=AnyQuery,
        body=documents.Dag,
        gives={HTTPStatus.OK: Gives(schema=documents.RunId)},
        fails=(HTTPStatus.NOT_ACCEPTABLE,),
    )
    def submit_run(self, call: Call) -> Response:
        """Submit a DAG for execution."""
        data = _body()
        intake = self._take(data)
        if intake.spec is None:
            raise unusable(list(intake.flaws))
        submitted = self._engine.submit(
            Submission(
                spec=intake.spec,
                door=DOOR,
                owner=call.caller.name,
                numbered=True,
                checked=True,
                document=data.decode("utf-8-sig"),
            )
        )
        job = submitted.view or self._engine.job(submitted.job_id)
        return replies.document({"runID": present.run_id(job)})

    @operation(
        "POST /v1/dagrun/validate",
        Scope.READ,
        query=AnyQuery,
        body=documents.Dag,
        gives={HTTPStatus.OK: Gives(schema=documents.Verdict)},
    )
    def validate_run(self, _: Call) -> Response:
        """Say what submit would say, and store nothing."""
        intake = self._take(_body())
        if intake.spec is None:
            return replies.document({"valid": False, **error(told(list(intake.flaws)))})
        verdict: dict[str, Any] = {"valid": True}
        if intake.warnings:
            verdict["warnings"] = intake.warnings
        return replies.document(verdict)

    @operation(
        "GET /v1/dagruns",
        Scope.READ,
        query=RunsQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.Summary, many=True)},
    )
    def list_runs(self, call: Call) -> Response:
        """List the runs that go on, or, with ``all``, the newest of all of them."""
        states = () if call.query["all"] else _OPEN
        tags = (call.query["tag"],) if "tag" in call.query else ()
        jobs = self._newest(JobFilter(door=DOOR, states=states, tags=tags))
        jobs.sort(key=present.run_id)
        ids = [job.id for job in jobs]
        tallies, moved = self._engine.tallies(ids), self._engine.moved_at(ids)
        summaries = [
            present.summary(job, present.counted(tallies.get(job.id, ())), moved.get(job.id))
            for job in jobs
        ]
        return replies.document(summaries)

    @operation(
        "GET /v1/dagrun/<run>",
        Scope.READ,
        query=AnyQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.Run)},
    )
    def show_run(self, _: Call, run: str) -> Response:
        """Show a run: its tasks, their attempts and logs, and every state it was in."""
        job = self._engine.job(finding.run(self._engine, run))
        return replies.document(whole.document(self._engine, job))

    @operation(
        "DELETE /v1/dagrun/<run>",
        Scope.SUBMIT,
        query=AnyQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.RunId)},
    )
    def kill_run(self, _: Call, run: str) -> Response:
        """Kill a run; one that is over stays as it is."""
        id = finding.run(self._engine, run)
        if self._engine.job(id).ended_at is None:
            self._kill(id)
        return replies.document({"runID": int(run)})

    @operation(
        "GET /v1/dagrun/<run>/state",
        Scope.READ,
        query=AnyQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.State)},
    )
    def run_state(self, _: Call, run: str) -> Response:
        """Tell the state of a run."""
        id = finding.run(self._engine, run)
        return replies.document({"state": self._state(self._engine.job(id))})

    @operation(
        "PATCH /v1/dagrun/<run>/state/<state>",
        Scope.SUBMIT,
        query=AnyQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.RunId)},
        fails=_MOVED,
    )
    def move_run(self, _: Call, run: str, state: str) -> Response:
        """Restart a run that ended, pause, resume or kill one that goes on."""
        id = finding.run(self._engine, run)
        job, wanted = self._engine.job(id), state.upper()
        if wanted not in present.STATES:
            raise invalid(f"{state} is no state; there are {', '.join(present.STATES)}")
        self._move(job, self._state(job), wanted)
        return replies.document({"runID": int(run)})

    def _move(self, job: JobView, now: str, wanted: str) -> None:
        is_open = job.ended_at is None
        if wanted == "QUEUED" and now in {"ERRORED", "KILLED"}:
            self._engine.restart(job.id)
        elif wanted == "QUEUED" and now == "PAUSED":
            self._engine.resume(job.id)
        elif wanted == "PAUSED" and is_open:
            self._engine.pause(job.id)
        elif wanted == "KILLED" and is_open:
            self._kill(job.id)
        else:
            raise Conflict(f"a run that is {now} cannot be made {wanted}")

    def _kill(self, id: JobId) -> None:
        self._engine.cancel(id)

    def _state(self, job: JobView) -> str:
        """Where tasks were killed and none failed by itself the run was killed, too."""
        if job.state is not JobState.FAILED:
            return present.run_state(job)
        return present.run_state(job, present.counted(self._engine.tallies([job.id])[job.id]))

    def _newest(self, filter: JobFilter) -> list[JobView]:
        found: list[JobView] = []
        cursor = None
        while len(found) < MOST_RUNS:
            page = self._engine.jobs(filter, limit=_PAGE, cursor=cursor)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
        return found

    def _take(self, data: bytes) -> Intake:
        try:
            value = jsontext.load(data)
        except Unreadable as problem:
            raise invalid(told(list(problem.flaws))) from None
        return take(value, self._problems, self._defaults)

    def _problems(self, spec: JobSpec) -> Sequence[Problem]:
        return self._engine.problems(spec) or self._engine.misfits(spec)


def _body() -> bytes:
    """As JSON whatever it says it is: curl says it is a form."""
    data = request.get_data(cache=False)
    if request.content_length is None and len(data) == request.max_content_length:
        raise RequestEntityTooLarge
    return data
