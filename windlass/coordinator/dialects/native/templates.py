"""Job templates over HTTP: save, look, make jobs of them."""

import re
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request

from windlass.coordinator.dialects.native import documents, present, queries, template_documents
from windlass.coordinator.dialects.native.describe import job_document
from windlass.coordinator.dialects.native.intake import take
from windlass.coordinator.dialects.native.jobs import DOOR
from windlass.coordinator.dialects.native.schema import JobDocument
from windlass.coordinator.dialects.native.template_documents import InstanceDocument
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.template_views import NewTemplate, TemplateView
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.body import MEDIA, Body, read_body
from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.idempotency import HEADER, SHAPE, idempotency_key
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.reading import Flaw
from windlass.coordinator.web.refusals import loaded
from windlass.shared.redact import MASK
from windlass.shared.spec import JobSpec

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_TEMPLATE = Gives(schema=template_documents.Template)
_ONE = {HTTPStatus.OK: _TEMPLATE}
_FORMATS = tuple(MEDIA)
_MOST_DIGITS = 10
_LISTED = 50  # of its jobs, beside those that go on


class Templates(Resource):
    @operation(
        "PUT /templates/<name>",
        Scope.SUBMIT,
        body=JobDocument,
        formats=_FORMATS,
        gives={HTTPStatus.CREATED: _TEMPLATE, **_ONE},
    )
    def save_template(self, call: Call, name: str) -> Response:
        """Save a job under a name. Where it differs from what is there, that makes a version."""
        if not _NAME.fullmatch(name):
            allowed = "1 to 128 letters, digits and '_', '.', '-', the first a letter or digit"
            raise invalid("this cannot name a template", [Flaw(("name",), "is no name", allowed)])
        body = read_body(request)
        intake = take(body, self._engine.problems)
        if intake.spec is None:
            raise invalid("the job is not valid", intake.flaws)
        saved = self._engine.templates.save(
            NewTemplate(
                door=DOOR,
                name=name,
                spec=intake.spec,
                document=body.data.decode("utf-8-sig"),
                digest=sha256(body.data).hexdigest(),
                owner=call.caller.name,
            )
        )
        status = HTTPStatus.CREATED if saved.created else HTTPStatus.OK
        return _shown(call, saved.template, status)

    @operation(
        "GET /templates",
        Scope.READ,
        query=queries.TemplatesQuery,
        gives={HTTPStatus.OK: Gives(schema=template_documents.TemplatePage)},
    )
    def list_templates(self, call: Call) -> Response:
        """List the newest version of each template, by name; of every door unless one is named."""
        limit = call.query["limit"]
        after = queries.read_place(call.query.get("cursor"))
        found = self._engine.templates.page(call.query.get("door"), limit=limit + 1, after=after)
        items = found[:limit]
        more = len(found) > limit
        return replies.document(
            {
                "items": [present.template(each) for each in items],
                "next": queries.place((items[-1].name, items[-1].door)) if more else None,
                "prev": None,
            }
        )

    @operation("GET /templates/<name>", Scope.READ, query=queries.DoorQuery, gives=_ONE)
    def show_template(self, call: Call, name: str) -> Response:
        """Show the newest version of a template, with its job."""
        return _shown(call, self._named(call, name))

    @operation(
        "GET /templates/<name>/versions",
        Scope.READ,
        query=queries.VersionsQuery,
        gives={HTTPStatus.OK: Gives(schema=template_documents.TemplateVersions)},
    )
    def list_template_versions(self, call: Call, name: str) -> Response:
        """List the versions of a template, newest first."""
        id = self._named(call, name).id
        before, limit = call.query["before"], call.query["limit"]
        found = self._engine.templates.versions(id, before=before, limit=limit)
        return replies.document({"items": [present.template(each) for each in found]})

    @operation(
        "GET /templates/<name>/versions/<version>",
        Scope.READ,
        query=queries.DoorQuery,
        gives=_ONE,
    )
    def show_template_version(self, call: Call, name: str, version: str) -> Response:
        """Show one version of a template, with its job."""
        return _shown(call, self._version(call, name, _number(version)))

    @operation(
        "DELETE /templates/<name>",
        Scope.SUBMIT,
        query=queries.DeleteTemplateQuery,
        gives={HTTPStatus.NO_CONTENT: Gives()},
        fails=(HTTPStatus.CONFLICT,),
    )
    def delete_template(self, call: Call, name: str) -> Response:
        """Delete a template, cancel its jobs, and forget them once they are over."""
        self._engine.templates.delete(call.query["door"], name, keep_jobs=call.query["keep_jobs"])
        return replies.nothing()

    @operation(
        "GET /templates/<name>/jobs",
        Scope.READ,
        query=queries.DoorQuery,
        gives={HTTPStatus.OK: Gives(schema=template_documents.TemplateJobs)},
    )
    def list_template_jobs(self, call: Call, name: str) -> Response:
        """List the jobs of a template that go on, and its newest."""
        found = self._engine.templates.jobs(self._named(call, name).id, newest=_LISTED)
        return replies.document({"items": list(map(present.job, found))})

    @operation(
        "POST /templates/<name>/jobs",
        Scope.SUBMIT,
        query=queries.DoorQuery,
        body=InstanceDocument,
        formats=_FORMATS,
        headers={HEADER: SHAPE},
        gives={
            HTTPStatus.CREATED: Gives(schema=documents.Job),
            HTTPStatus.OK: Gives(schema=documents.Job, about="as before"),
        },
        fails=(HTTPStatus.CONFLICT,),
    )
    def submit_template(self, call: Call, name: str) -> Response:
        """Make a job of a template, with inputs of its own."""
        key, body = idempotency_key(request), read_body(request)
        asked = loaded(InstanceDocument(), body.load())
        number = asked.get("version")
        template = self._named(call, name)
        if number is not None:
            template = self._version(call, name, number)
        spec = _instance(template.spec, asked)
        submission = Submission(
            spec=spec,
            door=DOOR,
            owner=call.caller.name,
            document=msgspec.json.encode(job_document(spec)).decode(),
            idempotency_key=key,
            fingerprint=_fingerprint(template, body),
            template=template,
        )
        submitted = self._engine.submit(submission)
        job = present.job(submitted.view or self._engine.job(submitted.job_id))
        return replies.document(job, HTTPStatus.CREATED if submitted.created else HTTPStatus.OK)

    def _named(self, call: Call, name: str) -> TemplateView:
        return self._engine.templates.named(call.query["door"], name)

    def _version(self, call: Call, name: str, number: int) -> TemplateView:
        try:
            return self._engine.templates.version(self._named(call, name).id, number)
        except NotFound:
            raise NotFound(f"template {name} has no version {number}") from None


def _number(text: str) -> int:
    """0, which no version has, where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS else 0


def _shown(call: Call, view: TemplateView, status: int = HTTPStatus.OK) -> Response:
    """Its secrets are shown to nobody."""
    job = job_document(view.spec)
    if "secrets" in job:
        job["secrets"] = dict.fromkeys(job["secrets"], MASK)
    shown = job if call.caller.may(Scope.SUBMIT) else present.masked(job)
    document = {**present.template(view), "job": shown}
    return replies.document(present.without(document, view.spec.secrets), status)


def _instance(spec: JobSpec, asked: dict[str, Any]) -> JobSpec:
    given = asked.get("inputs", {})
    unknown = [name for name in given if name not in spec.inputs]
    if unknown:
        allowed = ", ".join(sorted(spec.inputs)) or "none: the template has no inputs"
        flaws = [Flaw(("inputs", name), "is no input of the template", allowed) for name in unknown]
        raise invalid("the job is not valid", flaws)
    name = asked.get("name", spec.name)
    return msgspec.structs.replace(spec, name=name, inputs={**spec.inputs, **given})


def _fingerprint(template: TemplateView, body: Body) -> str:
    return sha256(f"{template.door} {template.name} ".encode() + body.data).hexdigest()
