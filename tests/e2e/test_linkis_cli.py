"""What linkis-cli sends, in its order, against ``windlass up``."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import serving
from tests.support.linkis_cli import LinkisCli
from tests.support.linkis_clients import Account
from tests.support.waiting import until


@pytest.fixture(scope="module")
def account(directories: Path) -> Iterator[Account]:
    with serving(directories, "linkis-cli") as address:
        yield Account(address, "alice", "secret")


@pytest.fixture
def cli(account: Account) -> LinkisCli:
    return LinkisCli(account)


def test_a_script_is_run_to_its_end(cli: LinkisCli) -> None:
    done = cli.run("shell-1", "shell", 'pwd >/dev/null; echo "$1 $2"', "two words", "more")

    assert done["status"] == "Succeed"
    assert (done["progress"], done["engineType"]) == ("1.0", "shell")
    assert isinstance(done["costTime"], int)
    assert done["costTime"] < 2**31
    assert cli.results(done["taskID"]) == [["two words more"]]


def test_python_prints_a_result(cli: LinkisCli) -> None:
    done = cli.run("python-python2", "python", 'print("hello")')

    assert cli.results(done["taskID"]) == [["hello"]]


def test_the_log_has_each_line_once_though_its_end_is_read_from_the_whole(cli: LinkisCli) -> None:
    code = "for i in 1 2 3 4 5 6 7 8; do echo line-$i; sleep 0.3; done; echo line-9"

    cli.run("shell-1", "shell", code)

    assert [line for line in cli.log if line.startswith("line-")] == [
        f"line-{number}" for number in range(1, 10)
    ]
    assert "Your job completed with" in "\n".join(cli.log)


def test_a_long_result_is_read_page_by_page_until_one_is_empty(cli: LinkisCli) -> None:
    done = cli.run("shell-1", "shell", "seq 10001")

    assert cli.results(done["taskID"]) == [[str(number)] for number in range(1, 10_002)]


def test_a_result_without_rows_comes_to_an_end(cli: LinkisCli) -> None:
    done = cli.run("shell-1", "shell", "true")

    assert cli.results(done["taskID"]) == []


def test_a_failure_is_shown_with_its_reason(cli: LinkisCli) -> None:
    done = cli.run("shell-1", "shell", "echo the reason >&2; exit 2")

    assert done["status"] == "Failed"
    assert "the reason" in done["errDesc"]
    assert isinstance(done["errCode"], int)
    assert "the reason" in "\n".join(cli.log)


def test_kill_comes_to_cancelled_from_any_client(cli: LinkisCli, account: Account) -> None:
    id = cli.submit("shell-1", "shell", "sleep 600")["taskID"]
    until(lambda: cli.task(id)["status"] == "Running", 30)

    assert LinkisCli(account).kill(id) == "Cancelled"
    assert isinstance(cli.task(id)["errCode"], int)


def test_nobody_else_sees_a_task_or_what_it_wrote(cli: LinkisCli, account: Account) -> None:
    done = cli.run("shell-1", "shell", "echo private")
    other = LinkisCli(Account(account.address, "mallory", account.secret))
    exec_id = done["strongerExecId"]

    answers = [
        other.ask("GET", f"jobhistory/{done['taskID']}/get"),
        other.ask("GET", f"entrance/{exec_id}/status"),
        other.ask("GET", f"entrance/{exec_id}/log"),
        other.ask("GET", f"entrance/{exec_id}/progress"),
        other.ask("GET", f"entrance/{exec_id}/kill"),
        other.ask("GET", "filesystem/openLog", params={"path": done["logPath"]}),
        other.ask("GET", "filesystem/getDirFileTrees", params={"path": done["resultLocation"]}),
        other.ask(
            "GET",
            "filesystem/openFile",
            params={"path": f"{done['resultLocation']}/_0.dolphin"},
        ),
    ]

    assert {(answer.status_code, answer.json()["status"]) for answer in answers} == {(400, 1)}
    assert all("private" not in answer.text for answer in answers)


@pytest.mark.parametrize("user", ["anna-lena", "o'hara+zo\u00eb", "a.b_c"])
def test_users_have_names_of_their_own_kind(account: Account, user: str) -> None:
    cli = LinkisCli(Account(account.address, user, account.secret))

    done = cli.run("shell-1", "shell", 'echo "${user}"')

    assert cli.results(done["taskID"]) == [[user]]
    assert re.fullmatch(r"[A-Za-z0-9_.:-]+", done["strongerExecId"])
