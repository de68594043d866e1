"""From what a caller submits to a job of the engine."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from time import time_ns

from flask import Response, request

from windlass.coordinator.dialects.cortex import batch_submission, faults, present, schema
from windlass.coordinator.dialects.cortex import submission as task_submission
from windlass.coordinator.dialects.cortex.addresses import url
from windlass.coordinator.dialects.cortex.apis import Deployed, reversed_time
from windlass.coordinator.dialects.cortex.batch_job import to_batch_job_spec
from windlass.coordinator.dialects.cortex.batch_submission import Lister
from windlass.coordinator.dialects.cortex.batches import bodies
from windlass.coordinator.dialects.cortex.deploying import Making
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.files import Files
from windlass.coordinator.dialects.cortex.finding import DOOR
from windlass.coordinator.dialects.cortex.settings import Settings
from windlass.coordinator.dialects.cortex.translate import Job, to_job_spec
from windlass.coordinator.dialects.cortex.versions import NEWEST, Speech
from windlass.coordinator.engine import errors
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.web import replies
from windlass.coordinator.web.operations import Call
from windlass.shared.spec import JobSpec

_TRIES = 5  # for an id that another job got in the same nanosecond
_NEWEST = Speech(42, NEWEST)
_YES = {"1", "t", "true"}


@dataclass(frozen=True)
class Asked:
    """``kept``: what is stored of it, and shown with the job; ``batches``: bodies to send."""

    kept: present.Doc
    batches: tuple[str, ...] | None = None


class Submitter:
    def __init__(self, engine: Engine, settings: Settings, making: Making, prefix: str) -> None:
        self._engine = engine
        self._making = making
        self._files = Files(settings)
        self._prefix = prefix

    def submit(self, call: Call, api: Deployed, speech: Speech) -> Response:
        body = request.get_data(cache=False)
        if api.kind == schema.BATCH and request.args.get("dryRun", "").lower() in _YES:
            return self._tried(body)
        asked = self._asked(api, body)
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
        return replies.document(present.submitted(id, asked.kept, api, speech))

    def _asked(self, api: Deployed, body: bytes) -> Asked:
        if api.kind != schema.BATCH:
            return Asked(task_submission.task(body))
        asked = batch_submission.read(body)
        batches = tuple(bodies(asked.source, self._files.find))
        return Asked({**asked.kept, "total": len(batches)}, batches)

    def _tried(self, body: bytes) -> Response:
        """What would be done, told to a person: the files that would be taken."""
        try:
            source = batch_submission.read(body).source
            files = list(self._files.find(source)) if isinstance(source, Lister) else None
            if files == []:
                raise faults.no_files().within(source.key if isinstance(source, Lister) else "")
        except Fault as fault:
            return replies.text(f"\n{fault}\n", HTTPStatus.BAD_REQUEST)
        listed = "".join(f"{file.path}\n" for file in files or ())
        return replies.text(f"{listed}validations passed")

    def _submission(self, call: Call, api: Deployed, id: str, asked: Asked) -> Submission:
        return Submission(
            spec=self._spec(api, id, asked),
            checked=asked.batches is not None,  # one of them was, when the API was deployed
            door=DOOR,
            owner=call.caller.name,
            external_id=id,
            document=json.dumps(asked.kept),
            template=api.template,
        )

    def _spec(self, api: Deployed, id: str, asked: Asked) -> JobSpec:
        shown = present.submitted(id, asked.kept, api, _NEWEST)
        job = Job(
            shown=shown,
            timeout=asked.kept["timeout"],
            url=url(self._prefix, ""),
            image=self._making.image,
            project=api.files.digest if api.files else None,
        )
        if asked.batches is None:
            return to_job_spec(api.spec, job)
        return to_batch_job_spec(api.spec, job, asked.batches)
