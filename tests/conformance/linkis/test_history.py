"""Tasks as the history shows them, each field of the kind that clients cast it to."""

import json
import re
from typing import Any

import pytest

from tests.conformance.linkis.client import Linkis, code
from windlass.shared.states import Reason

NOT_FOUND = (
    "The corresponding job was not found, or there may be no permission to view the job"
    "(没有找到对应的job，也可能是没有查看该job的权限)"
)
MAYBE = type(None)
KINDS: dict[str, tuple[type, ...]] = {
    "taskID": (int,),
    "status": (str,),
    "umUser": (str,),
    "executeUser": (str,),
    "execId": (str,),
    "strongerExecId": (str,),
    "instance": (str,),
    "engineInstance": (str, MAYBE),
    "progress": (str,),
    "logPath": (str,),
    "resultLocation": (str, MAYBE),
    "createdTime": (int,),
    "updatedTime": (int,),
    "costTime": (int,),
    "engineType": (str,),
    "executeApplicationName": (str,),
    "requestApplicationName": (str,),
    "runType": (str,),
    "errCode": (int, MAYBE),
    "errDesc": (str, MAYBE),
    "errorCode": (int, MAYBE),
    "paramsJson": (str,),
    "paramJson": (str,),
    "sourceJson": (str,),
    "sourceTailor": (str,),
    "metrics": (str,),
    "labels": (list,),
    "executionCode": (str,),
    "canRetry": (bool,),
}


def ended(linkis: Linkis, how: str) -> Any:
    """A task of each kind of end, from the history."""
    id = linkis.submit(code(jobQueuingTimeout="3600"))["taskID"]
    if how == "Waiting":
        return linkis.task(id)
    attempt = linkis.started()
    if how == "Cancelled":
        linkis.get(f"entrance/{id}/kill")
    reasons = {"Failed": Reason.EXIT_CODE, "Cancelled": Reason.CANCELLED, "Timeout": Reason.TIMEOUT}
    if how != "Running":
        linkis.end(attempt, "said\n", reason=reasons.get(how), exit_code=int(how != "Succeed"))
    return linkis.task(id)


@pytest.mark.parametrize("how", ["Waiting", "Running", "Succeed", "Failed", "Cancelled", "Timeout"])
def test_every_field_is_of_the_kind_that_clients_cast_it_to(linkis: Linkis, how: str) -> None:
    task = ended(linkis, how)

    assert {name for name, kinds in KINDS.items() if type(task[name]) not in kinds} == set()
    assert 0 <= task["costTime"] < 2**31
    assert 1.6e12 < task["createdTime"] <= task["updatedTime"] < 1e13
    assert 0 <= float(task["progress"]) <= 1


@pytest.mark.parametrize("how", ["Failed", "Cancelled", "Timeout"])
def test_whatever_did_not_succeed_has_a_number_and_words_for_it(linkis: Linkis, how: str) -> None:
    task = ended(linkis, how)

    assert task["status"] == how
    assert type(task["errCode"]) is int
    assert task["errorCode"] == task["errCode"]
    assert task["errDesc"]


@pytest.mark.parametrize("how", ["Waiting", "Running", "Succeed"])
def test_nothing_is_wrong_with_what_goes_on_or_succeeded(linkis: Linkis, how: str) -> None:
    task = ended(linkis, how)

    assert (task["errCode"], task["errDesc"]) == (None, None)


def test_a_result_has_a_place_from_the_start_of_its_task(linkis: Linkis) -> None:
    linkis.submit()
    assert linkis.task(1)["resultLocation"] is None
    linkis.end(linkis.started())
    assert linkis.task(1)["resultLocation"].startswith("file://")


def test_ids_labels_params_and_source_are_told_as_they_came(linkis: Linkis) -> None:
    params = {"variable": {"x": "1"}, "configuration": {"runtime": {"k": 2}}}
    body = {**code(userCreator="alice-dss", extra="e"), "params": params, "source": {"a": "file:"}}
    exec_id = linkis.submit(body)["execID"]

    task = linkis.task(1)

    assert (task["strongerExecId"], task["execId"]) == (exec_id, "dss_alice_shell_1")
    assert exec_id.endswith(task["execId"])
    labels = {"engineType:shell-1", "userCreator:alice-dss", "codeType:shell", "extra:e"}
    assert set(task["labels"]) == labels
    assert json.loads(task["paramsJson"]) == json.loads(task["paramJson"]) == params
    assert (json.loads(task["sourceJson"]), task["sourceTailor"]) == ({"a": "file:"}, "file:")
    assert task["executionCode"] == "echo hi"
    brief = linkis.get("jobhistory/1/get", brief="true")["task"]
    assert "executionCode" not in brief
    assert brief["taskID"] == 1


def test_an_id_is_safe_whatever_its_creator_is_called(linkis: Linkis) -> None:
    exec_id = linkis.submit(code(userCreator="alice-a (b)[*+]/?\u00e9"))["execID"]

    assert re.fullmatch(r"[A-Za-z0-9_.:-]+", exec_id)
    assert linkis.status(exec_id) == "Inited"
    assert linkis.task(1)["requestApplicationName"] == "a (b)[*+]/?\u00e9"


def test_what_is_not_there_and_what_is_somebody_elses_is_answered_alike(linkis: Linkis) -> None:
    linkis.submit()
    mallory = linkis.another("mallory")

    assert mallory.refused("GET", "jobhistory/1/get")["message"] == NOT_FOUND
    assert mallory.refused("GET", "jobhistory/2/get")["message"] == NOT_FOUND
    assert mallory.get("jobhistory/list") == {"tasks": [], "totalPage": 0}
    assert mallory.get("jobhistory/list", taskID=1)["tasks"] == []
    assert mallory.get("jobhistory/list-taskids", taskID="1,2") == {"jobHistoryList": []}


@pytest.mark.parametrize("id", ["x", "-1", "1.0", "9" * 40, "1%0A", "\u0661"])
def test_an_id_that_is_no_number_is_an_error(linkis: Linkis, id: str) -> None:
    assert linkis.refused("GET", f"jobhistory/{id}/get")["status"] == 1


def test_tasks_are_listed_newest_first_by_pages_with_their_number(linkis: Linkis) -> None:
    for _ in range(5):
        linkis.submit()

    pages = [linkis.get("jobhistory/list", pageNow=page, pageSize=2) for page in (1, 2, 3, 4)]

    assert [[task["taskID"] for task in page["tasks"]] for page in pages] == [
        [5, 4],
        [3, 2],
        [1],
        [],
    ]
    assert {page["totalPage"] for page in pages} == {5}
    assert len(linkis.get("jobhistory/list", pageSize=0)["tasks"]) == 5


def test_a_list_is_narrowed_by_what_is_asked(linkis: Linkis) -> None:
    linkis.done()
    linkis.submit(code(userCreator="alice-dss", engineType="python"))
    linkis.submit(code("print()", "py", engineType="python"))
    created = linkis.task(2)["createdTime"]

    def found(**asked: Any) -> list[int]:
        return [task["taskID"] for task in linkis.get("jobhistory/list", **asked)["tasks"]]

    assert found(status="Succeed") == [1]
    assert found(status="Inited,Succeed") == [3, 2, 1]
    assert found(status="Running,Failed") == found(status="WaitForRetry") == []
    assert found(creator="dss") == [2]
    assert found(executeApplicationName="PYTHON") == [3, 2]
    assert found(runType="py") == [3]
    assert found(taskID=2) == [2]
    assert found(startDate=created + 60_000) == []
    assert found(endDate=created - 60_000) == []
    assert found(startDate=created - 60_000, endDate=created + 60_000) == [3, 2, 1]


def test_what_is_not_over_is_listed_and_counted(linkis: Linkis) -> None:
    linkis.done()
    linkis.submit()

    assert [task["taskID"] for task in linkis.get("jobhistory/listundonetasks")["tasks"]] == [2]
    assert linkis.get("jobhistory/listundone")["totalPage"] == 1


def test_named_tasks_are_listed(linkis: Linkis) -> None:
    linkis.submit()
    linkis.submit()

    found = linkis.get("jobhistory/list-taskids", taskID="1, 2,7")["jobHistoryList"]

    assert [task["taskID"] for task in found] == [1, 2]
    for wrong in ("", "x", ",".join(["1"] * 31)):
        refused = linkis.refused("GET", f"jobhistory/list-taskids?taskID={wrong}")
        assert refused["message"].startswith("Invalid taskID")


@pytest.mark.parametrize(
    "asked",
    ["status=Done", f"creator={'c' * 65}", "creator=%00", "pageNow=x", "startDate=yesterday"],
)
def test_what_cannot_be_looked_for_is_refused(linkis: Linkis, asked: str) -> None:
    assert linkis.refused("GET", f"jobhistory/list?{asked}")["status"] == 1


def test_a_task_that_never_reached_a_node_may_be_submitted_again(linkis: Linkis) -> None:
    linkis.submit()
    (attempt,) = linkis.fleet.dispatch()
    linkis.fleet.finish(attempt, reason=Reason.IMAGE, error="no such image")

    assert (linkis.task(1)["status"], linkis.task(1)["canRetry"]) == ("Failed", True)
    assert "no such image" in linkis.task(1)["errDesc"]
