"""The door as OpenAPI describes it, for a machine to try. For tests: Tork serves none."""

from typing import Any

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}


def an_object(**always: Any) -> dict[str, Any]:
    return {"type": "object", "properties": always, "required": list(always)}


_REFUSED = an_object(message=_TEXT) | {"additionalProperties": False}
_DONE = an_object(status={"const": "OK"}) | {"additionalProperties": False}
_USER = an_object(id=_ID, username=_TEXT, createdAt=_TEXT)
_SUMMARY = an_object(id=_ID, state=_TEXT, createdAt=_TEXT, position=_COUNT, createdBy=_USER)
_TASK = an_object(id=_ID, jobId=_ID, state=_TEXT, position=_COUNT)
_TASKS = {"type": "array", "items": _TASK}
_JOB = an_object(
    id=_ID,
    state=_TEXT,
    createdAt=_TEXT,
    tasks={"type": "array", "items": {"type": "object"}},
    execution=_TASKS,
    position=_COUNT,
    context={"type": "object"},
)
_PART = an_object(id=_ID, number=_COUNT, taskId=_ID, contents=_TEXT, createdAt=_TEXT)
_QUEUE = an_object(name=_TEXT, size=_COUNT, subscribers=_COUNT, unacked=_COUNT)
_NODE = an_object(id=_TEXT, name=_TEXT, status={"enum": ["UP", "OFFLINE"]}, version=_TEXT)
_FIGURES = an_object(
    jobs=an_object(running=_COUNT),
    tasks=an_object(running=_COUNT),
    nodes=an_object(online=_COUNT, cpuPercent={"type": "number"}),
)
_HEALTH = an_object(status={"enum": ["UP", "DOWN"]}, version=_TEXT)

_STRINGS = {"type": "object", "additionalProperties": _TEXT}
_POSTED_TASK = {
    "type": "object",
    "properties": {
        "name": _TEXT | {"minLength": 1, "maxLength": 20},
        "run": _TEXT,
        "image": _TEXT | {"maxLength": 20},
        "env": _STRINGS,
        "cmd": {"type": "array", "items": _TEXT},
        "priority": {"type": "integer"},
        "timeout": _TEXT,
        "queue": _TEXT | {"maxLength": 20},
        "retry": {"type": "object"},
    },
    "required": ["name"],
    "additionalProperties": False,
}
_POSTED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "description": _TEXT,
        "tags": {"type": "array", "items": _TEXT},
        "inputs": _STRINGS,
        "secrets": _STRINGS,
        "output": _TEXT,
        "tasks": {"type": "array", "items": _POSTED_TASK, "minItems": 1},
    },
    "required": ["name", "tasks"],
    "additionalProperties": False,
}


_NAME = _TEXT | {"minLength": 1, "maxLength": 20}
_POSTED_USER = {
    "type": "object",
    "properties": {"username": _NAME, "password": _NAME, "name": _NAME},
    "required": ["username", "password"],
}
_SCHEDULED = an_object(id=_ID, state={"enum": ["ACTIVE", "PAUSED"]}, createdAt=_TEXT, cron=_TEXT)
_SCHEDULE = an_object(**_SCHEDULED["properties"], tasks={"type": "array"}, createdBy=_USER)
_CRON = {"enum": ["* * * * *", "@daily", "@every 1h", "0 0 30 2 *", "TZ=UTC 1 1 1 1 1", "x"]}
_POSTED_SCHEDULE = {
    **_POSTED,
    "properties": {
        **_POSTED["properties"],
        "schedule": an_object(cron=_CRON) | {"additionalProperties": False},
        "autoDelete": an_object(after=_TEXT) | {"additionalProperties": False},
        "webhooks": {"type": "array", "items": an_object(url=_TEXT, event=_TEXT)},
    },
    "required": ["name", "tasks", "schedule"],
}


def document() -> dict[str, Any]:
    found = (404,)
    paths = {
        "/health": {"get": _operation(_HEALTH, fails=(503,))},
        "/jobs": {
            "get": _operation(_page(_SUMMARY), query=("page", "size", "q"), fails=found),
            "post": _operation(_SUMMARY, body=_POSTED, fails=(400, 408, 413)),
        },
        "/jobs/{id}": {"get": _operation(_JOB, fails=found)},
        "/jobs/{id}/cancel": {"put": _operation(_DONE, fails=(400, 404))},
        "/jobs/{id}/restart": {"put": _operation(_DONE, fails=(400, 404))},
        "/scheduled-jobs": {
            "get": _operation(_page(_SCHEDULED), query=("page", "size"), fails=found),
            "post": _operation(_SCHEDULED, body=_POSTED_SCHEDULE, fails=(400, 413)),
        },
        "/scheduled-jobs/{id}": {
            "get": _operation(_SCHEDULE, fails=found),
            "delete": _operation(_DONE, fails=found),
        },
        "/scheduled-jobs/{id}/pause": {"put": _operation(_DONE, fails=(400, 404))},
        "/scheduled-jobs/{id}/resume": {"put": _operation(_DONE, fails=(400, 404))},
        "/tasks/{id}": {"get": _operation(_TASK, fails=found)},
        "/queues": {"get": _operation({"type": "array", "items": _QUEUE})},
        "/queues/{id}": {
            "get": _operation(_QUEUE, fails=found),
            "delete": _operation(None, fails=(400, 404)),
        },
        "/nodes": {"get": _operation({"type": "array", "items": _NODE})},
        "/users": {"post": _operation(_USER, body=_POSTED_USER, fails=(400, 413))},
        "/metrics": {"get": _operation(_FIGURES)},
    }
    for path in ("/jobs/{id}/log", "/tasks/{id}/log"):
        logs = _operation(_page(_PART), query=("page", "size", "q"), fails=found)
        paths[path] = {"get": logs}
    for path, operations in paths.items():
        for operation in operations.values():
            operation["parameters"] += [_parameter("id", "path")] if "{id}" in path else []
    return {"openapi": "3.1.0", "info": {"title": "tork", "version": "1"}, "paths": paths}


def _page(item: dict[str, Any]) -> dict[str, Any]:
    items = {"type": "array", "items": item}
    return an_object(items=items, number=_COUNT, size=_COUNT, totalPages=_COUNT, totalItems=_COUNT)


def _operation(
    gives: dict[str, Any] | None,
    *,
    query: tuple[str, ...] = (),
    body: dict[str, Any] | None = None,
    fails: tuple[int, ...] = (),
) -> dict[str, Any]:
    answers = {"200": _answer(gives), **{str(status): _answer(_REFUSED) for status in fails}}
    if gives is _HEALTH:
        answers["503"] = _answer(_HEALTH)
    described: dict[str, Any] = {
        "parameters": [_parameter(name, "query") for name in query],
        "responses": answers,
    }
    if body is not None:
        described["requestBody"] = {"required": True, "content": _json(body)}
    return described


def _answer(schema: dict[str, Any] | None) -> dict[str, Any]:
    return {"description": ""} | ({"content": _json(schema)} if schema else {})


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _parameter(name: str, place: str) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": _TEXT}
