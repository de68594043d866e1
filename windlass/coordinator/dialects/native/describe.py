"""Job spec to native document: the inverse of ``translate``. Pure; masks nothing."""

from typing import Any

import msgspec

from windlass.shared.spec import (
    Container,
    Each,
    JobSpec,
    Mount,
    Permission,
    Probe,
    Retry,
    Sidecar,
    Step,
    TaskSpec,
    Webhook,
)

Doc = dict[str, Any]

_NO_CONTAINER = Container()
_NO_RETRY = Retry()
_EACH = Each(list="", task=TaskSpec(name=""))


def job_document(spec: JobSpec) -> Doc:
    """With nothing left to a default that depends on another part of the document."""
    keys = [task.key or task.name for task in spec.tasks]
    return {
        "name": spec.name,
        **_unless_empty(
            description=spec.description,
            inputs=dict(spec.inputs),
            tags=list(spec.tags),
            metadata=dict(spec.metadata),
            secrets=dict(spec.secrets),
            permissions=[_permission(one) for one in spec.permissions],
            timeout=spec.timeout,
            fail_fast=spec.fail_fast,
            output=spec.output,
            webhooks=[_webhook(hook) for hook in spec.webhooks],
            delete_after=spec.delete_after,
        ),
        "queue": spec.queue,
        "priority": spec.priority,
        "tasks": [_task(task, keys) for task in spec.tasks],
    }


def _permission(permission: Permission) -> Doc:
    return _unless_empty(user=permission.user, role=permission.role)


def _webhook(hook: Webhook) -> Doc:
    shown = {"url": hook.url, "event": hook.event}
    return {**shown, **_unless_empty(headers=dict(hook.headers), **{"if": hook.condition})}


def _task(task: TaskSpec, keys: list[str]) -> Doc:
    return {
        "name": task.name,
        **container_document(task.container),
        **beside_document(task),
        **_composite(task),
        "needs": [keys[position] for position in task.needs],
        **_unless_empty(**{"if": task.condition}, var=task.var, allow_failure=task.allow_failure),
        "queue": task.queue,
        "priority": task.priority,
        **_unless_empty(retry=retry_document(task.retry), tags=list(task.tags)),
    }


def _composite(task: TaskSpec) -> Doc:
    if task.parallel:
        limit = _unless_empty(concurrency=task.parallel.concurrency)
        return {"parallel": {"tasks": [_child(child) for child in task.parallel.tasks], **limit}}
    if task.each:
        each = task.each
        loop = _changed(each, _EACH, "var concurrency")
        return {"each": {"list": each.list, **loop, "task": _child(each.task)}}
    if task.subjob:
        detached = _unless_empty(detached=task.subjob.detached)
        return {"subjob": job_document(task.subjob.job) | detached}
    return {}


def _child(task: TaskSpec) -> Doc:
    document = _task(task, [])
    del document["needs"]
    return document


def beside_document(task: TaskSpec) -> Doc:
    """What runs before, after and beside its own container."""
    return _unless_empty(
        pre=[_named(step) for step in task.pre],
        post=[_named(step) for step in task.post],
        together=task.together,
        errand=task.errand and msgspec.to_builtins(task.errand),
        sidecars=[_named(one) | _unless_empty(probe=_probe(one.probe)) for one in task.sidecars],
    )


def _named(part: Step | Sidecar) -> Doc:
    return {"name": part.name, **container_document(part.container)}


def _probe(probe: Probe | None) -> Doc:
    return {"path": probe.path, "port": probe.port, "timeout": probe.timeout} if probe else {}


def retry_document(retry: Retry) -> Doc:
    """Only what differs from the default."""
    return _changed(retry, _NO_RETRY, "limit initial_delay scaling_factor max_delay jitter")


def container_document(container: Container) -> Doc:
    plain = _changed(
        container,
        _NO_CONTAINER,
        "image run env files workdir gpus shm user pull timeout grace",
    )
    registry = container.registry
    return plain | _unless_empty(
        cmd=list(container.cmd),
        entrypoint=list(container.entrypoint),
        networks=list(container.networks),
        mounts=[_mount(mount) for mount in container.mounts],
        requests=_unless_empty(cpus=container.requests.cpus, memory=container.requests.memory),
        limits=_unless_empty(cpus=container.limits.cpus, memory=container.limits.memory),
        registry=registry and {"username": registry.username, "password": registry.password},
    )


def _mount(mount: Mount) -> Doc:
    return {
        "type": mount.kind,
        "target": mount.target,
        **_unless_empty(source=mount.source, read_only=mount.read_only, size=mount.size),
        **_unless_empty(scratch=mount.scratch),
    }


def _changed(struct: Any, default: Any, names: str) -> Doc:
    values = {name: getattr(struct, name) for name in names.split()}
    return {name: value for name, value in values.items() if value != getattr(default, name)}


def _unless_empty(**values: Any) -> Doc:
    return {name: value for name, value in values.items() if value}
