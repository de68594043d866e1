"""Queue names and priorities, as both sides of Celery must agree on them."""

import re

from windlass.shared import keys
from windlass.shared.redis import SOCKET_OPTIONS
from windlass.shared.spec import PRIORITIES

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def is_queue_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def at_broker(queue: str, node: str | None) -> str:
    """Where the message of an attempt goes: to the queue of the node it is meant for, if to one."""
    return queue if node is None else of_node(node)


def of_node(node: str) -> str:
    """No queue that can be named has such a name."""
    return f"@{node}"


def broker_priority(priority: int) -> int:
    """Ours: 9 first. The Redis transport's: 0 first."""
    return PRIORITIES.stop - 1 - priority


def transport_options() -> dict[str, object]:
    """Kombu's Redis transport, made to notice a dead link and a dead worker within seconds."""
    return {
        **SOCKET_OPTIONS,
        "retry_on_timeout": True,
        "global_keyprefix": keys.kombu_prefix(),
        "priority_steps": list(PRIORITIES),
        "queue_order_strategy": "round_robin",
        "sep": ":p",
        "visibility_timeout": 120,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 15,
    }
