"""Linkis' own Java clients, unmodified, against ``windlass up``."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import Windlass
from tests.e2e.conftest import clean_environment, serving
from tests.support.linkis_clients import JAVA, Account, fetch_java, java_waits, with_java

pytestmark = pytest.mark.timeout(600)  # the first one fetches the clients

ORDER = ["Inited", "Scheduled", "Running", "Succeed"]
ALL = 3  # of the four parts of a log


@pytest.fixture(scope="module")
def account(directories: Path) -> Iterator[Account]:
    with serving(directories, "linkis-java") as address:
        yield Account(address, "alice", "secret")


@pytest.fixture(scope="session", params=JAVA)
def version(request: pytest.FixtureRequest) -> str:
    fetch_java(request.param)
    return str(request.param)


def shell(code: str, **more: Any) -> dict[str, Any]:
    return {"engineType": "shell-1", "runType": "shell", "creator": "IDE", "code": code, **more}


def never_falls(progress: Sequence[float]) -> bool:
    return sorted(progress) == list(progress) and all(0 <= each <= 1 for each in progress)


def lines_of(log: Sequence[str]) -> list[str]:
    """What is written, blank lines left out as ``/log`` does."""
    return [line for text in log for line in text.split("\n") if line.strip()]


def test_a_task_is_submitted_followed_and_read(version: str, account: Account) -> None:
    said = with_java(
        version,
        account,
        "submit",
        **shell("echo hello; sleep 1; echo ${x+1}", variables={"x": "41"}),
    )

    assert "failure" not in said, said
    assert said["statuses"] == [each for each in ORDER if each in said["statuses"]]
    assert said["status"] == "Succeed"
    assert never_falls(said["progress"])
    assert said["progress"][-1] == 1
    assert [row for file in said["files"] for row in file["rows"]] == [["hello"], ["42"]]
    assert said["files"][0]["metadata"][0]["columnName"] == "stdout"
    assert lines_of(said["log"]) == lines_of([said["wholeLog"][ALL]])
    assert "hello" in lines_of(said["log"])
    assert said["pause"].startswith("success")


def test_the_old_form_of_execute_needs_no_labels(version: str, account: Account) -> None:
    order = {"engineType": "shell", "runType": "shell", "creator": "dss", "code": "echo old"}
    said = with_java(version, account, "execute", **order)

    assert "failure" not in said, said
    assert said["files"][0]["rows"] == [["old"]]
    assert said["task"]["requestApplicationName"] == "dss"
    assert "file:///script" in said["task"]["sourceJson"]


def test_code_with_quotes_and_other_alphabets_arrives_as_it_is(
    version: str, account: Account
) -> None:
    code = "printf '%s\\n' \"\u4f60\u597d\" 'a \"b\" \\t $c'"

    said = with_java(version, account, "submit", **shell(code))

    assert said["files"][0]["rows"] == [["\u4f60\u597d"], ['a "b" \\t $c']]


def test_a_failed_task_says_why(version: str, account: Account) -> None:
    said = with_java(version, account, "submit", **shell("echo the reason >&2; exit 3"))

    assert "failure" not in said, said
    assert said["status"] == "Failed"
    assert "the reason" in said["task"]["errDesc"]
    assert isinstance(said["persisted"], int)
    assert "the reason" in said["wholeLog"][ALL]


def test_a_running_task_is_killed(version: str, account: Account) -> None:
    said = with_java(version, account, "submit", **shell("echo begun; sleep 600", killAt="Running"))

    assert said["killed"] == "Successfully killed the job(成功kill了job)"
    assert said["status"] == "Cancelled"
    assert said["persisted"] is not None


def test_no_line_is_lost_or_told_twice_line_by_line(version: str, account: Account) -> None:
    said = with_java(version, account, "submit", **shell("seq 20; echo; echo last", logSize=1))

    assert lines_of(said["log"]) == lines_of([said["wholeLog"][ALL]])


def test_pages_of_a_long_result_end(version: str, account: Account) -> None:
    said = with_java(version, account, "submit", **shell("seq 5432", pageSize=700))

    rows = [row for file in said["files"] for row in file["rows"]]
    assert rows == [[str(number)] for number in range(1, 5433)]
    assert [file["pages"] for file in said["files"]] == [9, 2]


def test_a_table_has_its_columns(version: str, account: Account) -> None:
    said = with_java(
        version,
        account,
        "submit",
        engineType="sql",
        runType="sql",
        creator="IDE",
        code="select 1 as id, 'one' as name union all select 2, null order by id",
    )

    null = "NULL" if version == "1.3.2" else None
    assert said["files"][0]["type"] == "2"
    assert said["files"][0]["rows"] == [["1", "one"], ["2", null]]
    assert [each["columnName"] for each in said["files"][0]["metadata"]] == ["id", "name"]


def test_finished_tasks_are_listed(version: str, account: Account) -> None:
    done = with_java(version, account, "submit", **shell("true"))

    tasks = with_java(version, account, "list")["tasks"]

    assert int(done["taskID"]) in [int(task["taskID"]) for task in tasks]
    assert {task["status"] for task in tasks} == {"Succeed"}
    assert len(tasks) <= 5


def test_a_client_that_looks_for_gateways_finds_one(version: str, account: Account) -> None:
    said = with_java(version, account, "submit", **shell("echo found", discovery=True))

    assert said["files"][0]["rows"] == [["found"]]


def test_an_interactive_job_is_followed_by_itself(version: str, account: Account) -> None:
    said = with_java(
        version,
        account,
        "interactive",
        **shell("echo hello; sleep 2; echo ${x}", variables={"x": "there"}),
    )

    assert "failure" not in said, said
    assert (said["status"], said["succeed"]) == ("Succeed", True)
    assert said["rows"] == ["hello", "there"]
    assert "there" in said["wholeLog"][ALL]
    assert never_falls(said["progress"])
    assert set(lines_of(said["log"])) <= set(lines_of([said["wholeLog"][ALL]]))


def test_an_interactive_job_is_killed(version: str, account: Account) -> None:
    said = with_java(version, account, "interactive", **shell("sleep 600", killAt="any"))

    assert "failure" not in said, said
    assert (said["status"], said["succeed"]) == ("Cancelled", False)


def test_a_session_outlives_the_coordinator(version: str, directories: Path) -> None:
    data = directories / f"linkis-restart-{version}"
    data.mkdir(mode=0o755)
    command = Windlass(data, clean_environment(data))
    up = command.up("--runtime", "process")
    address = json.loads((data / "stack.json").read_text())["server"]
    port = address.rpartition(":")[2]

    with java_waits(version, Account(address, "alice", "secret"), **shell("echo kept")) as java:
        up.end()
        command.start("up", "--runtime", "process", "--port", port).until("Ctrl-C ends it")
        said = java.go_on()

    command.end_all()
    assert "failure" not in said, said
    assert said["status"] == "Succeed"
    assert said["files"][0]["rows"] == [["kept"]]
    assert command.left_running() == []


def test_a_creator_of_odd_characters_gets_an_id_the_client_can_search_for(
    version: str, account: Account
) -> None:
    order = shell("echo odd", creator="a b(c)[*+\u00e9")

    said = with_java(version, account, "submit", **order)

    assert "failure" not in said, said
    assert re.fullmatch(r"[A-Za-z0-9_.:-]+", said["execID"])
    assert said["files"][0]["rows"] == [["odd"]]
