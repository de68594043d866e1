"""Whatever a machine thinks of sending, the door answers in its envelope and never breaks."""

from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode

from tests.conformance.linkis.client import BASE
from tests.support.described import assert_kept, every_operation
from tests.support.http import Client

_TEXT: Any = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_ANY: Any = {}
_NUMBER = {"anyOf": [{"type": "integer"}, _TEXT]}
_LABELS = {
    "type": "object",
    "required": ["engineType"],
    "properties": {
        "engineType": {"anyOf": [{"enum": ["shell-1", "python", "sql"]}, _TEXT]},
        "userCreator": {"anyOf": [{"const": "alice-IDE"}, _TEXT]},
        "codeType": _TEXT,
        "jobRunningTimeout": _NUMBER,
        "jobQueuingTimeout": _NUMBER,
        "jobRetryCount": _NUMBER,
        "jobRetryTimeout": _NUMBER,
    },
    "additionalProperties": _TEXT,
}
_RUNTIME = {
    "type": "object",
    "properties": {
        "extraArguments": {"anyOf": [{"type": "array", "items": _TEXT}, _ANY]},
        "wds.linkis.shell.runtime.working.directory": _TEXT,
        "wds.linkis.engine.runtime.priority": _ANY,
    },
}
_PARAMS = {
    "type": "object",
    "properties": {
        "variable": {"type": "object"},
        "configuration": {"type": "object", "properties": {"runtime": _RUNTIME}},
    },
}
_CODE = {"anyOf": [_TEXT, {"const": "echo ${run_date+1} ${x*2} &{yyyy-MM%-1d}"}]}
_SUBMIT = {
    "type": "object",
    "required": ["executionContent", "labels"],
    "properties": {
        "executionContent": {
            "type": "object",
            "required": ["code", "runType"],
            "properties": {"code": _CODE, "runType": {"anyOf": [{"const": "shell"}, _TEXT]}},
        },
        "labels": _LABELS,
        "params": _PARAMS,
        "source": _TEXTS,
        "executeUser": {"type": ["string", "null"]},
    },
}
_EXECUTE = {
    "type": "object",
    "required": ["executeApplicationName", "executionCode"],
    "properties": {
        "executeApplicationName": {"anyOf": [{"const": "shell"}, _TEXT]},
        "requestApplicationName": _TEXT,
        "executionCode": _CODE,
        "runType": _TEXT,
        "params": _PARAMS,
        "source": _TEXTS,
    },
}
_KILL = {
    "type": "object",
    "properties": {"idList": {"type": "array"}, "taskIDList": {"type": "array"}},
}
_LOGIN = {"type": "object", "properties": {"userName": _TEXT, "password": _TEXT}}


def _asked(**parameters: Any) -> list[Any]:
    return [{"name": name, "in": "query", "schema": each} for name, each in parameters.items()]


def _envelope(status: Any, data: Any) -> Any:
    return {
        "type": "object",
        "required": ["method", "status", "message", "data"],
        "additionalProperties": False,
        "properties": {
            "method": {"type": ["string", "null"]},
            "status": status,
            "message": _TEXT,
            "data": data,
        },
    }


def _answers(*required: str, body: Any = None, parameters: Any = ()) -> Any:
    """A success says these; a refusal has the same envelope."""
    data = {"type": "object", "required": list(required)}
    told = {"200": _envelope({"const": 0}, data), "400": _envelope({"const": 1}, _TYPE)}
    media = "application/json"
    operation = {
        "parameters": list(parameters),
        "responses": {
            code: {"description": code, "content": {media: {"schema": schema}}}
            for code, schema in told.items()
        },
    }
    if body is not None:
        operation["requestBody"] = {"content": {media: {"schema": body}}}
    return operation


_TYPE = {"type": "object"}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[^/.%\\\\]+$"},
}
_PAGES = _asked(fromLine=_NUMBER, size=_NUMBER, distinctLevel=_TEXT)
_LIST = _asked(
    startDate=_NUMBER,
    endDate=_NUMBER,
    status=_TEXT,
    pageNow=_NUMBER,
    pageSize=_NUMBER,
    taskID=_NUMBER,
    creator=_TEXT,
    executeApplicationName=_TEXT,
    runType=_TEXT,
    isAdminView=_TEXT,
    proxyUser=_TEXT,
)
_PATH = {"anyOf": [_TEXT, {"const": "file:///linkis/result/2024-01-01/00/IDE/alice/1/_0.dolphin"}]}
_OPEN = _asked(path=_PATH, page=_NUMBER, pageSize=_NUMBER, charset=_TEXT, nullValue=_TEXT)
_SCHEMA: Any = {
    "openapi": "3.1.0",
    "info": {"title": "Linkis' entrance", "version": "1"},
    "paths": {
        "/entrance/submit": {"post": _answers("execID", "taskID", body=_SUBMIT)},
        "/entrance/execute": {"post": _answers("execID", "taskID", body=_EXECUTE)},
        "/entrance/{id}/status": {"get": _answers("status", "execID", parameters=[_ID])},
        "/entrance/{id}/progress": {"get": _answers("progressInfo", parameters=[_ID])},
        "/entrance/{id}/log": {"get": _answers("log", "fromLine", parameters=[_ID, *_PAGES])},
        "/entrance/{id}/kill": {
            "get": _answers("execID", parameters=[_ID]),
            "post": _answers("execID", parameters=[_ID]),
        },
        "/entrance/{id}/killJobs": {"post": _answers("messages", body=_KILL, parameters=[_ID])},
        "/entrance/{id}/pause": {"get": _answers(parameters=[_ID])},
        "/entrance/operation/metrics/taskinfo": {
            "get": _answers(
                "taskNumber", parameters=_asked(user=_TEXT, creator=_TEXT, ecType=_TEXT)
            )
        },
        "/jobhistory/{id}/get": {"get": _answers("task", parameters=[_ID])},
        "/jobhistory/list": {"get": _answers("tasks", "totalPage", parameters=_LIST)},
        "/jobhistory/list-taskids": {
            "get": _answers("jobHistoryList", parameters=_asked(taskID=_TEXT))
        },
        "/filesystem/getDirFileTrees": {
            "get": _answers("dirFileTrees", parameters=_asked(path=_PATH))
        },
        "/filesystem/openFile": {"get": _answers("metadata", "fileContent", parameters=_OPEN)},
        "/filesystem/openLog": {
            "get": _answers("log", parameters=_asked(path=_PATH, logLevel=_TEXT, proxyUser=_TEXT))
        },
        "/user/userInfo": {"get": _answers("userName")},
    },
}
_LOGINS: Any = {
    "openapi": "3.1.0",
    "info": {"title": "Linkis' users", "version": "1"},
    "paths": {"/user/login": {"post": _answers("userName", "sessionTimeOut", body=_LOGIN)}},
}
_BODIES = ("/entrance/submit", "/entrance/execute", "/entrance/{id}/killJobs")
_OPERATIONS = every_operation(_SCHEMA["paths"], _BODIES)


def _described(document: Any, client: Client) -> Any:
    schema = schemathesis.openapi.from_dict({**document, "servers": [{"url": BASE}]})
    schema.app = client.application
    return schema


@pytest.fixture(scope="module")
def api(lasting_client: Client) -> Any:
    """As a user with a token, which every request names."""
    schema = _described(_SCHEMA, lasting_client)

    @schema.hook  # type: ignore[untyped-decorator]
    def map_headers(_: Any, headers: Any) -> Any:
        return {**(headers or {}), "Token-Code": "x", "Token-User": "alice"}

    return schema


@pytest.mark.parametrize(("method", "path", "mode"), _OPERATIONS)
def test_whatever_is_sent_is_answered_as_described(
    api: Any, method: str, path: str, mode: GenerationMode
) -> None:
    assert_kept(api[path][method], mode)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whoever_logs_in_is_answered_as_described(
    lasting_client: Client, mode: GenerationMode
) -> None:
    assert_kept(_described(_LOGINS, lasting_client)["/user/login"]["post"], mode)
