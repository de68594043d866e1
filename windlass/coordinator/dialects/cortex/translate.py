"""An API and a job of it as a spec. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any

from msgspec.structs import replace

from windlass.coordinator.dialects.cortex import probes, programs, quantities, schema
from windlass.coordinator.dialects.cortex.versions import NEWEST
from windlass.coordinator.web.literal import escape
from windlass.shared.queues import is_queue_name
from windlass.shared.spec import (
    DEFAULT_QUEUE,
    Container,
    Errand,
    JobSpec,
    Layout,
    Limits,
    Mount,
    Sidecar,
    TaskSpec,
)

Doc = Mapping[str, Any]

ROOT = "/cortex"
_JOB_FILE, _CLI_FILE = "spec/job.json", "client/cli.yaml"
_SHARED = Mount(kind="volume", target="/mnt", scratch=True)
_VARIABLE = re.compile(r"\$(\$)?\(([A-Za-z_][A-Za-z0-9_.-]*)\)")
_LEAST_MEMORY = 6 << 20  # nothing starts in less
_LAYOUT = Layout(root=ROOT, work="work", introduced=True)


@dataclass(frozen=True, kw_only=True)
class Job:
    """``shown``: the job as its containers read it; ``url``: where they reach this door. Of an API
    that is a program, ``image`` is what runs it and ``project`` the digest of its files."""

    shown: Doc = field(default_factory=dict)
    timeout: int | None = None
    url: str = ""
    image: str | None = None
    project: str | None = None


def to_job_spec(spec: Doc, job: Job) -> JobSpec:
    """A task of all its containers."""
    return JobSpec(
        name=spec["name"],
        queue=queue(spec),
        total_timeout=job.timeout,
        tasks=(to_task(spec, job),),
    )


def to_task(spec: Doc, job: Job, errand: Errand | None = None, name: str = "") -> TaskSpec:
    containers = _containers(spec, job)
    main, *others = (_container(each, spec, job) for each in containers)
    asked = Limits(
        cpus=_sum(_cpus(each["compute"]) for each in containers),
        memory=_total(_memory(each["compute"]) for each in containers),
    )
    beside = [
        Sidecar(name=each["name"], container=container)
        for each, container in zip(containers[1:], others, strict=True)
    ]
    return TaskSpec(
        name=name or spec["name"],
        key=name or spec["name"],
        queue=queue(spec),
        container=_as_program(spec, job, replace(main, requests=asked, mounts=(_SHARED,))),
        sidecars=tuple(beside),
        together=bool(beside),
        errand=errand,
    )


def _containers(spec: Doc, job: Job) -> Sequence[Doc]:
    if programs.is_one(spec):
        return [programs.container(spec, job.image)]
    return list(spec["pod"]["containers"])


def _as_program(spec: Doc, job: Job, container: Container) -> Container:
    """With its files, where it is one."""
    if not programs.is_one(spec):
        return container
    return replace(
        container,
        mounts=(),  # its files are where containers share theirs
        parcels=programs.parcels(job.project),
        placed={**container.placed, programs.LAUNCHER: programs.launcher()},
    )


def queue(spec: Doc) -> str:
    """The first node group that can name a queue."""
    groups: Sequence[str] = spec.get("node_groups") or ()
    return next(filter(is_queue_name, groups), DEFAULT_QUEUE)


def _container(document: Doc, spec: Doc, job: Job) -> Container:
    env = {**document["env"], **_own(spec, job)}
    compute = document["compute"]
    memory, shm = _memory(compute), compute.get("shm")
    return Container(
        image=escape(document["image"]) if document["image"] else None,
        entrypoint=tuple(expand(word, env) for word in document["command"] or ()),
        cmd=tuple(escape(expand(word, env)) for word in document["args"] or ()),
        env={name: escape(value) for name, value in env.items()},
        placed={
            _JOB_FILE: json.dumps(_shown(spec, job), indent=2),
            _CLI_FILE: _cli_file(job.url),
        },
        limits=Limits(memory=memory),
        gpus=str(compute["gpu"]) if compute["gpu"] else None,
        shm=_bytes(shm) or None if shm else None,
        layout=_LAYOUT,
        liveness=probes.liveness(document.get("liveness_probe")),
    )


def _shown(spec: Doc, job: Job) -> Doc:
    """Of a program with its own configuration below what the job was submitted with."""
    if not programs.is_one(spec):
        return job.shown
    config = programs.merged(spec["definition"]["config"], job.shown.get("config") or {})
    return {**job.shown, "merged_config": config}


def _own(spec: Doc, job: Job) -> dict[str, str]:
    port = spec.get("pod", {}).get("port")
    level = spec.get("definition", {}).get("log_level", "info")
    return {
        "CORTEX_LOG_LEVEL": level.upper(),
        "CORTEX_VERSION": NEWEST,
        "CORTEX_CLI_CONFIG_DIR": f"{ROOT}/client",
        "CORTEX_OPERATOR_ENDPOINT": job.url,
        **({"CORTEX_PORT": str(port)} if spec["kind"] == schema.BATCH else {}),
    }


def _cli_file(url: str) -> str:
    """So that its own command, run inside, reaches this door."""
    environment = {"name": "cortex", "provider": "aws", "operator_endpoint": url}
    return json.dumps({"environments": [environment], "default_environment": "cortex"})


def expand(text: str, env: Mapping[str, str]) -> str:
    """``$(NAME)`` is the variable, where there is one; ``$$(NAME)`` is itself with one ``$``."""

    def value(found: re.Match[str]) -> str:
        if found[1]:
            return found[0][1:]
        return env.get(found[2], found[0])

    return _VARIABLE.sub(value, text)


def _cpus(compute: Doc) -> Decimal | None:
    return quantities.parse(compute["cpu"]).value if compute["cpu"] else None


def _memory(compute: Doc) -> int | None:
    return max(_bytes(compute["mem"]), _LEAST_MEMORY) if compute["mem"] else None


def _bytes(text: str) -> int:
    return int(quantities.parse(text).value.to_integral_value(ROUND_CEILING))


def _sum(found: Any) -> float | None:
    return float(sum(each for each in found if each is not None)) or None


def _total(found: Any) -> int | None:
    return sum(each for each in found if each is not None) or None
