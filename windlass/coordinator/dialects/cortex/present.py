"""Jobs in Cortex's words. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from windlass.coordinator.dialects.cortex import schema
from windlass.coordinator.dialects.cortex.apis import LAST, Deployed, nanoseconds
from windlass.coordinator.dialects.cortex.versions import Speech
from windlass.coordinator.engine.answers import Answers
from windlass.coordinator.engine.views import JobView, Tally
from windlass.shared.states import JOB, AttemptState, JobState, Reason, TaskState

Doc = dict[str, Any]

RUNNING, SUCCEEDED, STOPPED, TIMED_OUT = "running", "succeeded", "stopped", "timed_out"
WITH_FAILURES = "completed_with_failures"
_FAILURES: Mapping[Reason, str] = {
    Reason.EXIT_CODE: "worker_error",
    Reason.SETUP: "worker_error",  # a command that is not in the image
    Reason.OOM: "worker_oom",
    Reason.TIMEOUT: TIMED_OUT,
    Reason.CANCELLED: STOPPED,
}
_UNEXPECTED = "unexpected_error"
_WANTED = {"cancelled": STOPPED, "timeout": TIMED_OUT}
_COUNTED = ("pending", "initializing", "running", "succeeded", "failed", "stalled", "unknown")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What there is to know of a job. ``failure``: why its first task failed that did."""

    job: JobView
    asked: Mapping[str, Any]  # what was kept of its submission
    failure: Reason | None = None
    batches: "Batches | None" = None  # of a batch job


@dataclass(frozen=True)
class Batches:
    answers: Answers
    open: Sequence[Tally]


def seen(job: JobView, document: str, failure: Reason | None, batches: Batches | None) -> Seen:
    return Seen(job=job, asked=json.loads(document), failure=failure, batches=batches)


def status(one: Seen) -> str:
    """A wish for an early end decides as soon as it is there, and never changes."""
    job = one.job
    if job.wanted in _WANTED:
        return _WANTED[job.wanted]
    if job.state is JobState.COMPLETED:
        return WITH_FAILURES if one.batches and one.batches.answers.bad else SUCCEEDED
    if job.state is JobState.CANCELLED:
        return STOPPED
    if job.state is JobState.FAILED:
        reason = one.failure if job.reason is Reason.TASK_FAILED else job.reason
        return _FAILURES.get(reason, _UNEXPECTED) if reason else _UNEXPECTED
    return RUNNING


def is_over(one: Seen) -> bool:
    return status(one) != RUNNING


def submitted(id: str, asked: Mapping[str, Any], api: Deployed, speech: Speech) -> Doc:
    """A job as it is answered to whoever submits it."""
    started = rfc3339(LAST - int(id, 16))
    return {
        "job_id": id,
        "api_name": api.name,
        "kind": api.kind,
        "workers": asked["workers"],
        "config": asked["config"],
        "api_id": api.id,
        **_ids(api, speech),
        "timeout": asked["timeout"],
        "created_time": started,
        "start_time": started,
        **(_of_batches(asked) if api.kind == schema.BATCH else {}),
    }


def _ids(api: Deployed, speech: Speech) -> Doc:
    """Those that Cortex has for its kind: of batch jobs only while it was young."""
    if api.kind == schema.BATCH and speech.metrics_beside:
        return {}
    return {"spec_id": api.template.digest, speech.third_id: api.pod_id}


def _of_batches(asked: Mapping[str, Any]) -> Doc:
    total = asked["total"]
    return {
        "sqs_dead_letter_queue": asked["sqs_dead_letter_queue"],
        "sqs_url": "",  # there is none: batches are tasks
        **({"total_batch_count": total} if total else {}),
    }


def job_status(one: Seen, api: Deployed, speech: Speech) -> Doc:
    id = one.job.external_id or ""
    shown = submitted(id, one.asked, api, speech)
    shown["status"] = speech.prefix + status(one)
    ended = one.job.wanted_at if one.job.wanted in _WANTED else one.job.ended_at
    if is_over(one) and ended is not None:
        shown["end_time"] = rfc3339(max(nanoseconds(ended), LAST - int(id, 16)))
    if one.batches:
        shown |= _progress(one, one.batches, speech)
    counts = _counts(one)
    if speech.short_counts:
        return shown | ({"worker_counts": counts} if counts else {})
    return shown | {"worker_counts": _all_counts(counts) if counts else None}


def _progress(one: Seen, batches: Batches, speech: Speech) -> Doc:
    done = batches.answers.good + batches.answers.bad
    left = 0 if is_over(one) else max(0, one.asked["total"] - done)
    shown: Doc = {"batches_in_queue": left}
    if not speech.metrics_beside:
        shown["batch_metrics"] = {**_metrics(batches.answers), "total_completed": done}
    return shown


def beside(one: Seen, speech: Speech) -> Doc:
    """What newer versions have beside the status."""
    if one.batches is None or not speech.metrics_beside:
        return {}
    return {"metrics": _metrics(one.batches.answers)}


def _metrics(answers: Answers) -> Doc:
    return {
        "succeeded": answers.good,
        "failed": answers.bad,
        "average_time_per_batch": answers.seconds if answers.good else None,
    }


def _counts(one: Seen) -> dict[str, int]:
    """Empty once it is over."""
    if is_over(one) or JOB.is_final(one.job.state):
        return {}
    if one.batches:
        return _open(one.batches.open)
    return {"ready" if one.job.state is JobState.RUNNING else "pending": one.asked["workers"]}


def _open(tallies: Sequence[Tally]) -> dict[str, int]:
    counts = {"ready": 0, "pending": 0}
    for tally in tallies:
        if tally.state is TaskState.ACTIVE:
            ready = tally.attempt is AttemptState.RUNNING
            counts["ready" if ready else "pending"] += tally.tasks
    return {name: count for name, count in counts.items() if count}


def _all_counts(counts: Mapping[str, int]) -> dict[str, int]:
    old = {"ready": "running", "pending": "pending"}
    known = {old[name]: count for name, count in counts.items()}
    return {name: known.get(name, 0) for name in _COUNTED}


def rfc3339(since: int) -> str:
    """Of nanoseconds since 1970, without zeros at the end of the fraction."""
    seconds, rest = divmod(since, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{rest:09d}".rstrip("0")
    return f"{moment}.{fraction}Z" if fraction else f"{moment}Z"
