"""What the engine shows, as native documents. Pure; secrets are masked here."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from windlass.coordinator.dialects.native.describe import (
    beside_document,
    container_document,
    retry_document,
)
from windlass.coordinator.engine.people_views import Role, User
from windlass.coordinator.engine.template_views import TemplateView
from windlass.coordinator.engine.views import (
    AttemptView,
    HistoryRow,
    JobView,
    NodeView,
    QueueView,
    TaskView,
    Token,
    Why,
)
from windlass.coordinator.web.reading import WrittenFloat, WrittenInt
from windlass.shared.redact import MASK, Redactor, is_secret_key, redact_env
from windlass.shared.spec import Permission, TaskSpec

Doc = dict[str, Any]


def job(view: JobView) -> Doc:
    return {
        "id": view.id,
        "door": view.door,
        "external_id": view.external_id,
        "owner": view.owner,
        "name": view.name,
        "description": view.description,
        "state": view.state,
        "reason": view.reason,
        "error": view.error,
        "cancelling": view.cancelling,
        "paused": view.paused,
        "epoch": view.epoch,
        "priority": view.priority,
        "queue": view.queue,
        "tags": view.tags,
        "metadata": redact_env(view.spec.metadata),
        "inputs": redact_env(view.spec.inputs),
        "secrets": sorted(view.spec.secrets),
        "permissions": [permission(one) for one in view.spec.permissions],
        "total": view.total,
        "ended": view.ended,
        "failed": view.failed,
        "progress": _percent(view.ended, view.total),
        "output": view.output,
        "created_at": moment(view.created_at),
        "started_at": moment(view.started_at),
        "ended_at": moment(view.ended_at),
        "schedule_id": view.schedule_id,
        "why": why(view.why) if view.why else None,
        "parent_task": view.parent_task,
    }


def permission(one: Permission) -> Doc:
    return {"user": one.user} if one.user else {"role": one.role}


def user(view: User) -> Doc:
    return {
        "id": view.id,
        "username": view.username,
        "name": view.name,
        "scope": view.scope,
        "disabled": view.disabled,
        "roles": view.roles,
        "created_at": moment(view.created_at),
    }


def role(view: Role) -> Doc:
    return {
        "id": view.id,
        "slug": view.slug,
        "name": view.name,
        "created_at": moment(view.created_at),
    }


def why(first: Why) -> Doc:
    return {
        "task_id": first.task_id,
        "task": first.task,
        "reason": first.reason,
        "error": first.error,
        "exit_code": first.exit_code,
        "attempt_id": first.attempt_id,
        "last_lines": first.last_lines,
    }


def task(view: TaskView) -> Doc:
    return {
        "id": view.id,
        "job_id": view.job_id,
        "position": view.position,
        "key": view.key,
        "name": view.name,
        "var": view.var,
        "state": view.state,
        "reason": view.reason,
        "error": view.error,
        "needs": view.needs,
        "waiting_on": view.waiting_on,
        "waiting_for": view.waiting_for,
        "allow_failure": view.allow_failure,
        "queue": view.queue,
        "priority": view.priority,
        "attempts": view.attempts,
        "exit_code": view.exit_code,
        "output": view.output,
        "progress": view.progress,
        "message": view.message,
        "started_at": moment(view.started_at),
        "ended_at": moment(view.ended_at),
        "attempt_id": view.attempt_id,
        "node": view.node,
        "kind": view.kind,
        "parent": view.parent,
        "size": view.size,
        "done": view.done,
        "item_index": view.item_index,
        "subjob_id": view.subjob_id,
        **_asked(view.spec),
    }


def attempt(view: AttemptView) -> Doc:
    return {
        "id": view.id,
        "task_id": view.task_id,
        "job_id": view.job_id,
        "number": view.number,
        "epoch": view.epoch,
        "state": view.state,
        "reason": view.reason,
        "error": view.error,
        "exit_code": view.exit_code,
        "node": view.node,
        "queue": view.queue,
        "run_after": moment(view.run_after),
        "published_at": moment(view.published_at),
        "log_bytes": view.log_bytes,
        "log_lines": view.log_lines,
        "log_sha256": view.log_sha256,
        "created_at": moment(view.created_at),
        "started_at": moment(view.started_at),
        "ended_at": moment(view.ended_at),
    }


def history_row(row: HistoryRow) -> Doc:
    return {
        "id": row.id,
        "entity": row.entity,
        "entity_id": row.entity_id,
        "was": row.was,
        "became": row.became,
        "reason": row.reason,
        "at": moment(row.at),
    }


def node(view: NodeView) -> Doc:
    return {
        "name": view.name,
        "hostname": view.hostname,
        "runtime": view.runtime,
        "version": view.version,
        "queues": view.queues,
        "slots": view.slots,
        "running": view.running,
        "attempts": view.attempts,
        "cpus": view.cpus,
        "memory": view.memory,
        "disk_free": view.disk_free,
        "state": view.state,
        "joined_at": moment(view.joined_at),
        "seen_at": moment(view.seen_at),
    }


def queue(view: QueueView) -> Doc:
    return {
        "name": view.name,
        "pending": view.pending,
        "scheduled": view.scheduled,
        "running": view.running,
        "oldest_at": moment(view.oldest_at),
        "nodes": view.nodes,
    }


def token(view: Token) -> Doc:
    return {
        "id": view.id,
        "name": view.name,
        "scope": view.scope,
        "user": view.acts_for,
        "created_at": moment(view.created_at),
        "expires_at": moment(view.expires_at),
        "used_at": moment(view.used_at),
    }


def template(view: TemplateView) -> Doc:
    return {
        "id": view.id,
        "door": view.door,
        "name": view.name,
        "address": view.address,
        "version": view.version,
        "owner": view.owner,
        "digest": view.digest,
        "created_at": moment(view.created_at),
        "first_at": moment(view.first_at),
    }


def without(document: Doc, secrets: Mapping[str, str]) -> Doc:
    """No value of these in any of its texts, however deep."""
    hidden = Redactor(secrets.values())
    return {key: _hides(item, hidden) for key, item in document.items()} if hidden else document


def _hides(value: Any, hidden: Redactor) -> Any:
    if isinstance(value, str):
        return hidden.text(value)
    if isinstance(value, Mapping):
        return {key: _hides(item, hidden) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_hides(item, hidden) for item in value]
    return value


def moment(at: datetime | None) -> str | None:
    """``2026-11-25T08:00:00.123Z``."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def masked(value: Any) -> Any:
    """A document of any shape: what stands under a secret-looking name is hidden."""
    if isinstance(value, dict):
        return {key: _masked_entry(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return str(value) if isinstance(value, WrittenInt | WrittenFloat) else value


def _masked_entry(key: str, value: Any) -> Any:
    if key == "secrets" and isinstance(value, dict):
        return dict.fromkeys(value, MASK)
    if is_secret_key(key) and isinstance(value, str | int | float) and value != "":
        return MASK
    if key == "headers" and isinstance(value, dict):  # credentials as often as not
        return dict.fromkeys(value, MASK)
    return masked(value)


def _asked(spec: TaskSpec) -> Doc:
    said = {"if": spec.condition, "tags": spec.tags, "retry": retry_document(spec.retry)}
    shown: Doc = {"image": None, "run": None, "cmd": [], "env": {}}
    given: Doc = masked(container_document(spec.container) | beside_document(spec))
    return said | shown | given


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 100.0
