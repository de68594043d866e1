"""Nodes and queues as Tork shows them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from windlass.coordinator.dialects.tork.queues import to_tork
from windlass.coordinator.dialects.tork.show.documents import Node
from windlass.coordinator.dialects.tork.show.gojson import number
from windlass.coordinator.dialects.tork.show.ids import node_id
from windlass.coordinator.dialects.tork.show.moments import moment
from windlass.coordinator.engine.views import NodeView, QueueView

FORGOTTEN_AFTER = timedelta(minutes=5)
OFFLINE_AFTER = timedelta(seconds=60)

# What Tork's coordinators take from; ours do not, and so they are always empty.
OF_COORDINATORS = frozenset(
    {
        "pending",
        "started",
        "completed",
        "error",
        "heartbeat",
        "jobs",
        "logs",
        "progress",
        "redeliveries",
    }
)
PRIVATE = "x-"
DEFAULT = "default"


def listed(nodes: Iterable[NodeView], now: datetime) -> list[NodeView]:
    """Those heard of lately, by name."""
    recent = [node for node in nodes if now - node.seen_at < FORGOTTEN_AFTER]
    return sorted(recent, key=lambda node: node.name)


def node(view: NodeView, now: datetime) -> Node:
    away = view.state == "left" or now - view.seen_at > OFFLINE_AFTER
    id = node_id(view.name)
    return Node(
        id=id,
        name=view.name,
        started_at=moment(view.joined_at),
        cpu_percent=load(view),
        last_heartbeat_at=moment(view.seen_at),
        queue=PRIVATE + id,
        status="OFFLINE" if away else "UP",
        hostname=view.hostname,
        task_count=view.running,
        version=view.version,
    )


def load(view: NodeView) -> float | int:
    """Of its slots, how many are taken: nodes tell nothing else of how busy they are."""
    return number(100 * view.running / view.slots) if view.slots else 0


def queue(view: QueueView) -> Mapping[str, Any]:
    waiting = view.pending + view.scheduled
    return shown(to_tork(view.name), size=waiting, subscribers=view.nodes, unacked=view.running)


def shown(name: str, *, size: int = 0, subscribers: int = 0, unacked: int = 0) -> Mapping[str, Any]:
    return {"name": name, "size": size, "subscribers": subscribers, "unacked": unacked}


def queues(views: Iterable[QueueView]) -> dict[str, Mapping[str, Any]]:
    """By name: those in use, the usual one, and those that Tork's coordinators have."""
    always = [shown(DEFAULT), *(shown(name, subscribers=1) for name in sorted(OF_COORDINATORS))]
    found = {each["name"]: each for each in always}
    used = [queue(view) for view in views if view.name not in OF_COORDINATORS]
    return found | {each["name"]: each for each in used}
