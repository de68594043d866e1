"""A task while it goes on and after its end: status, progress, kill, and whose it is."""

from typing import Any

import pytest

from tests.conformance.linkis.client import Linkis, code
from tests.support.fakes import FakeSignals
from windlass.coordinator.engine import cancel, deadlines
from windlass.coordinator.store.db import Database
from windlass.shared.states import Reason

NO_STATUS = (
    "Get job by ID error and cannot obtain the corresponding task status."
    "(获取job时发生异常，不能获取相应的任务状态)"
)
NO_KILL = "Get job by ID error, kill failed.(获取job时发生异常，kill失败)"
OVER = "The job already completed. Do not support kill.(任务已经结束，不支持kill)"
OLD = "030513IDEshellwindlass:9104IDE_alice_1"
NEW = "exec_id018013linkis-cg-entrancewindlass:9104IDE_alice_shell_1"
FORMS = (NEW, OLD, "1")


def seconds_pass(db: Database, seconds: int) -> None:
    """As if everything had happened so much earlier; and what is due then is done."""
    with db.transaction() as tx:
        tx.run(
            "UPDATE job SET created_at = created_at - make_interval(secs => %(s)s),"
            " started_at = started_at - make_interval(secs => %(s)s),"
            " deadline = deadline - make_interval(secs => %(s)s)",
            s=seconds,
        )
    deadlines.enforce(db, FakeSignals())
    cancel.carry_out(db, FakeSignals(), 20)


def progress(linkis: Linkis) -> float:
    return float(linkis.get("entrance/1/progress")["progress"])


@pytest.mark.parametrize("id", FORMS)
def test_each_form_of_an_id_leads_to_the_task_wherever_one_is_taken(
    linkis: Linkis, id: str
) -> None:
    assert linkis.submit()["execID"] == NEW

    assert linkis.get(f"entrance/{id}/status") == {"status": "Inited", "execID": id}
    assert linkis.get(f"entrance/{id}/status", taskID=1)["status"] == "Inited"
    assert linkis.task(id)["taskID"] == 1
    assert linkis.get(f"entrance/{id}/log")["execID"] == id
    assert linkis.get(f"entrance/{id}/progress")["execID"] == id
    assert linkis.get(f"entrance/{id}/progressWithResource")["yarnResource"] is None
    assert linkis.ask("GET", f"entrance/{id}/pause").json["message"] == (
        "success to pause job (成功pause了job)"
    )
    assert linkis.get(f"entrance/{id}/kill")["execID"] == id
    assert linkis.status(id) == "Cancelled"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("status", NO_STATUS),
        ("pause", NO_STATUS),
        ("kill", NO_KILL),
        ("log", "Can't find execID(不能找到execID): "),
        ("progress", "The job corresponding to the ID is empty"),
        ("progressWithResource", "The job corresponding to the ID is empty"),
    ],
)
def test_an_id_of_no_task_is_answered_in_linkis_words(
    linkis: Linkis, path: str, message: str
) -> None:
    linkis.submit()

    for id in (
        "9",
        NEW.replace("_1", "_9"),
        NEW.replace("alice", "bobby"),
        OLD.replace("_1", "_9"),
    ):
        refused = linkis.refused("GET", f"entrance/{id}/{path}")
        assert refused["status"] == 1
        assert refused["message"].startswith(message)


@pytest.mark.parametrize("id", ["x", "exec_id", "exec_id018013x", "1_x", "-1", "exec_id999999a_1"])
def test_what_is_no_id_is_an_error_and_no_crash(linkis: Linkis, id: str) -> None:
    for path in ("status", "log", "progress", "kill"):
        refused = linkis.refused("GET", f"entrance/{id}/{path}")
        assert refused["message"].startswith("operation failed(操作失败)s！the reason(原因)：")
        assert refused["data"]["errorMsg"]["errCode"] == 0


@pytest.mark.parametrize("path", ["status", "log", "progress", "pause", "kill"])
def test_a_task_of_somebody_else_is_not_there(linkis: Linkis, path: str) -> None:
    linkis.submit()
    mallory = linkis.another("mallory")

    theirs = mallory.refused("GET", f"entrance/1/{path}")
    none = mallory.refused("GET", f"entrance/2/{path}")

    assert theirs["message"].replace("1", "") == none["message"].replace("2", "")
    assert linkis.status(1) == "Inited"


def test_a_status_goes_from_waiting_over_running_to_the_end(linkis: Linkis) -> None:
    linkis.submit()
    seen = [linkis.status(1)]
    (attempt,) = linkis.fleet.dispatch()
    seen.append(linkis.status(1))
    linkis.fleet.start(attempt)
    seen.append(linkis.status(1))
    linkis.end(attempt, "hi\n")

    assert [*seen, linkis.status(1)] == ["Inited", "Scheduled", "Running", "Succeed"]


def test_a_task_that_is_tried_again_is_shown_as_scheduled(linkis: Linkis) -> None:
    linkis.submit(code(jobRetryCount="1", jobRetryTimeout="0"))
    first = linkis.started()

    linkis.fleet.fail(first)
    waiting = linkis.status(1)
    second = linkis.started()
    running = linkis.status(1)
    linkis.fleet.fail(second)

    assert [waiting, running, linkis.status(1)] == ["Scheduled", "Running", "Failed"]


def test_an_end_is_shown_once_all_is_stored_that_was_written(linkis: Linkis) -> None:
    linkis.submit()
    attempt = linkis.started()

    linkis.fleet.finish(attempt, exit_code=0, log_bytes=10, log_lines=1)

    assert linkis.status(1) == "Running"
    assert linkis.get("jobhistory/list", status="Succeed")["totalPage"] == 1


def test_progress_is_what_was_said_never_less_and_whole_only_at_the_end(linkis: Linkis) -> None:
    linkis.submit()
    seen = [progress(linkis)]
    attempt = linkis.started()
    for percent in (30, 10, 60, 100, 100):
        linkis.far(attempt, percent)
        seen.append(progress(linkis))
    linkis.end(attempt)

    assert seen == [0, 0.3, 0.3, 0.6, 0.99, 0.99]
    assert (progress(linkis), linkis.task(1)["progress"]) == (1, "1.0")


def test_progress_of_a_second_try_does_not_fall(linkis: Linkis) -> None:
    linkis.submit(code(jobRetryCount="1", jobRetryTimeout="0"))
    first = linkis.started()
    linkis.far(first, 70)
    linkis.fleet.fail(first)
    second = linkis.started()
    linkis.far(second, 20)

    assert progress(linkis) == 0.7
    linkis.fleet.fail(second)
    assert progress(linkis) == 0.7
    assert linkis.status(1) == "Failed"


def test_progress_is_told_with_five_counts_of_tasks(linkis: Linkis) -> None:
    linkis.submit()
    counts = []
    attempt = None
    for step in ("Inited", "Running", "Succeed"):
        if step == "Running":
            attempt = linkis.started()
        if step == "Succeed" and attempt:
            linkis.end(attempt)
        (entry,) = linkis.get("entrance/1/progress")["progressInfo"]
        assert entry.pop("id") == "IDE_alice_shell_1"
        counts.append(entry)

    names = ("totalTasks", "runningTasks", "succeedTasks", "failedTasks")
    assert [tuple(each[name] for name in names) for each in counts] == [
        (1, 0, 0, 0),
        (1, 1, 0, 0),
        (1, 0, 1, 0),
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("state", ["waiting", "scheduled", "running", "retrying"])
def test_a_task_that_is_killed_ends_as_cancelled_whatever_it_was_doing(
    linkis: Linkis, method: str, state: str, db: Database
) -> None:
    linkis.submit(code(jobRetryCount="3", jobRetryTimeout="60000"))
    attempts = linkis.fleet.dispatch() if state != "waiting" else []
    if state in {"running", "retrying"}:
        linkis.fleet.start(*attempts)
    if state == "retrying":
        linkis.fleet.fail(*attempts)

    answer = linkis.ask(method, "entrance/1/kill")
    linkis.fleet.finish(*attempts, reason=Reason.CANCELLED)
    cancel.carry_out(db, linkis.fleet.signals, 20)

    assert answer.json["message"] == "Successfully killed the job(成功kill了job)"
    assert linkis.status(1) == "Cancelled"
    task = linkis.task(1)
    assert (task["errCode"], task["errDesc"]) == (0, "Job is killed by user!")
    assert linkis.fleet.dispatch() == []


@pytest.mark.parametrize(
    "end",
    [
        {"exit_code": 0},
        {"exit_code": 1, "reason": Reason.EXIT_CODE},
        {"reason": Reason.TIMEOUT},
        {"exit_code": 137, "reason": Reason.OOM},
    ],
)
def test_whatever_comes_of_a_task_that_was_killed_it_is_cancelled(
    linkis: Linkis, db: Database, end: dict[str, Any]
) -> None:
    linkis.submit(code(jobRetryCount="3"))
    attempt = linkis.started()
    linkis.get("entrance/1/kill")

    linkis.fleet.finish(attempt, **end)
    cancel.carry_out(db, linkis.fleet.signals, 20)

    assert linkis.status(1) == "Cancelled"
    assert linkis.fleet.dispatch() == []


def test_who_kills_twice_does_no_harm(linkis: Linkis) -> None:
    linkis.submit()
    attempt = linkis.started()

    linkis.get("entrance/1/kill")
    linkis.get("entrance/1/kill")
    linkis.fleet.finish(attempt, reason=Reason.CANCELLED)

    assert linkis.status(1) == "Cancelled"
    assert linkis.refused("GET", "entrance/1/kill")["message"] == OVER


@pytest.mark.parametrize("id", FORMS)
def test_killing_what_has_succeeded_changes_nothing(linkis: Linkis, id: str) -> None:
    before = linkis.done()

    assert linkis.refused("GET", f"entrance/{id}/kill?taskID=1")["message"] == OVER
    assert linkis.task(1) == before


def test_many_are_killed_at_once_each_with_an_envelope(linkis: Linkis) -> None:
    first, second = linkis.submit(), linkis.submit()
    linkis.another("bob").submit()
    names = [first["execID"], second["execID"], "3", "x"]
    body = {"idList": names, "taskIDList": [first["taskID"], second["taskID"], 3, 0]}

    told = linkis.ok("POST", f"entrance/{names[0]}/killJobs", json=body)["messages"]

    assert [each["status"] for each in told] == [0, 0, 1, 1]
    assert all(set(each) == {"method", "status", "message", "data"} for each in told)
    assert [linkis.status(1), linkis.status(2)] == ["Cancelled", "Cancelled"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Request parameter error, please use array"),
        ({"idList": "x", "taskIDList": [1]}, "Request parameter error, please use array"),
        ({"idList": [], "taskIDList": [1]}, "The length of the ID list does not match"),
    ],
)
def test_a_list_that_is_none_kills_nobody(
    linkis: Linkis, body: dict[str, Any], message: str
) -> None:
    linkis.submit()

    refused = linkis.refused("POST", "entrance/1/killJobs", json=body)

    assert refused["message"].startswith(message)
    assert linkis.status(1) == "Inited"


def test_a_task_that_waits_longer_than_it_may_ends_as_timeout(linkis: Linkis, db: Database) -> None:
    linkis.submit(code(jobQueuingTimeout="60"))

    seconds_pass(db, 61)

    task = linkis.task(1)
    assert (task["status"], task["errCode"]) == ("Timeout", 0)
    assert task["errDesc"] == "Job queued 61 seconds over max queue time : 60 seconds."
    assert linkis.fleet.dispatch() == []


def test_time_in_line_counts_no_more_once_it_runs(linkis: Linkis, db: Database) -> None:
    linkis.submit(code(jobQueuingTimeout="60"))
    linkis.started()

    seconds_pass(db, 61)

    assert linkis.status(1) == "Running"


def test_time_in_line_is_no_time_of_running(linkis: Linkis, db: Database) -> None:
    linkis.submit(code(jobRunningTimeout="60"))

    seconds_pass(db, 61)

    assert linkis.status(1) == "Inited"


def test_a_task_that_runs_longer_than_it_may_ends_as_timeout_and_is_not_tried_again(
    linkis: Linkis, db: Database
) -> None:
    linkis.submit(code(jobRunningTimeout="60", jobRetryCount="3"))
    attempt = linkis.started()

    seconds_pass(db, 61)
    linkis.fleet.finish(attempt, reason=Reason.CANCELLED)
    cancel.carry_out(db, linkis.fleet.signals, 20)

    task = linkis.task(1)
    assert (task["status"], task["errCode"]) == ("Timeout", 0)
    assert task["errDesc"].startswith("Job run ")
    assert task["errDesc"].endswith(" seconds over max run time : 60 seconds.")
    assert linkis.fleet.dispatch() == []


def test_running_and_waiting_tasks_are_counted_for_each_user(linkis: Linkis) -> None:
    linkis.submit()
    linkis.started()
    linkis.submit(code(userCreator="alice-dss"))
    linkis.submit(code(engineType="python"))
    linkis.another("bob").submit()

    def counted(**asked: str) -> tuple[int, int, int]:
        told = linkis.get("entrance/operation/metrics/taskinfo", **asked)
        return told["taskNumber"], told["runningNumber"], told["queuedNumber"]

    assert counted() == counted(user="ALICE") == (3, 1, 2)
    assert counted(creator="dss") == (1, 0, 1)
    assert counted(creator="IDE", ecType="python-3") == (1, 0, 1)
    assert counted(creator="nobody") == (0, 0, 0)
    assert linkis.refused("GET", "entrance/operation/metrics/taskinfo?user=bob")["status"] == 1
    everybody = linkis.get("entrance/api/metrics/runningtask")
    assert everybody == {"runningTaskNumber": 4, "isCompleted": False}
