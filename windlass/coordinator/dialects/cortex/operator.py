"""The operator's side: deploy, list, show and delete APIs."""

from http import HTTPStatus
from typing import Any

from flask import Response, request

from windlass.coordinator.dialects.cortex import (
    faults,
    present,
    schema,
    versions,
)
from windlass.coordinator.dialects.cortex.addresses import told, url
from windlass.coordinator.dialects.cortex.apis import Deployed
from windlass.coordinator.dialects.cortex.deploying import Deployer, Making
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.finding import DOOR, Finding
from windlass.coordinator.dialects.cortex.versions import Speech
from windlass.coordinator.engine import errors
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, operation

_OK = {HTTPStatus.OK: Gives(media="application/json")}
_NEWEST_JOBS, _NEWEST_VERSIONS = 10, 10
_ALIVE = ("RealtimeAPI", "AsyncAPI")  # kinds that have replicas


class Operator(Finding):
    def __init__(self, engine: Engine, making: Making, prefix: str) -> None:
        super().__init__(engine)
        self._deployer = Deployer(engine, making, prefix)
        self._prefix = prefix

    @operation("GET /verifycortex", None, gives=_OK, loose=True)
    def verify(self, _: Call) -> Response:
        """Say that this is one."""
        return replies.document({})

    @operation("GET /info", Scope.READ, gives=_OK, loose=True)
    def info(self, _: Call) -> Response:
        """Describe the cluster."""
        speech = versions.of_anybody(request, versions.NEWEST)
        nodes = [node for node in self._engine.nodes() if node.state != "left"]
        cluster = {
            "api_version": speech.text,
            "cluster_name": "windlass",
            "region": "local",
            "provider": "aws",
        }
        return replies.document(
            {
                "cluster_config": cluster,
                "cluster_metadata": cluster,
                "masked_aws_access_key_id": "",
                "node_infos": [],
                "worker_node_infos": [],
                "operator_node_infos": [],
                "num_pending_replicas": 0,
                "num_nodes": len(nodes),
            }
        )

    @operation("POST /deploy", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def deploy(self, call: Call) -> Response:
        """Deploy the APIs of a configuration file: all that is wrong first, then one by one."""
        speech = versions.of_operator(request)
        return replies.document(self._deployer.deploy(call, speech))

    @operation("POST /patch", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def patch(self, call: Call) -> Response:
        """Change APIs, of which the files stay what they are."""
        speech = versions.of_operator(request)
        return replies.document(self._deployer.patch(call, speech))

    @operation("GET /get", Scope.READ, gives=_OK, loose=True)
    @told
    def list_apis(self, _: Call) -> Response:
        """List the APIs."""
        speech = versions.of_operator(request)
        return replies.document(
            [self._shown(api, speech, newest=1, versions=False) for api in self._find.apis()]
        )

    @operation("GET /get/<name>", Scope.READ, gives=_OK, loose=True)
    @told
    def show_api(self, _: Call, name: str) -> Response:
        """Show an API, with its jobs."""
        speech = versions.of_operator(request)
        api = self._find.api(name)
        return replies.document([self._shown(api, speech, newest=_NEWEST_JOBS, versions=True)])

    @operation("GET /get/<name>/<id>", Scope.READ, gives=_OK, loose=True)
    @told
    def show_version(self, _: Call, name: str, id: str) -> Response:
        """Show a version of an API."""
        versions.of_operator(request)
        found = self._find.version(self._find.api(name), id)
        if found is None:
            text = f"{name} with id {id[:200]} has never been deployed"
            raise Fault("resources.api_id_not_found", text)
        return replies.document([{"spec": found.shown()}])

    @operation("GET /describe/<name>", Scope.READ, gives=_OK, loose=True)
    @told
    def describe(self, _: Call, name: str) -> Response:
        """Describe the replicas of an API: jobs have none."""
        raise self._without_replicas(name)

    @operation("POST /refresh/<name>", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def refresh(self, _: Call, name: str) -> Response:
        """Replace the replicas of an API: jobs have none."""
        raise self._without_replicas(name)

    @operation("DELETE /delete/<name>", Scope.SUBMIT, gives=_OK, loose=True)
    @told
    def delete(self, _: Call, name: str) -> Response:
        """Delete an API: its jobs are stopped, and forgotten unless keepCache is true."""
        versions.of_operator(request)
        keep = request.args.get("keepCache", "").lower() == "true"
        try:
            self._engine.templates.delete(DOOR, name, keep_jobs=keep)
        except errors.NotFound:
            raise faults.not_deployed(name) from None
        return replies.document({"message": f"deleting {name}"})

    def _without_replicas(self, name: str) -> Fault:
        versions.of_operator(request)
        api = self._find.api(name)
        return faults.only_for(_ALIVE, api.name, api.kind)

    def _shown(
        self, api: Deployed, speech: Speech, *, newest: int, versions: bool
    ) -> dict[str, Any]:
        jobs = self._find.jobs(api, newest)
        statuses = [present.job_status(found.seen, found.api, speech) for found in jobs]
        which = "task_job_statuses" if api.kind == schema.TASK else "batch_job_statuses"
        shown = {
            "spec": api.shown(),
            "metadata": api.metadata(),
            "endpoint": url(self._prefix, api.endpoint),
            "dashboard_url": "",
            which: statuses,
        }
        return shown | ({"api_versions": self._versions(api)} if versions else {})

    def _versions(self, api: Deployed) -> list[dict[str, Any]]:
        found = self._engine.templates.versions(api.template.id, limit=_NEWEST_VERSIONS)
        shown = map(Deployed.of, found)
        return [{"api_id": each.id, "last_updated": each.last_updated} for each in shown]
