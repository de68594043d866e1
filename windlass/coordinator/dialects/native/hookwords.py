"""What the webhooks of native jobs are told."""

from collections.abc import Mapping
from typing import Any

import msgspec

from windlass.coordinator.dialects.native import present
from windlass.coordinator.engine.hooks import Fact


class NativeWords:
    """The event, when it was, and the job or task as the API shows it."""

    content_type = "application/json"

    def body(self, fact: Fact) -> bytes:
        seen: Any = self.environment(fact)
        covered = present.without(seen, fact.placed.job.spec.secrets)
        state = "running" if fact.percent is not None else fact.became
        told = {"event": fact.event, "state": state, "at": present.moment(fact.at)}
        return msgspec.json.encode({**told, **covered})

    def environment(self, fact: Fact) -> Mapping[str, object]:
        job = present.job(fact.placed.job)
        if fact.event == "job.state":
            job["state"] = fact.became
        if fact.execution is None or not fact.is_of_task:
            return {"job": job}
        task = present.task(fact.execution.task)
        if fact.percent is not None:
            return {"job": job, "task": {**task, "state": "running", "progress": fact.percent}}
        return {"job": job, "task": {**task, "state": fact.became}}
