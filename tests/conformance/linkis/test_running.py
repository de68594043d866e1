"""A task while it goes on and after its end: status, progress, kill, and whose it is."""

import pytest

from tests.conformance.linkis.client import FORMS, NEW, OLD, Linkis, code

NO_STATUS = (
    "Get job by ID error and cannot obtain the corresponding task status."
    "(获取job时发生异常，不能获取相应的任务状态)"
)
NO_KILL = "Get job by ID error, kill failed.(获取job时发生异常，kill失败)"


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
