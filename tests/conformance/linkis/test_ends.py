"""How a task ends that is killed, or takes too long."""

from typing import Any

import pytest

from tests.conformance.linkis.client import FORMS, Linkis, code
from tests.support.fakes import FakeSignals
from windlass.coordinator.engine import cancel, deadlines
from windlass.coordinator.store.db import Database
from windlass.shared.states import Reason

OVER = "The job already completed. Do not support kill.(任务已经结束，不支持kill)"


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
