"""Whatever a request names: APIs and jobs, or why they are not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from flask import request

from windlass.coordinator.dialects.cortex import faults, present, schema
from windlass.coordinator.dialects.cortex.apis import Deployed
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.present import Batches, Seen
from windlass.coordinator.engine.answers import Answers
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import JobView
from windlass.coordinator.web.operations import Resource
from windlass.shared.ids import JobId

DOOR = "cortex"
_PAGE = 200


@dataclass(frozen=True)
class Found:
    """A job, and the version of the API it was made of."""

    seen: Seen
    api: Deployed


class Finder:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def api(self, name: str) -> Deployed:
        found = self.named(name)
        if found is None:
            raise faults.not_deployed(name)
        return found

    def named(self, name: str) -> Deployed | None:
        try:
            return Deployed.of(self._engine.templates.named(DOOR, name))
        except NotFound:
            return None

    def at(self, endpoint: str) -> Deployed | None:
        try:
            return Deployed.of(self._engine.templates.at(DOOR, endpoint))
        except NotFound:
            return None

    def apis(self) -> list[Deployed]:
        found: list[Deployed] = []
        after = ("", "")
        while page := self._engine.templates.page(DOOR, limit=_PAGE, after=after):
            found += map(Deployed.of, page)
            after = (page[-1].name, page[-1].door)
        return found

    def version(self, api: Deployed, id: str) -> Deployed | None:
        digest = id.rpartition("-")[2]
        found = self._engine.templates.versions(api.template.id, limit=_PAGE, digest=digest)
        return next((each for each in map(Deployed.of, found) if each.id == id), None)

    def job(self, api: Deployed, id: str) -> Found:
        try:
            job = self._engine.job(self._engine.find(DOOR, id))
        except NotFound:
            raise no_job(api.name, api.kind, id) from None
        found = self._with_details(api, [job]) if job.template_id == api.template.id else ()
        if not found:
            raise no_job(api.name, api.kind, id)
        return found[0]

    def jobs(self, api: Deployed, newest: int, open: int = _PAGE) -> list[Found]:
        """Those that go on, and the newest, newest first."""
        found = self._engine.templates.jobs(api.template.id, newest=newest, open=open)
        return self._with_details(api, [job for job in found if job.external_id])

    def _with_details(self, api: Deployed, jobs: Sequence[JobView]) -> list[Found]:
        """Without those that others made of the API elsewhere, those of the time when it was one of
        another kind, and those that are deleted meanwhile."""
        known: dict[int, Deployed | None] = {}
        ours = [(job, made) for job in jobs if (made := self._made_of(api, job, known))]
        ids = [job.id for job, _ in ours]
        documents = self._engine.documents(ids)
        failures = self._engine.templates.failures(ids)
        batches = self._batches(ids) if api.kind == schema.BATCH else {}
        return [
            Found(present.seen(job, document, failures.get(job.id), batches.get(job.id)), made)
            for job, made in ours
            if (document := documents.get(job.id))
        ]

    def _batches(self, ids: Sequence[JobId]) -> dict[JobId, Batches]:
        answers, open = self._engine.answers(ids), self._engine.tallies(ids)
        return {id: Batches(answers.get(id, Answers()), open.get(id, ())) for id in ids}

    def _made_of(
        self, api: Deployed, job: JobView, known: dict[int, Deployed | None]
    ) -> Deployed | None:
        """The version; None where it is gone, or of another kind."""
        number = job.template_version or 0
        if job.door != DOOR:
            return None
        if number not in known:
            known[number] = self._version(api, number)
        return known[number]

    def _version(self, api: Deployed, number: int) -> Deployed | None:
        if number == api.template.version:
            return api
        try:
            found = Deployed.of(self._engine.templates.version(api.template.id, number))
        except NotFound:
            return None
        return found if found.kind == api.kind else None


class Finding(Resource):
    """Operations that find what a request names."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._find = Finder(engine)

    def seen_by(self, engine: Engine) -> Self:
        seen = super().seen_by(engine)
        seen._find = Finder(engine)
        return seen


def job_id() -> str:
    """Of the query. Fault: it is not there."""
    return queried("jobID")


def queried(name: str) -> str:
    """Fault: the query does not say."""
    value = request.args.get(name, "")
    if not value:
        raise faults.query_missing(name)
    return value


def only(api: Deployed, kind: str) -> Deployed:
    """Fault: it is of another kind."""
    if api.kind != kind:
        raise faults.only_for([kind], api.name, api.kind)
    return api


def no_job(name: str, kind: str, id: str) -> Fault:
    text = f"unable to find {kind} job {id[:200]} ({name} api)"
    return Fault("job.not_found", f"failed to get job state: {text}")
