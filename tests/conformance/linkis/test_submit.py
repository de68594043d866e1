"""Taking code in: what may be left out, what is refused and how, and what comes of it."""

from typing import Any

import pytest

from tests.conformance.linkis.client import Linkis, code
from windlass.coordinator.store.db import Database

OLD: dict[str, Any] = {"executeApplicationName": "shell", "executionCode": "echo hi"}


def with_labels(**labels: Any) -> dict[str, Any]:
    return code(**labels)


def with_content(**content: Any) -> dict[str, Any]:
    return {**code(), "executionContent": content}


def count(db: Database) -> int:
    with db.transaction() as tx:
        return int(tx.all("SELECT count(*) AS jobs FROM job")[0]["jobs"])


def test_the_answer_holds_both_ids_and_the_address_without_its_version(linkis: Linkis) -> None:
    answer = linkis.ask("POST", "entrance/submit", json=code())

    assert answer.content_type == "application/json;charset=UTF-8"
    assert set(answer.json) == {"method", "status", "message", "data"}
    assert (answer.json["method"], answer.json["message"]) == ("/api/entrance/submit", "OK")
    assert set(answer.json["data"]) == {"execID", "taskID"}
    assert isinstance(answer.json["data"]["taskID"], int)
    assert answer.json["data"]["execID"] == (
        "exec_id018013linkis-cg-entrancewindlass:9104IDE_alice_shell_1"
    )


@pytest.mark.parametrize("charset", ["UTF-8", "utf-8", "gzip"])
def test_what_clients_call_a_coding_is_a_charset(linkis: Linkis, charset: str) -> None:
    headers = {"Content-Encoding": charset}
    who = {"userName": "alice", "password": "x"}

    assert linkis.ok("POST", "user/login", json=who, headers=headers)["userName"] == "alice"
    assert linkis.ok("POST", "entrance/submit", json=code(), headers=headers)["taskID"] == 1


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"params": {}, "source": {}},
        {"params": None, "source": None, "executeUser": None, "formatCode": False},
        {"params": {"variable": None, "configuration": {"startup": {}, "special": {}}}},
        {"executeUser": "alice", "source": {"scriptPath": "file:///x.sh"}},
        {"executeUser": "ALICE"},
        {"whatever": [1, {"else": None}]},
    ],
)
def test_all_but_code_and_engine_may_be_left_out(linkis: Linkis, more: dict[str, Any]) -> None:
    task = linkis.task(linkis.submit({**code(), **more})["taskID"])

    assert (task["umUser"], task["executeUser"]) == ("alice", "alice")
    assert (task["status"], task["requestApplicationName"]) == ("Inited", "IDE")


@pytest.mark.parametrize(
    ("label", "type", "shown"),
    [
        ("shell-1", "shell", "engineType:shell-1"),
        ("shell", "shell", "engineType:shell"),
        ("SHELL-1", "SHELL", "engineType:SHELL-1"),
        ("python-python2", "python", "engineType:python-python2"),
        ("python-2-3", "python", "engineType:python-2-3"),
    ],
)
def test_an_engine_is_named_with_or_without_a_version(
    linkis: Linkis, label: str, type: str, shown: str
) -> None:
    task = linkis.task(linkis.submit(with_labels(engineType=label))["taskID"])

    assert task["engineType"] == task["executeApplicationName"] == type
    assert shown in task["labels"]


def test_the_type_of_code_comes_before_its_label(linkis: Linkis) -> None:
    both = linkis.submit(with_labels(codeType="python"))["taskID"]
    blank = {**with_content(code="true", runType=" "), "labels": {"engineType": "shell"}}
    blank["labels"]["codeType"] = "sh"

    assert linkis.task(both)["runType"] == "shell"
    assert linkis.task(linkis.submit(blank)["taskID"])["runType"] == "sh"


def test_of_code_of_an_unknown_type_nothing_is_replaced(linkis: Linkis) -> None:
    body = {**code("echo ${x}", "brainf"), "params": {"variable": {"x": "1"}}}

    linkis.submit(body)

    log = "\n".join(linkis.get("entrance/1/log")["log"])
    assert "echo ${x}" in log


@pytest.mark.parametrize(
    ("label", "creator"),
    [("alice-IDE", "IDE"), ("Alice-a b", "a b"), ("alice-LINKISCLI", "LINKISCLI")],
)
def test_the_label_of_user_and_creator_is_split_and_its_user_is_the_caller(
    linkis: Linkis, label: str, creator: str
) -> None:
    task = linkis.task(linkis.submit(with_labels(userCreator=label))["taskID"])

    assert task["requestApplicationName"] == creator


def test_a_user_whose_name_has_a_dash_is_told_from_the_creator(linkis: Linkis) -> None:
    anna = linkis.another("anna-lena")

    task = anna.task(anna.submit(with_labels(userCreator="anna-lena-IDE"))["taskID"])

    assert (task["umUser"], task["requestApplicationName"]) == ("anna-lena", "IDE")


@pytest.mark.parametrize("address", ["submit", "execute"])
@pytest.mark.parametrize("body", [code(), OLD])
def test_either_form_is_taken_at_either_address(
    linkis: Linkis, address: str, body: dict[str, Any]
) -> None:
    assert linkis.ok("POST", f"entrance/{address}", json=body)["taskID"] == 1
    assert linkis.task(1)["engineType"] == "shell"


def test_the_old_form_has_its_own_defaults(linkis: Linkis) -> None:
    linkis.ok("POST", "entrance/execute", json=OLD)
    named = {**OLD, "requestApplicationName": "dss", "scriptPath": "file:///y", "runType": "sh"}
    linkis.ok("POST", "entrance/execute", json=named)

    first, second = linkis.task(1), linkis.task(2)
    assert (first["requestApplicationName"], first["runType"]) == ("IDE", "sql")
    assert (second["requestApplicationName"], second["runType"]) == ("dss", "sh")
    assert second["sourceTailor"] == "file:///y"


@pytest.mark.parametrize(
    ("body", "error", "text"),
    [
        ({**code(), "labels": {}}, 20008, "labels is null"),
        ({**code(), "labels": None}, 20008, "labels is null"),
        (with_content(runType="shell"), 20010, "executionCode cannot be empty"),
        (with_content(code=" \n", runType="shell"), 20007, "executionCode cannot be empty"),
        ({**code(), "labels": {"userCreator": "alice-IDE"}}, 20009, "specify engineTypeLabel"),
        (with_labels(engineType=""), 20009, "specify engineTypeLabel"),
        (with_content(code="true"), 20009, "specify runType"),
        (with_labels(jobRunningTimeout="1m"), 20009, "time tag is not set incorrectly"),
        (with_labels(jobQueuingTimeout="-1"), 20009, "time tag is not set incorrectly"),
        (with_labels(jobRetryCount="x"), 20009, "jobRetryCount"),
        (with_labels(engineType="spark-2.4.3"), 20009, "spark-2.4.3 is not configured"),
        (with_labels(userCreator="alice"), 20009, "userCreator"),
        ({**OLD, "executionCode": ""}, 20007, "cannot be empty at the same time"),
        ({"executionCode": "true"}, 20009, "specify engineTypeLabel"),
        ({}, 20009, "specify engineTypeLabel"),
    ],
)
def test_what_cannot_be_run_is_refused_with_linkis_number_and_nothing_is_kept(
    linkis: Linkis, db: Database, body: dict[str, Any], error: int, text: str
) -> None:
    refused = linkis.refused("POST", "entrance/submit", json=body)

    told = refused["data"]["errorMsg"]
    assert (refused["status"], told["errCode"], told["level"]) == (1, error, 2)
    assert text in told["desc"]
    assert refused["message"] == (
        f"error code(错误码): {error}, error message(错误信息): {told['desc']}."
    )
    assert told["serviceKind"] == "linkis-cg-entrance"
    assert count(db) == 0


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (with_labels(userCreator="bob-IDE"), 50080),
        (code("#@set x=1\n\n #@set y=2"), 30010),
        (code("echo ${x*2}\n#@set x=word"), 20050),
    ],
)
def test_some_that_are_refused_are_kept_as_failed(
    linkis: Linkis, body: dict[str, Any], error: int
) -> None:
    refused = linkis.refused("POST", "entrance/submit", json=body)
    (task,) = linkis.get("jobhistory/list")["tasks"]

    assert refused["data"]["errorMsg"]["errCode"] == error
    assert (task["status"], task["errCode"]) == ("Failed", error)
    assert task["errDesc"].startswith(f"{error}, ")
    assert linkis.fleet.dispatch() == []
    assert linkis.get("filesystem/openLog", path=task["logPath"])["log"][3].strip()
    assert linkis.get("filesystem/getDirFileTrees", path=task["resultLocation"])["dirFileTrees"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"labels": {"engineType": "shell", "a": "\\u0000"}, "executionContent": {}}',
        b"[" * 100_000,
        b'{"executionContent": "echo", "labels": {"engineType": "shell"}}',
        b'{"executionContent": {"code": 7, "runType": "sh"}, "labels": {"engineType": "shell"}}',
        b'{"executionContent": {"code": "7", "runType": "sh"}, "labels": {"engineType": {}}}',
        b'{"executionContent": {"code": "7", "runType": "sh"}, "labels": ["shell"]}',
        b'{"executionContent": {"code": "7\\u0000", "runType": "sh"},'
        b' "labels": {"engineType": "shell"}}',
        b'{"executionContent": {"code": "\\ud800", "runType": "sh"},'
        b' "labels": {"engineType": "shell"}}',
    ],
)
def test_a_body_that_makes_no_sense_is_refused_in_the_envelope(
    linkis: Linkis, db: Database, body: bytes
) -> None:
    assert linkis.refused("POST", "entrance/submit", data=body)["status"] == 1
    assert count(db) == 0


@pytest.mark.parametrize(
    "runtime",
    [
        {"extraArguments": 7},
        {"extraArguments": [7]},
        {"wds.linkis.shell.runtime.working.directory": "here"},
        {"wds.linkis.shell.runtime.working.directory": "/tmp/../etc"},
    ],
)
def test_parameters_that_make_no_sense_are_refused(linkis: Linkis, runtime: dict[str, Any]) -> None:
    body = {**code(), "params": {"configuration": {"runtime": runtime}}}

    assert linkis.refused("POST", "entrance/submit", json=body)["status"] == 1
