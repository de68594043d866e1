"""Jobs of an API: submitted, shown and stopped, at its operator's address and at its own."""

import json
from http import HTTPStatus
from time import time_ns

from flask import Response, request
from werkzeug.exceptions import NotFound

from windlass.coordinator.dialects.cortex import faults, present, schema, submission, versions
from windlass.coordinator.dialects.cortex.addresses import RESERVED, not_served, told, url
from windlass.coordinator.dialects.cortex.apis import Deployed, reversed_time
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.finding import DOOR, Finder, Found, job_id, only
from windlass.coordinator.dialects.cortex.settings import Settings
from windlass.coordinator.dialects.cortex.translate import Job, to_job_spec
from windlass.coordinator.dialects.cortex.versions import Speech
from windlass.coordinator.engine import errors
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, operation

_OK = {HTTPStatus.OK: Gives(media="application/json")}
_ENDPOINT = "/<endpoint:endpoint>"
_TRIES = 5  # for an id that another job got in the same nanosecond


class Jobs:
    def __init__(self, engine: Engine, settings: Settings, prefix: str) -> None:
        self._engine = engine
        self._find = Finder(engine)
        self._settings = settings
        self._prefix = prefix

    @operation("POST /tasks/<name>", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def submit_task(self, call: Call, name: str) -> Response:
        """Submit a job of a task."""
        return self._submit(call, only(self._find.api(name), schema.TASK))

    @operation("GET /tasks/<name>", Scope.READ, gives=_OK, loose=True)
    @told
    def show_task(self, _: Call, name: str) -> Response:
        """Show a job of a task."""
        id = job_id()
        return self._show(only(self._find.api(name), schema.TASK), id)

    @operation("GET /tasks/<name>/<id>", Scope.READ, gives=_OK, loose=True)
    @told
    def show_task_by_path(self, _: Call, name: str, id: str) -> Response:
        """Show a job of a task."""
        return self._show(only(self._find.api(name), schema.TASK), id)

    @operation("DELETE /tasks/<name>", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def stop_task(self, _: Call, name: str) -> Response:
        """Stop a job of a task."""
        id = job_id()
        return self._stop(self._find.api(name), id)

    @operation("DELETE /tasks/<name>/<id>", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def stop_task_by_path(self, _: Call, name: str, id: str) -> Response:
        """Stop a job of a task."""
        return self._stop(self._find.api(name), id)

    @operation(f"POST {_ENDPOINT}", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def submit_at_endpoint(self, call: Call, endpoint: str) -> Response:
        """Submit a job where an API says that it takes them."""
        api, rest = self._at(endpoint)
        if rest:
            raise NotFound
        return self._submit(call, api)

    @operation(f"GET {_ENDPOINT}", Scope.READ, gives=_OK, loose=True)
    @told
    def show_at_endpoint(self, _: Call, endpoint: str) -> Response:
        """Show a job, by the query or by path."""
        api, rest = self._at(endpoint)
        return self._show(api, rest or job_id())

    @operation(f"DELETE {_ENDPOINT}", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def stop_at_endpoint(self, _: Call, endpoint: str) -> Response:
        """Stop a job, by the query or by path."""
        api, rest = self._at(endpoint)
        return self._stop(api, rest or job_id())

    def _at(self, endpoint: str) -> tuple[Deployed, str]:
        """The API there, and the id of a job behind it."""
        if endpoint.partition("/")[0] in RESERVED:
            raise not_served(endpoint)
        path, _, last = endpoint.rpartition("/")
        api = self._find.at(f"/{endpoint.rstrip('/')}")
        if api is not None:
            return api, ""
        parent = self._find.at(f"/{path}") if path and last else None
        if parent is None:
            raise NotFound
        return parent, last

    def _submit(self, call: Call, api: Deployed) -> Response:
        asked = submission.task(request.get_data(cache=False))
        for tries_left in reversed(range(_TRIES)):
            id = reversed_time(time_ns())
            try:
                self._engine.submit(self._submission(call, api, id, asked))
                break
            except errors.Conflict:
                if not tries_left:
                    raise
            except errors.NotFound:  # it was deleted meanwhile
                raise faults.not_deployed(api.name) from None
        return replies.document(present.submitted(id, asked, api, self._speech()))

    def _submission(self, call: Call, api: Deployed, id: str, asked: present.Doc) -> Submission:
        shown = present.submitted(id, asked, api, Speech(_NEWEST.minor, _NEWEST.text))
        job = Job(shown=shown, timeout=asked["timeout"], url=url(self._prefix, ""))
        return Submission(
            spec=to_job_spec(api.spec, job),
            door=DOOR,
            owner=call.caller.name,
            external_id=id,
            document=json.dumps(asked),
            template=api.template,
        )

    def _show(self, api: Deployed, id: str) -> Response:
        found = self._find.job(api, id)
        return replies.document(self.shown(found))

    def shown(self, found: Found) -> present.Doc:
        id = found.seen.job.external_id
        return {
            "job_status": present.job_status(found.seen, found.api, self._speech()),
            "endpoint": f"{url(self._prefix, found.api.endpoint)}?jobID={id}",
            "api_spec": found.api.shown(),
        }

    def _stop(self, api: Deployed, id: str) -> Response:
        found = self._find.job(api, id)
        refused = Fault(
            "job.job_is_not_in_progress",
            f"{id} ({api.name} api): cannot stop {api.kind} job because it is not in progress",
        )
        if present.is_over(found.seen):
            raise refused
        try:
            self._engine.cancel(found.seen.job.id)
        except errors.Conflict:
            raise refused from None
        if present.status(self._find.job(api, id).seen) != present.STOPPED:
            raise refused  # its time was up first
        return replies.document({"message": f"stopped job {id}"})

    def _speech(self) -> Speech:
        return versions.of_anybody(request, self._settings.version)


_NEWEST = versions.read(versions.NEWEST) or Speech(42, versions.NEWEST)
