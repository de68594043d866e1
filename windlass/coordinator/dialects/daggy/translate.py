"""Checked DAG to job spec. Pure: no I/O, no clock, no ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windlass.coordinator.dialects.daggy.expansion import Instance
from windlass.coordinator.web.literal import escape
from windlass.shared.spec import Container, JobSpec, Limits, Retry, TaskSpec

Doc = Mapping[str, Any]

UNNAMED = "dag"  # the name of a run without a tag
CORES, MEMORY, IMAGE = "cores", "memoryMB", "image"  # in a task's metadata
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Defaults:
    """What the operator decides for tasks that do not say it."""

    image: str | None = None


def to_job_spec(
    dag: Doc, instances: Sequence[Instance], needs: Sequence[tuple[int, ...]], defaults: Defaults
) -> JobSpec:
    tag = dag.get("tag", "")
    tasks = (
        to_task(instance, parents, defaults)
        for instance, parents in zip(instances, needs, strict=True)
    )
    return JobSpec(name=tag or UNNAMED, tags=(tag,) if tag else (), tasks=tuple(tasks))


def to_task(instance: Instance, needs: tuple[int, ...], defaults: Defaults) -> TaskSpec:
    document = instance.document
    interval = float(document.get("retryIntervalSeconds", 0))
    retry = Retry(
        limit=document.get("maxRetries", 0),
        initial_delay=interval,
        scaling_factor=1.0,
        max_delay=interval,
        jitter=0.0,
    )
    return TaskSpec(
        name=escape(instance.name),
        key=instance.name,
        container=_container(instance, defaults),
        needs=needs,
        retry=retry,
        generator=document.get("isGenerator", False),
        metadata=_as_written(document["job"]),
    )


def _container(instance: Instance, defaults: Defaults) -> Container:
    job = instance.document["job"]
    image = job.get("image", defaults.image)
    asked = Limits(cpus=_number(job.get("cores")), memory=_memory(job.get("memoryMB")))
    variables = (each.partition("=") for each in instance.environment)
    return Container(
        image=None if image is None else escape(image),
        cmd=tuple(map(escape, instance.command)),
        env={name: escape(value) for name, _, value in variables},
        limits=asked,
        requests=asked,
        timeout=job.get("timeout"),
    )


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _memory(text: str | None) -> int | None:
    return None if text is None else int(text) * _MEBIBYTE


def _as_written(job: Doc) -> dict[str, str]:
    return {name: job[name] for name in (CORES, MEMORY, IMAGE) if name in job}
