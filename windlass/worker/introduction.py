"""What a task is told about itself, in its environment. docs/job-format.md lists the names."""

import msgspec

from windlass.shared.messages import RunAttempt


def introduced(order: RunAttempt) -> RunAttempt:
    """The same order, with what tells the task who it is; it may not choose these itself."""
    container = order.container
    env = {**container.env, **_about(order)}
    return msgspec.structs.replace(order, container=msgspec.structs.replace(container, env=env))


def _about(order: RunAttempt) -> dict[str, str]:
    return {
        "WINDLASS_JOB_ID": str(order.job_id),
        "WINDLASS_JOB_NAME": order.job_name,
        "WINDLASS_TASK_ID": str(order.task_id),
        "WINDLASS_TASK_NAME": order.task_name,
        "WINDLASS_ATTEMPT_ID": str(order.attempt_id),
        "WINDLASS_ATTEMPT": str(order.number),
    }
