"""What the webhooks of Tork's jobs are told: the summary of the job or of the task."""

from collections.abc import Mapping
from typing import Any

import msgspec

from windlass.coordinator.dialects.tork import documents as posted
from windlass.coordinator.dialects.tork.show import hooks, jobs, tasks
from windlass.coordinator.dialects.tork.show.definitions import Definitions
from windlass.coordinator.dialects.tork.show.documents import JobSummary, TaskSummary
from windlass.coordinator.dialects.tork.show.gojson import encode
from windlass.coordinator.dialects.tork.show.redaction import Cover
from windlass.coordinator.dialects.tork.show.users import guest
from windlass.coordinator.engine.hooks import Fact

_JOB = {"pending": "PENDING"}
_TASK = {"active": "SCHEDULED", "lost": "FAILED"}


class TorkWords:
    """Covered, unlike Tork's. A job is PENDING, RUNNING, and then as it ended."""

    content_type = hooks.CONTENT_TYPE

    def body(self, fact: Fact) -> bytes:
        return encode(_task(fact) or _job(fact))

    def environment(self, fact: Fact) -> Mapping[str, Any]:
        return hooks.environment(_job(fact), _task(fact))


def _job(fact: Fact) -> JobSummary:
    summary = jobs.summary(fact.placed, _cover(fact), guest)
    if fact.event != "job.state":
        return summary
    state = _JOB.get(fact.became, fact.became.upper())
    return msgspec.structs.replace(summary, state=state)


def _task(fact: Fact) -> TaskSummary | None:
    if fact.execution is None:
        return None
    document = posted.decode(fact.document or "{}")
    written = Definitions(document).of(fact.execution.task)
    shown = tasks.task(fact.execution, document, written, _cover(fact))
    state = _TASK.get(fact.became, fact.became.upper())
    return msgspec.structs.replace(hooks.task_summary(shown), state=state)


def _cover(fact: Fact) -> Cover:
    return Cover(tuple(fact.placed.job.spec.secrets.values()))
