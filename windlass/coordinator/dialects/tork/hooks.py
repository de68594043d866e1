"""Tork's webhooks as ours."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal
from urllib.parse import urlsplit

from windlass.coordinator.dialects.tork.documents import Webhook
from windlass.coordinator.engine import expressions
from windlass.shared import spec

Event = Literal["job.state", "job.progress", "task.state", "task.progress"]

EVENTS: Mapping[str, Event] = {
    "": "job.state",
    "job.StateChange": "job.state",
    "job.Progress": "job.progress",
    "task.StateChange": "task.state",
    "task.Progress": "task.progress",
}


def of(webhooks: Iterable[Webhook]) -> tuple[spec.Webhook, ...]:
    """Those that can ever be sent; the document shows the others too."""
    return tuple(_sendable(webhooks))


def _sendable(webhooks: Iterable[Webhook]) -> Iterator[spec.Webhook]:
    for hook in webhooks:
        event = EVENTS.get(hook.event)
        if event is not None and _leads_somewhere(hook.url):
            yield spec.Webhook(
                url=hook.url, headers=hook.headers, event=event, condition=hook.condition or None
            )


def _leads_somewhere(url: str) -> bool:
    if expressions.is_templated(url):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
