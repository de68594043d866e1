"""Linkis' clients where a password or a token is asked for."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.e2e.command import Windlass
from tests.e2e.conftest import clean_environment
from tests.support.linkis_cli import LinkisCli
from tests.support.linkis_clients import JAVA, Account, with_java, with_sdk
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(600)  # the first one fetches the clients

ECHO = {"engineType": "shell-1", "runType": "shell", "creator": "IDE", "code": "echo ${user}"}


@pytest.fixture(scope="module")
def alice(directories: Path) -> Iterator[Account]:
    """Her token is also her password."""
    data = directories / "linkis-guarded"
    data.mkdir(mode=0o755)
    command = Windlass(data, clean_environment(data))
    up = command.up("--runtime", "process")
    address = json.loads((data / "stack.json").read_text())["server"]
    secret = command("token", "create", "alice", "--scope", "submit").stdout.strip()
    until(lambda: log_in(Account(address, "alice", "wrong")).status_code == 400)
    yield Account(address, "alice", secret)
    up.end()
    assert command.left_running() == []


def log_in(account: Account) -> requests.Response:
    return requests.post(
        f"{account.address}/api/rest_j/v1/user/login",
        json={"userName": account.user, "password": account.secret},
        timeout=10,
    )


def test_a_wrong_password_is_an_error_and_no_missing_login(alice: Account) -> None:
    answer = log_in(replace(alice, secret="wrong"))

    assert (answer.status_code, answer.json()["status"]) == (400, 1)
    assert answer.json()["message"] == "wrong user name or password(用户名或密码错误)！"
    assert answer.cookies.get_dict() == {}


def test_nobody_logs_in_with_the_token_of_somebody_else(alice: Account) -> None:
    assert log_in(replace(alice, user="bob")).status_code == 400


@pytest.mark.parametrize("version", JAVA)
@pytest.mark.parametrize("verb", ["submit", "interactive"])
def test_a_token_needs_no_login(version: str, verb: str, alice: Account) -> None:
    said = with_java(version, alice, verb, token=True, **ECHO)

    assert "failure" not in said, said
    assert said["status"] == "Succeed"
    assert "alice" in said["wholeLog"][3].splitlines()


@pytest.mark.parametrize("version", JAVA)
def test_a_list_by_token_says_no_user(version: str, alice: Account) -> None:
    done = with_java(version, alice, "submit", token=True, **ECHO)

    said = with_java(version, alice, "list", token=True)

    assert int(done["taskID"]) in [int(task["taskID"]) for task in said["tasks"]]


@pytest.mark.parametrize("version", JAVA)
@pytest.mark.parametrize("token", [True, False])
def test_java_clients_are_refused_with_a_wrong_secret(
    version: str, token: bool, alice: Account
) -> None:
    said = with_java(version, replace(alice, secret="wrong"), "submit", token=token, **ECHO)

    assert said["failure"]
    assert "execID" not in said


def test_the_python_client_says_why_it_is_refused(alice: Account) -> None:
    program = 'said["error"] = client.execute_code("true", {}, "shell-1", "shell")[2]'

    said = with_sdk("0.2.0", replace(alice, secret="wrong"), program)

    assert said["error"] == "wrong user name or password(用户名或密码错误)！"


def test_who_has_logged_in_runs_code(alice: Account) -> None:
    cli = LinkisCli(alice)

    done = cli.run("shell-1", "shell", "echo ${user}")

    assert cli.results(done["taskID"]) == [["alice"]]


@pytest.mark.parametrize("path", ["user/userInfo", "jobhistory/1/get", "entrance/1/status"])
def test_who_has_not_logged_in_is_told_so(alice: Account, path: str) -> None:
    answer = requests.get(f"{alice.address}/api/rest_j/v1/{path}", timeout=10)

    assert (answer.status_code, answer.json()["status"]) == (401, -1)
    assert answer.json()["message"].startswith("You are not logged in, please login first")
