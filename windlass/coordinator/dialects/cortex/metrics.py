"""What Cortex counts of its jobs, under its names. Without the ids of jobs: a series for each would
never go again."""

import json

from prometheus_client import Gauge, Histogram

from windlass.coordinator.engine.endings import Endings, JobEnded, PartEnded
from windlass.shared.states import JobState, TaskState

_API = ["api_name"]
_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400)
_OK = 200


def _counted(name: str, about: str) -> Gauge:
    """They only grow; but a Counter would be called something else: its name ends in _total."""
    return Gauge(name, about, _API, multiprocess_mode="sum")


task_succeeded = _counted("cortex_task_succeeded", "Task jobs that succeeded")
task_failed = _counted("cortex_task_failed", "Task jobs that failed, stopped ones not included")
task_seconds = Histogram(
    "cortex_time_per_task",
    "Seconds from submission to success of task jobs",
    _API,
    buckets=_SECONDS,
)
batch_succeeded = _counted("cortex_batch_succeeded", "Batches that were answered 200")
batch_failed = _counted("cortex_batch_failed", "Batches that were answered otherwise, or not")
batch_seconds = Histogram(
    "cortex_time_per_batch", "Seconds until a batch was answered 200", _API, buckets=_SECONDS
)


def count(endings: Endings) -> None:
    for job in endings.jobs:
        if not job.nested:  # of tasks
            _count_job(job)
    for part in endings.parts:
        if part.state is TaskState.COMPLETED and part.output:
            _count_batch(part, part.output)


def _count_job(job: JobEnded) -> None:
    if job.state is JobState.COMPLETED:
        task_succeeded.labels(job.name).inc()
        task_seconds.labels(job.name).observe(job.seconds)
    elif job.state is JobState.FAILED:
        task_failed.labels(job.name).inc()


def _count_batch(batch: PartEnded, output: str) -> None:
    said = json.loads(output)
    if said["status"] == _OK:
        batch_succeeded.labels(batch.job_name).inc()
        batch_seconds.labels(batch.job_name).observe(said["seconds"])
    else:
        batch_failed.labels(batch.job_name).inc()
