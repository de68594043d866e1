"""A task's templates, evaluated. Pure; may raise ``ExpressionError``."""

from collections.abc import Mapping

import msgspec

from windlass.coordinator.engine import expressions
from windlass.coordinator.engine.context import Context
from windlass.shared.queues import is_queue_name
from windlass.shared.spec import Container, JobSpec, Step, TaskSpec, Webhook
from windlass.shared.text import clean

NAME_LIMIT = 256


def says_no(task: TaskSpec, context: Context) -> bool:
    """Its condition is there and comes out as ``false``."""
    return task.condition is not None and _text(task.condition, context).strip() == "false"


def resolve(task: TaskSpec, context: Context) -> TaskSpec:
    """The same task with no template left in it. Results are never evaluated again."""
    return msgspec.structs.replace(
        task,
        name=_name(task.name, context),
        queue=_queue(task.queue, context),
        var=None if task.var is None else _text(task.var, context),
        container=_container(task.container, context),
        pre=tuple(_step(step, context) for step in task.pre),
        post=tuple(_step(step, context) for step in task.post),
    )


def subjob(job: JobSpec, context: Context) -> JobSpec:
    """The same job with what its parent gives it filled in; the rest it evaluates itself."""
    if not job.tasks:
        raise expressions.ExpressionError("the sub-job has no tasks")
    return msgspec.structs.replace(
        job,
        name=_name(job.name, context),
        inputs=_values(job.inputs, context),
        secrets=_values(job.secrets, context),
        webhooks=tuple(_webhook(hook, context) for hook in job.webhooks),
    )


def _webhook(hook: Webhook, context: Context) -> Webhook:
    url, headers = _text(hook.url, context), _values(hook.headers, context)
    return msgspec.structs.replace(hook, url=url, headers=headers)


def _values(values: Mapping[str, str], context: Context) -> dict[str, str]:
    return {name: _text(value, context) for name, value in values.items()}


def _step(step: Step, context: Context) -> Step:
    return Step(name=_name(step.name, context), container=_container(step.container, context))


def _container(container: Container, context: Context) -> Container:
    return msgspec.structs.replace(
        container,
        image=None if container.image is None else _text(container.image, context),
        cmd=tuple(_text(word, context) for word in container.cmd),
        env={name: _text(value, context) for name, value in container.env.items()},
    )


def _name(template: str, context: Context) -> str:
    return _text(template, context)[:NAME_LIMIT]


def _text(template: str, context: Context) -> str:
    if not expressions.is_templated(template):
        return template
    return clean(expressions.render(template, context))


def _queue(template: str, context: Context) -> str:
    queue = _text(template, context)
    if not is_queue_name(queue):
        raise expressions.ExpressionError(f"{template} gives {queue!r}, which cannot name a queue")
    return queue
