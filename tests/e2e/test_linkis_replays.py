"""What Linkis' clients never do together, in plain requests against ``windlass up``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import Windlass
from tests.e2e.conftest import clean_environment, serving
from tests.support.linkis_cli import FINAL, LinkisCli
from tests.support.linkis_clients import Account
from tests.support.waiting import until

ALL = 3  # of the four parts of a log
OVER = "The job already completed. Do not support kill.(任务已经结束，不支持kill)"


@pytest.fixture(scope="module")
def address(directories: Path) -> Iterator[str]:
    with serving(directories, "linkis-replays") as address:
        yield address


@pytest.fixture
def cli(address: str) -> LinkisCli:
    return LinkisCli(Account(address, "alice", "secret"))


def submitted(cli: LinkisCli, code: str, **more: Any) -> int:
    """The id of a task with these labels, variables or runtime parameters."""
    document = {
        "executionContent": {"code": code, "runType": "shell"},
        "labels": {"engineType": "shell-1", "userCreator": "alice-IDE", **more.get("labels", {})},
        "params": {
            "variable": more.get("variables", {}),
            "configuration": {"runtime": more.get("runtime", {})},
        },
    }
    return int(cli.call("POST", "entrance/submit", json=document)["taskID"])


def ended(cli: LinkisCli, id: int) -> dict[str, Any]:
    until(lambda: cli.task(id)["status"] in FINAL, 60)
    return cli.task(id)


def ids_of(task: dict[str, Any]) -> list[str]:
    """The new form, the old one, and the number."""
    creator, app, instance = task["requestApplicationName"], task["engineType"], "host:9104"
    short = f"{creator}_{task['umUser']}_{task['taskID']}"
    lengths = "".join(f"{len(word):02}" for word in (creator, app, instance))
    old = f"{lengths}{creator}{app}{instance}{short}"
    return [task["strongerExecId"], old, str(task["taskID"])]


def test_a_task_is_found_by_each_form_of_its_id_and_long_after_its_end(cli: LinkisCli) -> None:
    task = ended(cli, submitted(cli, "echo found"))

    for id in ids_of(task):
        assert cli.call("GET", f"entrance/{id}/status") == {"status": "Succeed", "execID": id}
        assert "found" in cli.call("GET", f"entrance/{id}/log")["log"][ALL].split("\n")
        told = cli.call("GET", f"entrance/{id}/progressWithResource", params={"taskID": 1})
        assert (float(told["progress"]), told["yarnResource"]) == (1.0, None)
        assert [set(entry) for entry in told["progressInfo"]] == [
            {"id", "succeedTasks", "failedTasks", "runningTasks", "totalTasks"}
        ]


def test_progress_is_what_the_task_says_until_it_succeeds(
    cli: LinkisCli, directories: Path
) -> None:
    steps = directories / "linkis-progress"
    steps.mkdir(mode=0o777)
    steps.chmod(0o777)
    wait = f"until [ -e {steps}/$1 ]; do sleep 0.05; done"
    code = f"step() {{ echo $2 > $WINDLASS_PROGRESS; {wait}; }}\nstep a 60%; step b 80.5"
    id = submitted(cli, code)

    def progress() -> float:
        return float(cli.call("GET", f"entrance/{id}/progress")["progress"])

    until(lambda: progress() == 0.6, 30)
    (steps / "a").touch()
    until(lambda: progress() == 0.805, 30)
    assert cli.task(id)["progress"] == "0.805"
    (steps / "b").touch()

    assert ended(cli, id)["status"] == "Succeed"
    assert (progress(), cli.task(id)["progress"]) == (1.0, "1.0")


@pytest.mark.parametrize("form", [0, 1, 2])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_form_of_an_id_kills_by_either_method(cli: LinkisCli, form: int, method: str) -> None:
    id = submitted(cli, "sleep 600")

    cli.call(method, f"entrance/{ids_of(cli.task(id))[form]}/kill")

    assert ended(cli, id)["status"] == "Cancelled"


def test_who_kills_what_is_over_is_told_so_and_changes_nothing(cli: LinkisCli) -> None:
    task = ended(cli, submitted(cli, "true"))

    for id in ids_of(task):
        answer = cli.ask("GET", f"entrance/{id}/kill", params={"taskID": task["taskID"]})
        assert (answer.status_code, answer.json()["message"]) == (400, OVER)

    assert cli.task(task["taskID"]) == task


def test_many_are_killed_at_once(cli: LinkisCli) -> None:
    ids = [submitted(cli, "sleep 600") for _ in range(4)]
    names = [cli.task(id)["strongerExecId"] for id in ids]
    body = {"idList": [*names, "exec_id"], "taskIDList": [*ids, 0]}

    told = cli.call("POST", f"entrance/{names[0]}/killJobs", json=body)["messages"]

    assert [each["status"] for each in told] == [0, 0, 0, 0, 1]
    assert {ended(cli, id)["status"] for id in ids} == {"Cancelled"}


def test_a_task_that_runs_too_long_ends_as_timeout(cli: LinkisCli) -> None:
    task = ended(cli, submitted(cli, "sleep 600", labels={"jobRunningTimeout": "1"}))

    assert task["status"] == "Timeout"
    assert task["errDesc"].startswith("Job run ")
    assert task["errDesc"].endswith(" seconds over max run time : 1 seconds.")
    assert isinstance(task["errCode"], int)


def test_a_task_that_waits_too_long_ends_as_timeout(cli: LinkisCli) -> None:
    before = [submitted(cli, "sleep 600") for _ in range(12)]
    try:
        task = ended(cli, submitted(cli, "true", labels={"jobQueuingTimeout": "1"}))
    finally:
        body = {"idList": [str(id) for id in before], "taskIDList": before}
        cli.call("POST", "entrance/0/killJobs", json=body)

    assert task["status"] == "Timeout"
    assert task["errDesc"].endswith(" seconds over max queue time : 1 seconds.")


def test_a_task_is_tried_again_and_never_shown_as_waiting_for_that(
    cli: LinkisCli, directories: Path
) -> None:
    mark = directories / "linkis-tried"
    mark.mkdir(mode=0o777)
    mark.chmod(0o777)
    labels = {"jobRetryCount": "2", "jobRetryTimeout": "50"}
    id = submitted(cli, f"rmdir {mark} && exit 1; echo again", labels=labels)
    seen: set[str] = set()

    def over() -> bool:
        seen.add(cli.task(id)["status"])
        return bool(seen & FINAL)

    until(over, 60)

    assert seen <= {"Inited", "Scheduled", "Running", "Succeed"}
    assert cli.results(id) == [["again"]]


def test_pages_of_a_log_begin_with_the_first_line_whatever_is_asked(cli: LinkisCli) -> None:
    id = submitted(cli, "echo 2024-01-01 00:00:00.000 ERROR boom; echo; echo plain")
    name = ended(cli, id)["strongerExecId"]

    def page(**asked: int | str) -> dict[str, Any]:
        return cli.call("GET", f"entrance/{name}/log", params=asked)

    whole = page(fromLine=1, size=-1)
    assert page(fromLine=0, size=10_000) == page(fromLine=-5, size=10_000) == whole
    assert whole["log"][0].split("\n")[-1] == "2024-01-01 00:00:00.000 ERROR boom"
    assert "plain" in whole["log"][2].split("\n")
    assert page(fromLine=0, size=1)["fromLine"] == 2
    assert page(distinctLevel="false", size=-1)["log"] == whole["log"][ALL]
    past = page(fromLine=whole["fromLine"])
    assert (past["log"], past["fromLine"]) == (["", "", "", ""], whole["fromLine"])
    assert cli.ask("GET", f"entrance/{name}/log", params={"fromLine": "x"}).status_code == 400


def test_code_of_a_megabyte_is_run(cli: LinkisCli) -> None:
    code = "\n".join(["# " + "x" * 98] * 10_000) + "\necho done"

    task = ended(cli, submitted(cli, code))

    assert (task["status"], cli.results(task["taskID"])) == ("Succeed", [["done"]])


def test_variables_that_cannot_be_replaced_make_a_task_that_failed(cli: LinkisCli) -> None:
    document = {
        "executionContent": {"code": "echo ${name*2}", "runType": "shell"},
        "labels": {"engineType": "shell"},
        "params": {"variable": {"name": "x"}},
    }

    answer = cli.ask("POST", "entrance/submit", json=document)
    newest = cli.call("GET", "jobhistory/list", params={"pageSize": 1})["tasks"][0]

    assert answer.status_code == 400
    assert answer.json()["data"]["errorMsg"]["errCode"] == 20050
    assert (newest["status"], newest["errCode"]) == ("Failed", 20050)
    assert "String class is not supported to use:*" in newest["errDesc"]


def test_the_log_shows_the_code_as_it_was_run(cli: LinkisCli) -> None:
    id = submitted(cli, "echo ${x}", variables={"x": "seen"})

    log = cli.call("GET", "filesystem/openLog", params={"path": ended(cli, id)["logPath"]})["log"]

    lines = log[ALL].split("\n")
    first, second = (at for at, line in enumerate(lines) if "SCRIPT CODE" in line)
    assert lines[first + 1 : second] == ["echo seen"]


def test_the_list_counts_tasks_and_pages_through_them(address: str) -> None:
    cli = LinkisCli(Account(address, "lister", "secret"))
    document = {
        "executionContent": {"code": "true", "runType": "sh"},
        "labels": {"engineType": "shell"},
    }
    ids = [int(cli.call("POST", "entrance/submit", json=document)["taskID"]) for _ in range(3)]
    for id in ids:
        ended(cli, id)

    pages = [
        cli.call("GET", "jobhistory/list", params={"pageNow": page, "pageSize": 2})
        for page in (1, 2, 3)
    ]

    assert [[task["taskID"] for task in page["tasks"]] for page in pages] == [
        [ids[2], ids[1]],
        [ids[0]],
        [],
    ]
    assert {page["totalPage"] for page in pages} == {3}
    numbers = {"createdTime", "updatedTime", "costTime"}
    assert {type(task[name]) for task in pages[0]["tasks"] for name in numbers} == {int}
    assert cli.call("GET", "jobhistory/list", params={"status": "Running"})["tasks"] == []


def test_running_tasks_are_counted(address: str) -> None:
    cli = LinkisCli(Account(address, "counter", "secret"))
    id = cli.submit("shell-1", "shell", "sleep 600")["taskID"]
    until(lambda: cli.task(id)["status"] == "Running", 30)

    own = cli.call("GET", "entrance/operation/metrics/taskinfo")
    everybody = cli.call("GET", "entrance/operation/metrics/runningtask")
    others = cli.ask("GET", "entrance/operation/metrics/taskinfo", params={"user": "alice"})
    cli.kill(id)

    assert (own["taskNumber"], own["runningNumber"], own["queuedNumber"]) == (1, 1, 0)
    assert everybody["runningTaskNumber"] >= 1
    assert everybody["isCompleted"] is False
    assert (others.status_code, others.json()["status"]) == (400, 1)


def test_everything_is_there_after_a_restart(directories: Path) -> None:
    data = directories / "linkis-restarted"
    data.mkdir(mode=0o755)
    command = Windlass(data, clean_environment(data))
    up = command.up("--runtime", "process")
    address = json.loads((data / "stack.json").read_text())["server"]
    cli = LinkisCli(Account(address, "alice", "secret"))
    task = ended(cli, submitted(cli, "echo kept"))
    log = cli.call("GET", "filesystem/openLog", params={"path": task["logPath"]})

    up.end()
    port = address.rpartition(":")[2]
    command.start("up", "--runtime", "process", "--port", port).until("Ctrl-C ends it")

    assert cli.task(task["taskID"]) == task
    assert cli.results(task["taskID"]) == [["kept"]]
    assert cli.call("GET", "filesystem/openLog", params={"path": task["logPath"]}) == log
    assert cli.status(task["strongerExecId"]) == "Succeed"
    assert "kept" in cli.call("GET", f"entrance/{task['taskID']}/log")["log"][ALL]
    command.end_all()
    assert command.left_running() == []
