"""Linkis' clients against what README's command starts on this machine, whatever it has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import serving
from tests.support.linkis_cli import FINAL, LinkisCli
from tests.support.linkis_clients import JAVA, SDKS, Account, with_java, with_sdk
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(600)  # the first one fetches the clients, and the image of a task

ENGINES = [
    ("shell-1", "shell", "echo $((6 * 7))"),
    ("python-python3", "python", "print(6 * 7)"),
    ("sqlite", "sql", "select 6 * 7 as stdout"),
]
_PROGRAMS = {
    "0.1.0": """
client.login()
done = client.execute(order["code"], run_type=order["run"], engine_type=order["engine"])
said["rows"] = client.get_result_dataframe(done).astype(str).to_dict(orient="records")
""",
    "0.2.0": """
wanted = {"columns": [{"column": "stdout"}]}
said["rows"], _, _ = client.execute_code(order["code"], wanted, order["engine"], order["run"])
""",
}
_IMAGE = 300.0  # seconds in which it is there

each_engine = pytest.mark.parametrize(("engine", "run", "code"), ENGINES)


@pytest.fixture(scope="module")
def account(directories: Path) -> Iterator[Account]:
    """Once a first task is over: a fresh machine pulls the image for it."""
    with serving(directories, "linkis-up", ()) as address:
        account = Account(address, "alice", "secret")
        cli = LinkisCli(account)
        id = cli.submit("shell-1", "shell", "true")["taskID"]
        until(lambda: cli.task(id)["status"] in FINAL, _IMAGE)
        yield account


@each_engine
@pytest.mark.parametrize("version", SDKS)
def test_the_python_clients_run_code_of_each_engine(
    account: Account, version: str, engine: str, run: str, code: str
) -> None:
    order = {"engine": engine, "run": run, "code": code}

    said = with_sdk(version, account, _PROGRAMS[version], **order)

    assert [str(row["stdout"]) for row in said["rows"]] == ["42"]


@each_engine
@pytest.mark.parametrize("version", JAVA)
def test_the_java_clients_run_code_of_each_engine(
    account: Account, version: str, engine: str, run: str, code: str
) -> None:
    order = {"engineType": engine, "runType": run, "creator": "IDE", "code": code}

    said = with_java(version, account, "submit", **order)

    assert [file["rows"] for file in said["files"]] == [[["42"]]]


@pytest.mark.parametrize("version", JAVA)
def test_the_java_clients_follow_a_job_by_themselves(account: Account, version: str) -> None:
    engine, run, code = ENGINES[0]
    order = {"engineType": engine, "runType": run, "creator": "IDE", "code": code}

    said = with_java(version, account, "interactive", **order)

    assert (said["succeed"], said["rows"]) == (True, ["42"])
