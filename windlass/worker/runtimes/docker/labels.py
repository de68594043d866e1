"""Names and labels: how what we made is known again after a crash."""

import re
from collections.abc import Mapping
from uuid import UUID

import msgspec

from windlass.shared import messages
from windlass.shared.messages import RunAttempt
from windlass.worker.runtimes.orders import without_secrets

NODE = "windlass.node"
ATTEMPT = "windlass.attempt"
TASK = "windlass.task"
JOB = "windlass.job"
ORDER = "windlass.order"  # RunAttempt without its secrets: what adoption needs
CACHE = "windlass.cache"  # of a volume: the node whose tasks share it, until it is forgotten
SHARED = "windlass.shared"  # of a volume or a network: any task may use it; never swept


def container_name(attempt_id: UUID) -> str:
    return f"windlass-{attempt_id}"


def volume_name(attempt_id: UUID, index: int) -> str:
    return f"windlass-{attempt_id}-{index}"


def owner(order: RunAttempt) -> UUID:
    """The attempt, where the order is that of one container among several."""
    return order.stage.of if order.stage else order.attempt_id


def shared_network_name(attempt_id: UUID) -> str:
    return f"windlass-{attempt_id}"


def network_name(node: str) -> str:
    return "windlass-" + re.sub(r"[^a-zA-Z0-9_.-]", "-", node)


def of_attempt(node: str, order: RunAttempt) -> dict[str, str]:
    return {
        NODE: node,
        ATTEMPT: str(owner(order)),
        TASK: str(order.task_id),
        JOB: str(order.job_id),
    }


def of_container(node: str, order: RunAttempt) -> dict[str, str]:
    kept = messages.encode(without_secrets(order)).decode()
    return of_attempt(node, order) | {ORDER: kept}


def order_in(labels: Mapping[str, str]) -> RunAttempt | None:
    """None where another version, or nobody of ours, wrote it."""
    try:
        return messages.decode(labels[ORDER])
    except (KeyError, msgspec.DecodeError):
        return None


def attempt_in(labels: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(labels[ATTEMPT])
    except (KeyError, ValueError):
        return None


def selecting(**labels: str) -> dict[str, list[str]]:
    """Filters of a list call: ``selecting(node="a")``."""
    return {"label": [f"windlass.{key}={value}" for key, value in labels.items()]}
