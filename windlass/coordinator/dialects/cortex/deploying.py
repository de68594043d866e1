"""From a configuration file to job templates: all that is wrong is told first, then one is saved
after the other."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from windlass.coordinator.dialects.cortex import (
    configuration,
    faults,
    programs,
    projects,
    submission,
)
from windlass.coordinator.dialects.cortex.addresses import check_endpoint, url
from windlass.coordinator.dialects.cortex.apis import Deployed, digest_of, kept
from windlass.coordinator.dialects.cortex.batch_job import template
from windlass.coordinator.dialects.cortex.configuration import Api
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.finding import DOOR, Finder
from windlass.coordinator.dialects.cortex.projects import Project
from windlass.coordinator.dialects.cortex.translate import Job
from windlass.coordinator.dialects.cortex.versions import Speech
from windlass.coordinator.engine import errors
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import NewTemplate
from windlass.coordinator.web.operations import Call


@dataclass(frozen=True)
class Making:
    """``image``: of programs that name none; ``largest``: bytes of their files."""

    image: str | None
    largest: int


class Deployer:
    def __init__(self, engine: Engine, making: Making, prefix: str) -> None:
        self._engine = engine
        self._making = making
        self._find = Finder(engine)
        self._prefix = prefix

    def deploy(self, call: Call, speech: Speech) -> Sequence[dict[str, Any]]:
        """What became of each API. Fault: of none anything."""
        request.max_content_length = self._making.largest + submission.LARGEST
        file = request.args.get("configFileName", "")
        if not file:
            raise faults.query_missing("configFileName")
        apis = configuration.read(_config(), file, definitions=speech.definitions)
        taken = {api.endpoint: api.name for api in self._find.apis()}
        project = projects.received() if any(programs.is_one(api.spec) for api in apis) else None
        for api in apis:
            self._check(api, project)
        configuration.check_together(apis, taken)
        return [self._save(call, api, project) for api in apis]

    def _check(self, api: Api, project: Project | None) -> None:
        """What only we and the fleet can say."""
        check_endpoint(api.endpoint)
        if project is not None and programs.is_one(api.spec):
            project.check(api)
        problems = self._engine.problems(template(api.spec, Job(image=self._making.image)))
        if problems:
            place = ".".join(map(str, problems[0].path))
            raise Fault("error", f"{place}: {problems[0].message}").within(api.title)

    def _save(self, call: Call, api: Api, project: Project | None) -> dict[str, Any]:
        """Failures of one leave the others alone."""
        try:
            return self._saved(call, api, project)
        except Fault as fault:
            return {"api": None, "message": "", "error": f"error: {fault}"}

    def _saved(self, call: Call, api: Api, project: Project | None) -> dict[str, Any]:
        self._check_kind(api)
        files = project if programs.is_one(api.spec) else None
        stored = files.keep(self._engine, call.caller.name, self._making.largest) if files else None
        job = Job(url=url(self._prefix, ""), image=self._making.image, project=stored)
        try:
            saved = self._engine.templates.save(
                NewTemplate(
                    door=DOOR,
                    name=api.name,
                    address=api.endpoint,
                    owner=call.caller.name,
                    spec=template(api.spec, job),
                    document=json.dumps(kept(api, stored)),
                    digest=digest_of(api, files.identity if files else None),
                )
            )
        except errors.Conflict:
            text = f"endpoint {api.endpoint} is already being used"
            raise Fault("spec.duplicate_endpoint", text) from None
        deployed = Deployed.of(saved.template)
        message = f"{api.name} is up to date"
        if saved.changed:
            message = f"{'created' if saved.created else 'updated'} {api.name} ({api.kind})"
        shown: dict[str, Any] = {"spec": deployed.shown(), "metadata": deployed.metadata()}
        shown["endpoint"] = url(self._prefix, deployed.endpoint)
        return {"api": shown, "message": message, "error": ""}

    def _check_kind(self, api: Api) -> None:
        try:
            old = self._find.api(api.name).kind
        except Fault:
            return
        if old != api.kind:
            raise faults.other_kind(api.name, api.kind, old)


def _config() -> bytes:
    """The part ``config``; a file, or a field by a client that names no file."""
    part = request.files.get("config")
    data = part.read() if part is not None else request.form.get("config", "").encode()
    if not data:
        raise faults.form_file_missing("config")
    if len(data) > submission.LARGEST:
        raise Fault("error", "http: request body too large")
    return data
