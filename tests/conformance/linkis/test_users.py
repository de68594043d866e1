"""Logging in, sessions, tokens in Linkis' headers, and who is who."""

from typing import Any

import pytest
from werkzeug.security import generate_password_hash

from tests.conformance.linkis.client import Linkis, an_app_with, code
from tests.support.fleet import Fleet
from tests.support.http import Client, an_app
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database

COOKIE = "linkis_user_session_ticket_id_v1"
FIRST = "You are not logged in, please login first(您尚未登录，请先登录)!"
ALICE = {"userName": "Alice", "password": "secret"}


def idle(db: Database, seconds: int) -> None:
    """As if nobody had used a session for so long."""
    with db.transaction() as tx:
        tx.run(
            "UPDATE session SET used_at = used_at - make_interval(secs => %(seconds)s)",
            seconds=seconds,
        )


def test_logging_in_gives_a_ticket_and_says_how_long_it_lasts(client: Client) -> None:
    answer = client.post("/api/rest_j/v1/user/login", json=ALICE)

    assert answer.json["message"] == "login successful(登录成功)！"
    assert answer.json["data"] == {
        "userName": "alice",
        "isAdmin": False,
        "sessionTimeOut": 7_200_000,
        "enableWatermark": False,
    }
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert "Expires" not in cookie


def test_a_name_and_a_password_may_be_in_the_address(client: Client, fleet: Fleet) -> None:
    linkis = Linkis(client, fleet, "")

    told = linkis.ok("POST", "user/login?userName=bob&password=x")

    assert told["userName"] == "bob"
    assert linkis.get("user/userInfo") == {"userName": "bob"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"userName": " ", "password": "x"}, "Username can not be empty(用户名不能为空)！"),
        ({"password": "x"}, "Username can not be empty(用户名不能为空)！"),
        ({"userName": "bob", "password": " "}, "Password can not be blank(密码不能为空)！"),
        ({"userName": "bob"}, "Password can not be blank(密码不能为空)！"),
    ],
)
def test_nobody_logs_in_without_a_name_and_a_password(
    client: Client, fleet: Fleet, body: dict[str, str], message: str
) -> None:
    refused = Linkis(client, fleet, "").refused("POST", "user/login", json=body)

    assert (refused["status"], refused["message"]) == (1, message)


@pytest.mark.parametrize("user", [7, ["a"], "a\nb", "a" * 101, "\u0000"])
def test_not_everything_is_a_name(client: Client, fleet: Fleet, user: Any) -> None:
    body = {"userName": user, "password": "x"}

    assert Linkis(client, fleet, "").refused("POST", "user/login", json=body)["status"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "entrance/submit"),
        ("POST", "entrance/execute"),
        ("GET", "entrance/1/status"),
        ("GET", "entrance/1/log"),
        ("GET", "entrance/1/progress"),
        ("GET", "entrance/1/progressWithResource"),
        ("GET", "entrance/1/kill"),
        ("POST", "entrance/1/killJobs"),
        ("GET", "entrance/1/pause"),
        ("GET", "entrance/operation/metrics/runningtask"),
        ("GET", "entrance/operation/metrics/taskinfo"),
        ("GET", "jobhistory/1/get"),
        ("GET", "jobhistory/list"),
        ("GET", "filesystem/getDirFileTrees"),
        ("GET", "filesystem/openFile"),
        ("GET", "filesystem/openLog"),
        ("GET", "user/userInfo"),
        ("GET", "user/heartbeat"),
        ("GET", "gateway/heartbeat"),
    ],
)
def test_whoever_has_not_logged_in_is_told_so_everywhere(
    client: Client, fleet: Fleet, method: str, path: str
) -> None:
    refused = Linkis(client, fleet, "").refused(method, path, http=401)

    assert (refused["status"], refused["message"]) == (-1, FIRST)
    assert refused["method"] == f"/api/rest_j/v1/{path}"
    assert refused["data"] == {}


def test_a_ticket_nobody_gave_is_no_login(client: Client, fleet: Fleet) -> None:
    client.set_cookie(COOKIE, "x" * 43)

    assert Linkis(client, fleet, "").refused("GET", "user/userInfo", http=401)["message"] == FIRST


def test_who_logs_out_is_nobody(linkis: Linkis) -> None:
    ticket = linkis.client.get_cookie(COOKIE).value

    linkis.get("user/logout")

    assert linkis.client.get_cookie(COOKIE) is None
    linkis.client.set_cookie(COOKIE, ticket)
    assert linkis.refused("GET", "user/userInfo", http=401)["status"] == -1


def test_a_session_lasts_while_it_is_used_and_no_shorter_than_is_said(
    engine: Engine, fleet: Fleet, db: Database
) -> None:
    linkis = Linkis(an_app_with(engine, session=100.0).test_client(), fleet, "")
    said = linkis.ok("POST", "user/login", json=ALICE)["sessionTimeOut"] // 1000

    assert said == 100
    for _ in range(3):
        idle(db, said - 1)
        assert linkis.get("user/userInfo")["userName"] == "alice"
    idle(db, said + 100)
    expired = linkis.refused("GET", "user/userInfo", http=401)

    assert expired["status"] == -1
    assert expired["message"] == (
        "Login has expired, please log in again!(登录已过期，请重新登录！)"
    )
    assert linkis.ok("POST", "user/login", json=ALICE)["userName"] == "alice"


def test_a_session_is_known_to_every_coordinator(linkis: Linkis, engine: Engine) -> None:
    ticket = linkis.client.get_cookie(COOKIE).value
    other = an_app(engine).test_client()
    other.set_cookie(COOKIE, ticket)

    assert Linkis(other, linkis.fleet, "").get("user/userInfo") == {"userName": "alice"}


def test_who_is_logged_in_already_is_told_so_as_a_success(linkis: Linkis) -> None:
    answer = linkis.ask("POST", "user/login", json=ALICE)

    assert answer.json["status"] == 0
    assert "already logged in, please log out before signing in" in answer.json["message"]
    assert answer.json["data"]["userName"] == "alice"


def test_another_user_logs_in_over_the_one_before(linkis: Linkis) -> None:
    linkis.ok("POST", "user/login", json={"userName": "bob", "password": "x"})

    assert linkis.get("user/userInfo") == {"userName": "bob"}


def test_what_a_web_page_asks_about_itself(linkis: Linkis) -> None:
    assert linkis.get("user/publicKey") == {"enableSSL": False, "enableLoginEncrypt": False}
    assert linkis.get("user/baseinfo")["isAdmin"] is False
    assert linkis.ask("GET", "user/heartbeat").json["message"].startswith("Maintain heartbeat")
    assert linkis.ask("POST", "user/heartbeat").json["status"] == 0
    assert linkis.get("gateway/heartbeat") == {"gatewayList": ["localhost"], "isHealthy": True}
    assert linkis.get("jobhistory/governanceStationAdmin")["admin"] is False


def test_another_site_cannot_use_a_session(linkis: Linkis) -> None:
    headers = {"Origin": "http://evil.example"}

    assert linkis.refused("POST", "entrance/submit", 403, json=code(), headers=headers)


def test_who_logs_in_with_a_ticket_that_means_nothing_gets_a_new_one(
    client: Client, fleet: Fleet
) -> None:
    client.set_cookie(COOKIE, "y" * 43)

    Linkis(client, fleet, "").ok("POST", "user/login", json=ALICE)

    assert client.get_cookie(COOKIE).value != "y" * 43
    assert Linkis(client, fleet, "").get("user/userInfo") == {"userName": "alice"}


def test_a_session_ends_with_the_password_it_was_given_for(engine: Engine, fleet: Fleet) -> None:
    hashed = generate_password_hash("right", method="pbkdf2:sha256:1")
    linkis = Linkis(an_app_with(engine, users={"alice": hashed}).test_client(), fleet, "")
    right = {"userName": "alice", "password": "right"}
    linkis.ok("POST", "user/login", json=right)
    wrong = linkis.another("").refused("POST", "user/login", json={**right, "password": "wrong"})
    assert (wrong["status"], wrong["message"]) == (
        1,
        "wrong user name or password(用户名或密码错误)！",
    )

    other = generate_password_hash("new", method="pbkdf2:sha256:1")
    changed = an_app_with(engine, users={"alice": other}).test_client()
    changed.set_cookie(COOKIE, linkis.client.get_cookie(COOKIE).value)

    assert linkis.get("user/userInfo")["userName"] == "alice"
    assert Linkis(changed, fleet, "").refused("GET", "user/userInfo", 401)["status"] == -1
