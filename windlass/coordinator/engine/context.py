"""What expressions can see: inputs, outputs of tasks that ended, and the job itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from windlass.coordinator.engine import expressions
from windlass.coordinator.store import tasks
from windlass.coordinator.store.db import Tx
from windlass.shared import spec

Context = Mapping[str, object]

_TASKS = re.compile(r"\btasks\b(?:\s*\??\.\s*([A-Za-z_]\w*))?")


def names_in(templates: Iterable[str]) -> set[str] | None:
    """The vars these may ask for; None where that cannot be told from the text. Never too few."""
    names: set[str] = set()
    for template in templates:
        found = _TASKS.findall(template)
        if "" in found:
            return None
        names.update(found)
    return names


def of_jobs(tx: Tx, specs: Mapping[UUID, str], names: set[str] | None) -> dict[UUID, Context]:
    """For each job; ``specs`` are the jobs' own, without tasks. Only the outputs under ``names``
    are read (None: all)."""
    outputs: dict[UUID, dict[str, str]] = {id: {} for id in specs}
    if names is None or names:
        for row in tasks.outputs(tx, list(specs), names):
            outputs[row["job_id"]][row["var"]] = row["output"]
    return {id: _context(id, text, outputs[id]) for id, text in specs.items()}


def _context(id: UUID, text: str, outputs: Mapping[str, str]) -> Context:
    job = spec.decode_job(text)
    return {
        "inputs": job.inputs,
        "secrets": job.secrets,
        "tasks": outputs,
        "job": named(id, job),
    }


def named(id: UUID, job: spec.JobSpec) -> Mapping[str, str]:
    """What is called ``job``."""
    return {"id": id.hex if job.plain_ids else str(id), "name": job.name}


def templates_of(task: spec.TaskSpec) -> Sequence[str]:
    """Every string of a task that is evaluated when it starts."""
    steps = (*task.pre, *task.post)
    named = [text for step in steps for text in (step.name, *_templates_in(step.container))]
    return [
        task.name,
        task.queue,
        task.condition or "",
        *_templates_in(task.container),
        *named,
        *composite_templates(task),
    ]


def composite_templates(task: spec.TaskSpec) -> Sequence[str]:
    """Of those evaluated when a composite starts; its parts are evaluated when they start."""
    if task.each:
        # Not necessarily in braces: whatever it says is an expression.
        return [task.var or "", task.each.list]
    if task.subjob:
        job = task.subjob.job
        hooks = [text for hook in job.webhooks for text in (hook.url, *hook.headers.values())]
        return [task.var or "", job.name, *job.inputs.values(), *job.secrets.values(), *hooks]
    return [task.var or ""]


def _templates_in(container: spec.Container) -> Sequence[str]:
    return [container.image or "", *container.cmd, *container.env.values()]


def kind_of(task: spec.TaskSpec) -> str:
    """Of a composite; empty for one that runs a container."""
    if task.parallel:
        return "parallel"
    return "each" if task.each else "subjob" if task.subjob else ""


def within(known: Context, scope: str | None) -> Context:
    """What a task sees in the loops around it."""
    return known if scope is None else {**known, **msgspec.json.decode(scope)}


def is_templated(task: spec.TaskSpec) -> bool:
    """Something has to be decided or evaluated before it can start."""
    if task.condition is not None or task.fault or kind_of(task):
        return True
    return any(map(expressions.is_templated, templates_of(task)))
