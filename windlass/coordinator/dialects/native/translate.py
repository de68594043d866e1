"""Checked native document to job spec. Pure: no I/O, no clock, no ids."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from windlass.coordinator.dialects.native import describe, graph, matrix
from windlass.coordinator.dialects.native.matrix import Instance
from windlass.shared.spec import (
    DEFAULT_PRIORITY,
    DEFAULT_QUEUE,
    Container,
    Each,
    Errand,
    JobSpec,
    Limits,
    Mount,
    Parallel,
    Permission,
    Probe,
    Registry,
    Retry,
    Sidecar,
    Step,
    Subjob,
    TaskSpec,
    Webhook,
)

Doc = Mapping[str, Any]

_JOB = (
    "description",
    "inputs",
    "metadata",
    "secrets",
    "timeout",
    "fail_fast",
    "output",
    "delete_after",
)
_TASK = ("condition", "var", "allow_failure", "generator", "together")
_CONTAINER = (
    "image",
    "run",
    "env",
    "files",
    "workdir",
    "gpus",
    "shm",
    "user",
    "pull",
    "timeout",
    "grace",
)
_LISTS = ("cmd", "entrypoint", "networks")
_MERGED = ("env", "retry", "limits", "requests")  # a task adds to those of the defaults


def to_job_spec(doc: Doc) -> JobSpec:
    queue = doc.get("queue", DEFAULT_QUEUE)
    priority = doc.get("priority", DEFAULT_PRIORITY)
    defaults = {"queue": queue, "priority": priority, **doc.get("defaults", {})}
    instances = matrix.expand(doc["tasks"])
    needs = _needs(doc["tasks"], instances)
    tasks = tuple(_task(defaults, instance, needs[instance.written]) for instance in instances)
    return JobSpec(
        name=doc["name"],
        tasks=tasks,
        tags=tuple(doc.get("tags", ())),
        queue=queue,
        priority=priority,
        permissions=tuple(Permission(**one) for one in doc.get("permissions", ())),
        webhooks=tuple(Webhook(**hook) for hook in doc.get("webhooks", ())),
        **_given(doc, _JOB),
    )


def _needs(tasks: Sequence[Doc], instances: Sequence[Instance]) -> list[tuple[int, ...]]:
    """Of each written task: the places of all instances of those it needs."""
    by_name = graph.positions(list(tasks))
    places: list[list[int]] = [[] for _ in tasks]
    for place, instance in enumerate(instances):
        places[instance.written].append(place)
    return [
        tuple(place for need in graph.needed(task, written, by_name) for place in places[need])
        for written, task in enumerate(tasks)
    ]


def _merged(defaults: Doc, task: Doc) -> Doc:
    merged = {**defaults, **task}
    for name in _MERGED:
        if name in defaults and name in task:
            merged[name] = {**defaults[name], **task[name]}
    return merged


def _task(defaults: Doc, instance: Instance, needs: tuple[int, ...] = ()) -> TaskSpec:
    own = instance.document
    doc = _merged(defaults, own)
    return TaskSpec(
        name=instance.name,
        key=instance.name,
        matrix=dict(instance.values),
        container=_container(doc),
        needs=needs,
        queue=doc["queue"],
        priority=doc["priority"],
        retry=Retry(**doc.get("retry", {})),
        tags=tuple(doc.get("tags", ())),
        pre=tuple(map(_step, doc.get("pre", ()))),
        post=tuple(map(_step, doc.get("post", ()))),
        sidecars=tuple(map(_sidecar, doc.get("sidecars", ()))),
        errand=msgspec.convert(doc["errand"], Errand) if "errand" in doc else None,
        parallel=_parallel(defaults, own["parallel"]) if "parallel" in own else None,
        each=_each(defaults, own["each"]) if "each" in own else None,
        subjob=_subjob(own["subjob"]) if "subjob" in own else None,
        **_given(doc, _TASK),
    )


def _parallel(defaults: Doc, doc: Doc) -> Parallel:
    tasks = tuple(_child(defaults, task) for task in doc["tasks"])
    return Parallel(tasks=tasks, **_given(doc, ("concurrency",)))


def _child(defaults: Doc, doc: Doc) -> TaskSpec:
    return _task(defaults, Instance(doc, 0, doc["name"], {}))


def _each(defaults: Doc, doc: Doc) -> Each:
    return Each(
        list=doc["list"],
        task=_child(defaults, doc["task"]),
        **_given(doc, ("var", "concurrency")),
    )


def _subjob(doc: Doc) -> Subjob:
    """The defaults around it do not reach inside."""
    job = to_job_spec(doc)
    return Subjob(job=job, detached=doc.get("detached", False), document=_stored(job))


def _stored(job: JobSpec) -> str:
    return msgspec.json.encode(describe.job_document(job)).decode()


def _step(doc: Doc) -> Step:
    return Step(name=doc["name"], container=_container(doc))


def _sidecar(doc: Doc) -> Sidecar:
    probe = Probe(**doc["probe"]) if "probe" in doc else None
    return Sidecar(name=doc["name"], container=_container(doc), probe=probe)


def _container(doc: Doc) -> Container:
    given = _given(doc, _CONTAINER)
    if "registry" in doc:
        given["registry"] = Registry(**doc["registry"])
    given |= {name: tuple(doc[name]) for name in _LISTS if name in doc}
    return Container(
        limits=Limits(**doc.get("limits", {})),
        requests=Limits(**doc.get("requests", {})),
        mounts=tuple(map(_mount, doc.get("mounts", ()))),
        **given,
    )


def _mount(doc: Doc) -> Mount:
    return Mount(kind=doc["type"], **{name: doc[name] for name in doc if name != "type"})


def _given(doc: Doc, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: doc[name] for name in names if name in doc}
