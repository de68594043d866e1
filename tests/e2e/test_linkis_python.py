"""Linkis' own Python SDKs, unmodified, against ``windlass up``."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import serving
from tests.support.linkis_clients import Account, with_sdk

pytestmark = pytest.mark.timeout(600)  # the first one fetches the clients

STDOUT = ["stdout"]

# How each of the clients that wait for the end says what came of it.
_NEW = """
wanted = {"columns": [{"column": name} for name in order["columns"]]}
found = %s(order["code"], wanted, order["engine"], order["run"])
said["rows"], said["total"], said["error"] = %s
"""
_OLD = """
client.login()
done = client.execute(order["code"], run_type=order["run"], engine_type=order["engine"],
                      source=order.get("source"), params=order.get("params"))
task = done["task"]
said["status"], said["error"] = done["status"], task.error_desc or ""
frame = client.get_result_dataframe(done) if done["results"] else None
said["rows"] = [] if frame is None else frame.to_dict(orient="records")
said["total"] = len(said["rows"])
said["task"] = vars(task)
"""
CLIENTS = {
    "0.1.0": ("0.1.0", _OLD),
    "0.2.0": ("0.2.0", _NEW % ("client.execute_code", "found")),
    "0.2.0-asyncio": ("0.2.0", _NEW % ("async_client.execute_code", "asyncio.run(found)")),
}


@pytest.fixture(scope="module")
def account(directories: Path) -> Iterator[Account]:
    with serving(directories, "linkis-python") as address:
        yield Account(address, "alice", "secret")


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> tuple[str, str]:
    return CLIENTS[request.param]


def executed(
    account: Account, client: tuple[str, str], code: str, engine: str = "shell-1", **order: Any
) -> Any:
    version, program = client
    run = engine.partition("-")[0]
    order = {"columns": STDOUT, "engine": engine, "run": run, "code": code, **order}
    return with_sdk(version, account, program, **order)


@pytest.mark.parametrize(
    ("engine", "code"),
    [
        ("shell-1", "echo hello; echo aside >&2; echo world"),
        ("shell", "printf 'hello\\nworld'"),
        ("python-python2", 'print("hello")\nprint("world")'),
        ("python", 'print("hello\\nworld")'),
    ],
)
def test_what_code_prints_are_rows_of_one_column(
    account: Account, client: tuple[str, str], engine: str, code: str
) -> None:
    said = executed(account, client, code, engine)

    assert (said["rows"], said["error"]) == ([{"stdout": "hello"}, {"stdout": "world"}], "")


def test_code_that_prints_nothing_succeeds_without_rows(
    account: Account, client: tuple[str, str]
) -> None:
    said = executed(account, client, "true")

    assert (said["rows"], said["total"], said["error"]) == ([], 0, "")


def test_a_failure_says_what_was_printed_last(account: Account, client: tuple[str, str]) -> None:
    said = executed(account, client, "echo the reason >&2; exit 3")

    assert said["rows"] == []
    assert "the reason" in said["error"]


def test_more_rows_than_a_file_holds_arrive_whole_and_in_order(
    account: Account, client: tuple[str, str]
) -> None:
    said = executed(account, client, "seq 12345")

    assert said["total"] == 12_345
    assert [row["stdout"] for row in said["rows"]] == [str(at) for at in range(1, 12_346)]


def test_a_table_has_typed_columns(account: Account, client: tuple[str, str]) -> None:
    code = "select 1 as id, 'one' as name union all select 2, null order by id"

    said = executed(account, client, code, "sql", columns=["id", "name"])

    assert said["error"] == ""
    assert said["rows"][0] == {"id": 1, "name": "one"}
    assert said["rows"][1]["id"] == 2


def test_variables_of_the_code_and_dates_are_replaced(
    account: Account, client: tuple[str, str]
) -> None:
    code = "#@set run_date=20200228\n#@set n=41\necho ${run_today_std} ${n+1} ${user} ${HOME:+set}"

    said = executed(account, client, code)

    assert said["rows"] == [{"stdout": "2020-02-29 42 alice set"}]


@pytest.mark.parametrize("engine", ["nothing-1", "", "hive-2.3.3"])
def test_an_engine_nobody_knows_is_refused_at_once(account: Account, engine: str) -> None:
    said = executed(account, CLIENTS["0.2.0"], "true", engine, run="shell")

    assert "20009" in said["error"]


def test_variables_and_source_of_the_request_arrive(account: Account) -> None:
    said = executed(
        account,
        CLIENTS["0.1.0"],
        "echo ${day} ${n*2}",
        params={"variable": {"day": "20241028", "n": 21}, "configuration": {"runtime": {}}},
        source={"scriptPath": "file:///somewhere/x.sh"},
    )

    assert said["rows"] == [{"stdout": "20241028 42"}]
    assert "file:///somewhere/x.sh" in said["task"]["source_json"]


def test_a_task_says_all_that_the_old_client_reads(account: Account) -> None:
    task = executed(account, CLIENTS["0.1.0"], "exit 1")["task"]

    assert re.fullmatch(r"[A-Za-z0-9_.:-]+", task["stronger_exec_id"])
    assert task["progress"] == "0.0"
    assert isinstance(task["created_time"], int)
    assert isinstance(task["cost_time"], int)
    assert isinstance(task["error_code"], int)
    assert (task["um_user"], task["engine_type"]) == ("alice", "shell")
    assert [name for name, value in task.items() if value is None] == []


def test_a_running_task_is_killed_and_ends_cancelled(account: Account) -> None:
    said = with_sdk(
        "0.1.0",
        account,
        """
from linkis_python_sdk.utils.helpers import wait_for_completion
client.login()
begun = client.execute("echo begun; sleep 600", run_type="shell", engine_type="shell-1", wait=False)
client.kill_job(begun["exec_id"])
task = wait_for_completion(lambda: {"task": client.get_job_info(begun["task_id"])},
                           lambda found: found["task"].status.value, interval=1)["task"]
said["status"], said["error"] = task.status.value, task.error_code
""",
    )

    assert said["status"] == "Cancelled"
    assert isinstance(said["error"], int)


def test_a_token_alone_is_no_login_for_the_old_client(account: Account) -> None:
    said = with_sdk(
        "0.1.0",
        account,
        """
from linkis_python_sdk.utils.exceptions import LinkisAPIError
client._is_logged_in = True
try:
    client.submit_job("true", "shell", "shell-1")
except LinkisAPIError as refused:
    said["status"] = refused.status
""",
    )

    assert said["status"] == -1
