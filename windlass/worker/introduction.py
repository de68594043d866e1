"""What a task is told about itself, in its environment. docs/job-format.md lists the names."""

import msgspec

from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container, Step


def introduced(order: RunAttempt) -> RunAttempt:
    """The same order, with what tells the task who it is; it may not choose these itself."""
    about = _about(order)
    return msgspec.structs.replace(
        order,
        container=_told(order.container, about),
        pre=_all_told(order.pre, about),
        post=_all_told(order.post, about),
    )


def _all_told(steps: tuple[Step, ...], about: dict[str, str]) -> tuple[Step, ...]:
    return tuple(
        msgspec.structs.replace(step, container=_told(step.container, about)) for step in steps
    )


def _told(container: Container, about: dict[str, str]) -> Container:
    if not container.layout.introduced:
        return container
    return msgspec.structs.replace(container, env={**container.env, **about})


def _about(order: RunAttempt) -> dict[str, str]:
    return {
        "WINDLASS_JOB_ID": str(order.job_id),
        "WINDLASS_JOB_NAME": order.job_name,
        "WINDLASS_TASK_ID": str(order.task_id),
        "WINDLASS_TASK_NAME": order.task_name,
        "WINDLASS_ATTEMPT_ID": str(order.attempt_id),
        "WINDLASS_ATTEMPT": str(order.number),
    }
