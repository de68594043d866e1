"""Jobs of an API: submitted, shown and stopped, at its operator's address and at its own."""

from http import HTTPStatus

from flask import Response, request
from werkzeug.exceptions import NotFound

from windlass.coordinator.dialects.cortex import present, schema, versions
from windlass.coordinator.dialects.cortex.addresses import RESERVED, not_served, told, url
from windlass.coordinator.dialects.cortex.apis import Deployed
from windlass.coordinator.dialects.cortex.deploying import Making
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.finding import Finding, Found, job_id, no_job, only
from windlass.coordinator.dialects.cortex.settings import Settings
from windlass.coordinator.dialects.cortex.submitting import Submitter
from windlass.coordinator.dialects.cortex.versions import Speech
from windlass.coordinator.engine import errors
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, operation

_OK = {HTTPStatus.OK: Gives(media="application/json")}
_ENDPOINT = "/<endpoint:endpoint>"


class Jobs(Finding):
    def __init__(self, engine: Engine, settings: Settings, making: Making, prefix: str) -> None:
        super().__init__(engine)
        self._settings = settings
        self._submitter = Submitter(engine, settings, making, prefix)
        self._prefix = prefix

    @operation("POST /<kind:kind>/<name>", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def submit(self, call: Call, kind: str, name: str) -> Response:
        """Submit a job."""
        return self._submitter.submit(call, only(self._find.api(name), kind), self._speech())

    @operation("GET /<kind:kind>/<name>", Scope.READ, gives=_OK, loose=True)
    @told
    def show(self, _: Call, kind: str, name: str) -> Response:
        """Show a job."""
        id = job_id()
        return self._show(only(self._find.api(name), kind), id)

    @operation("GET /<kind:kind>/<name>/<id>", Scope.READ, gives=_OK, loose=True)
    @told
    def show_by_path(self, _: Call, kind: str, name: str, id: str) -> Response:
        """Show a job."""
        return self._show(only(self._find.api(name), kind), id)

    @operation("DELETE /<kind:kind>/<name>", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def stop(self, _: Call, kind: str, name: str) -> Response:
        """Stop a job."""
        return self._stop_of(kind, name, job_id())

    @operation("DELETE /<kind:kind>/<name>/<id>", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def stop_by_path(self, _: Call, kind: str, name: str, id: str) -> Response:
        """Stop a job."""
        return self._stop_of(kind, name, id)

    @operation(f"POST {_ENDPOINT}", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def submit_at_endpoint(self, call: Call, endpoint: str) -> Response:
        """Submit a job where an API says that it takes them."""
        api, rest = self._at(endpoint)
        if rest:
            raise NotFound
        return self._submitter.submit(call, api, self._speech())

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

    def _show(self, api: Deployed, id: str) -> Response:
        found = self._find.job(api, id)
        return replies.document(self.shown(found))

    def shown(self, found: Found) -> present.Doc:
        id, speech = found.seen.job.external_id, self._speech()
        return {
            "job_status": present.job_status(found.seen, found.api, speech),
            "endpoint": f"{url(self._prefix, found.api.endpoint)}?jobID={id}",
            "api_spec": found.api.shown(),
            **present.beside(found.seen, speech),
        }

    def _stop(self, api: Deployed, id: str) -> Response:
        found = self._to_stop(api, id)
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

    def _stop_of(self, kind: str, name: str, id: str) -> Response:
        """Nobody asks here whether there is such an API: then there is no such job."""
        api = self._find.named(name)
        if api is None or api.kind != kind:
            raise _unknown_to_stop(no_job(name, kind, id), kind)
        return self._stop(api, id)

    def _to_stop(self, api: Deployed, id: str) -> Found:
        try:
            return self._find.job(api, id)
        except Fault as fault:
            raise _unknown_to_stop(fault, api.kind) from None

    def _speech(self) -> Speech:
        return versions.of_anybody(request, self._settings.version)


def _unknown_to_stop(fault: Fault, kind: str) -> Fault:
    """Of a batch job it is not Cortex itself who says that it is not there."""
    return Fault("error", str(fault)) if kind == schema.BATCH else fault
