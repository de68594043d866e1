"""What this door answers, for the description the tests go by."""

from typing import Any

from marshmallow import Schema, fields

from windlass.coordinator.dialects.daggy.present import STATES
from windlass.coordinator.dialects.daggy.schema import DagDocument


def _state() -> fields.String:
    return fields.String(required=True, metadata={"enum": list(STATES)})


def _text() -> fields.String:
    return fields.String(required=True)


def _moment() -> fields.String:
    return fields.String(required=True, metadata={"pattern": "^[0-9]+$"})


def _names() -> fields.List[Any]:
    return fields.List(fields.String(), required=True)


def _table(value: Any) -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=value, required=True)


class Dag(DagDocument):
    pass


class Greeting(Schema):
    msg = _text()


class RunId(Schema):
    runID = fields.Integer(required=True)  # noqa: N815 - the word of this API


class State(Schema):
    state = _state()


class Verdict(Schema):
    valid = fields.Boolean(required=True)
    warnings = fields.List(fields.String())
    message = fields.String()
    error = fields.String()


class Summary(RunId, State):
    tag = _text()
    startTime = _moment()  # noqa: N815 - the word of this API
    lastUpdate = _moment()  # noqa: N815 - the word of this API
    taskCounts = _table(fields.Integer())  # noqa: N815 - the word of this API


class Job(Schema):
    environment = _names()
    memoryMB = fields.String()  # noqa: N815 - the word of this API
    cores = fields.String()
    command = _names()
    image = fields.String()
    timeout = fields.Float()


class Task(Schema):
    maxRetries = fields.Integer(required=True)  # noqa: N815 - the word of this API
    retryIntervalSeconds = fields.Integer(required=True)  # noqa: N815 - the word of this API
    job = fields.Nested(Job, required=True)
    children = _names()
    parents = _names()
    isGenerator = fields.Boolean(required=True)  # noqa: N815 - the word of this API


class Attempt(Schema):
    startTime = _moment()  # noqa: N815 - the word of this API
    stopTime = _moment()  # noqa: N815 - the word of this API
    rc = fields.Integer(required=True)
    outputLog = _text()  # noqa: N815 - the word of this API
    errorLog = _text()  # noqa: N815 - the word of this API
    executorLog = _text()  # noqa: N815 - the word of this API


class Change(State):
    time = _moment()


class Run(RunId):
    tag = _text()
    tasks = _table(fields.Nested(Task))
    taskStates = _table(_state())  # noqa: N815 - the word of this API
    taskAttempts = _table(fields.List(fields.Nested(Attempt)))  # noqa: N815 - the word of this API
    dagStateChanges = fields.List(fields.Nested(Change), required=True)  # noqa: N815 - the word of this API


class Error(Schema):
    message = _text()
    error = _text()
