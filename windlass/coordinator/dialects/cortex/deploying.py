"""From a configuration file to job templates: all that is wrong is told first, then one is saved
after the other."""

import json
from collections.abc import Callable, Sequence
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
from windlass.coordinator.dialects.cortex.apis import Deployed, Files, digest_of, kept
from windlass.coordinator.dialects.cortex.batch_job import template
from windlass.coordinator.dialects.cortex.configuration import Api
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.finding import DOOR, Finder, queried
from windlass.coordinator.dialects.cortex.translate import Job
from windlass.coordinator.dialects.cortex.versions import Speech
from windlass.coordinator.engine import errors
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.template_views import NewTemplate, Saved
from windlass.coordinator.web.operations import Call

Results = Sequence[dict[str, Any]]  # what became of each API
_FilesOf = Callable[[Deployed | None], Files | None]


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

    def deploy(self, call: Call, speech: Speech) -> Results:
        """Fault: there is something wrong with the file, and nothing is deployed."""
        request.max_content_length = self._making.largest + submission.LARGEST
        file = queried("configFileName")
        apis = configuration.read(_config(), file, definitions=speech.definitions)
        project = projects.received() if any(programs.is_one(api.spec) for api in apis) else None
        for api in apis:
            if project is not None:
                project.check(api)
        self._check(apis)

        def files(_: Deployed | None) -> Files | None:
            if project is None:
                return None
            return project.keep(self._engine, call.caller.name, self._making.largest)

        return [self._save(call, api, files) for api in apis]

    def patch(self, call: Call, speech: Speech) -> Results:
        """As ``deploy``, of APIs that are there: with the files they have."""
        file = queried("configFileName")
        body = request.get_data(cache=False)
        apis = configuration.read(body, file, definitions=speech.definitions)
        self._check(apis)
        return [self._save(call, api, _files_of(api)) for api in apis]

    def _check(self, apis: Sequence[Api]) -> None:
        """What only we and the fleet can say."""
        taken = {api.endpoint: api.name for api in self._find.apis()}
        for api in apis:
            check_endpoint(api.endpoint)
            problems = self._engine.problems(template(api.spec, Job(image=self._making.image)))
            if problems:
                place = ".".join(map(str, problems[0].path))
                raise Fault("error", f"{place}: {problems[0].message}").within(api.title)
        configuration.check_together(apis, taken)

    def _save(self, call: Call, api: Api, files: _FilesOf) -> dict[str, Any]:
        """Failures of one leave the others alone."""
        try:
            had = files(self._old(api))
            return self._saved(call, api, had if programs.is_one(api.spec) else None)
        except Fault as fault:
            return {"api": None, "message": "", "error": f"error: {fault}"}

    def _saved(self, call: Call, api: Api, files: Files | None) -> dict[str, Any]:
        project = files.digest if files else None
        job = Job(url=url(self._prefix, ""), image=self._making.image, project=project)
        try:
            saved = self._engine.templates.save(
                NewTemplate(
                    door=DOOR,
                    name=api.name,
                    address=api.endpoint,
                    owner=call.caller.name,
                    spec=template(api.spec, job),
                    document=json.dumps(kept(api, files)),
                    digest=digest_of(api, files),
                )
            )
        except errors.Conflict:
            text = f"endpoint {api.endpoint} is already being used"
            raise Fault("spec.duplicate_endpoint", text) from None
        return self._result(Deployed.of(saved.template), saved)

    def _result(self, api: Deployed, saved: Saved) -> dict[str, Any]:
        message = f"{api.name} is up to date"
        if saved.changed:
            message = f"{'created' if saved.created else 'updated'} {api.name} ({api.kind})"
        shown: dict[str, Any] = {"spec": api.shown(), "metadata": api.metadata()}
        shown["endpoint"] = url(self._prefix, api.endpoint)
        return {"api": shown, "message": message, "error": ""}

    def _old(self, api: Api) -> Deployed | None:
        """Fault: it is of another kind."""
        try:
            old = self._find.api(api.name)
        except Fault:
            return None
        if old.kind != api.kind:
            raise faults.other_kind(api.name, api.kind, old.kind)
        return old


def _files_of(api: Api) -> _FilesOf:
    def files(old: Deployed | None) -> Files | None:
        if old is None:
            raise faults.not_deployed(api.name)
        return old.files

    return files


def _config() -> bytes:
    """The part ``config``; a file, or a field by a client that names no file."""
    part = request.files.get("config")
    data = part.read() if part is not None else request.form.get("config", "").encode()
    if not data:
        raise faults.form_file_missing("config")
    if len(data) > submission.LARGEST:
        raise Fault("error", "http: request body too large")
    return data
