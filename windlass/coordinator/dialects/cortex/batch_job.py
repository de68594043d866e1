"""A batch job as a spec: every batch is a task of one job, and one more task tells the workers
when all have been answered. Pure."""

import dataclasses
from collections.abc import Sequence

from msgspec.structs import replace

from windlass.coordinator.dialects.cortex import probes, schema
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.translate import Doc, Job, queue, to_job_spec, to_task
from windlass.shared import spec as specs
from windlass.shared.spec import Errand, JobSpec, Parallel, TaskSpec

BATCHES = "batches"
_COMPLETE = "on-job-complete"
_DONE = '{"message":"job_complete"}'
_LARGEST = 64 << 20  # bytes of all tasks together


def template(spec: Doc, job: Job) -> JobSpec:
    """What is kept of an API as a job template: a job of it that nothing is asked of."""
    job = dataclasses.replace(job, shown={"workers": 1, "config": None, "timeout": None})
    if spec["kind"] == schema.BATCH:
        return to_batch_job_spec(spec, job, ["[]"])
    return to_job_spec(spec, job)


def to_batch_job_spec(spec: Doc, job: Job, bodies: Sequence[str]) -> JobSpec:
    """A batch that is answered with anything is over, and so is one whose connection ends; a worker
    that ends before that fails the job, and what else there is of it is stopped. Fault: it
    would be too large."""
    sent = _errand(spec, job)
    one = to_task(spec, job, sent)
    if len(specs.encode(one)) * len(bodies) > _LARGEST:
        most = _LARGEST // len(specs.encode(one))
        text = f"there are {len(bodies):,} batches: at most {most:,} of such a job are possible"
        raise Fault("error", f"{text}; use a larger batch size")
    batches = tuple(_batch(one, sent, index, body) for index, body in enumerate(bodies))
    several = TaskSpec(
        name=BATCHES,
        key=BATCHES,
        queue=queue(spec),
        parallel=Parallel(tasks=batches, concurrency=int(job.shown.get("workers") or 1)),
    )
    told = replace(sent, path="/on-job-complete", body=_DONE)
    last = replace(to_task(spec, job, told, _COMPLETE), needs=(0,))
    return JobSpec(
        name=spec["name"],
        queue=queue(spec),
        total_timeout=job.timeout,
        tasks=(several, last),
    )


def _batch(one: TaskSpec, sent: Errand, index: int, body: str) -> TaskSpec:
    return replace(
        one, name=f"batch-{index}", key=f"batch-{index}", errand=replace(sent, body=body)
    )


def _errand(spec: Doc, job: Job) -> Errand:
    return Errand(
        port=spec["pod"]["port"],
        headers={
            "Content-Type": "application/json",
            "X-Cortex-Job-ID": str(job.shown.get("job_id", "")),
        },
        tolerant=True,
        ready=tuple(probes.ready(spec["pod"]["containers"])),
    )
