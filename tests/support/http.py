"""The real application on a real engine, and documents made comparable."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from flask import Flask
from redis import Redis

from windlass.coordinator.app import create_app
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.nudges import Nudges
from windlass.coordinator.transport.signals import RedisSignals
from windlass.coordinator.web.settings import HttpSettings
from windlass.coordinator.web.streams import Streams

BASE = "/windlass/v1"

Client = Any  # a FlaskClient, whose answers have no document as far as its types know

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@contextmanager
def an_engine(db: Database, redis: Redis) -> Iterator[Engine]:
    with closing(Nudges(redis)) as nudges, closing(RedisSignals(redis, redis, nudges)) as signals:
        yield Engine(db, signals)


def an_app(engine: Engine, *, streams: Streams | None = None, **settings: Any) -> Flask:
    return create_app(engine, HttpSettings(**{"open": True, **settings}), streams)


def sent(client: Client, document: Any, **options: Any) -> Any:
    """The job that was made of it."""
    response = client.post(f"{BASE}/jobs", json=document, **options)
    assert response.status_code == 201, response.text
    return response.json


def a_document(*tasks: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "job", "tasks": list(tasks) or [{"name": "task", "run": "true"}], **fields}


def comparable(document: Any) -> Any:
    """Ids and times, which are never the same twice, become words."""
    if isinstance(document, dict):
        return {key: comparable(value) for key, value in document.items()}
    if isinstance(document, list):
        return [comparable(item) for item in document]
    if isinstance(document, str):
        return _TIME.sub("TIME", _ID.sub("ID", document))
    return document


def errors(response: Any) -> dict[str, str]:
    """Messages by field, of an answer in our own envelope."""
    return {flaw["field"]: flaw["message"] for flaw in response.json["error"].get("errors", [])}
