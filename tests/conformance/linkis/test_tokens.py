"""Tokens in Linkis' headers, and what whoever has one may do."""

import pytest
from flask import Flask

from tests.conformance.linkis.client import Linkis, an_app_with, code
from tests.support.fleet import Fleet
from tests.support.http import an_app
from windlass.coordinator.engine.service import Engine


@pytest.fixture
def guarded(engine: Engine) -> Flask:
    """Everybody needs a token."""
    return an_app(engine, open=False)


def secret_of(engine: Engine, name: str, scope: str = "submit") -> str:
    return engine.create_token(name, scope)[1]


def stranger(app: Flask, engine_fleet: Fleet) -> Linkis:
    return Linkis(app.test_client(), engine_fleet, "")


def test_another_site_cannot_use_a_token_in_a_cookie(
    guarded: Flask, engine: Engine, fleet: Fleet
) -> None:
    linkis = stranger(guarded, fleet)
    linkis.client.set_cookie("Token-Code", secret_of(engine, "alice"))
    headers = {"Sec-Fetch-Site": "cross-site"}

    assert linkis.ok("POST", "entrance/submit", json=code())["taskID"] == 1
    linkis.refused("POST", "entrance/submit", 403, json=code(), headers=headers)
    assert linkis.get("jobhistory/list")["totalPage"] == 1


def test_headers_with_a_token_and_a_user_need_no_login(
    guarded: Flask, engine: Engine, fleet: Fleet
) -> None:
    linkis = stranger(guarded, fleet)
    headers = {"Token-Code": secret_of(engine, "alice"), "Token-User": "Alice"}

    assert linkis.ok("GET", "user/userInfo", headers=headers) == {"userName": "alice"}
    assert linkis.ok("POST", "entrance/submit", json=code(), headers=headers)["taskID"] == 1
    alone = {"Token-Code": headers["Token-Code"]}
    assert linkis.ok("GET", "jobhistory/list", headers=alone)["totalPage"] == 1


def test_a_token_may_come_in_cookies_and_become_a_session(
    guarded: Flask, engine: Engine, fleet: Fleet
) -> None:
    linkis = stranger(guarded, fleet)
    linkis.client.set_cookie("Token-Code", secret_of(engine, "alice"))
    linkis.client.set_cookie("Token-User", "alice")

    linkis.ok("POST", "user/token-login")
    linkis.client.delete_cookie("Token-Code")

    assert linkis.get("user/userInfo") == {"userName": "alice"}


@pytest.mark.parametrize(("user", "reason"), [("alice", "15204"), ("bob", "15202")])
def test_a_wrong_token_is_refused_with_its_reason(
    guarded: Flask, engine: Engine, fleet: Fleet, user: str, reason: str
) -> None:
    secret = secret_of(engine, "alice")
    code = secret if user == "bob" else f"{secret}x"

    refused = stranger(guarded, fleet).refused(
        "GET", "user/userInfo", 401, headers={"Token-Code": code, "Token-User": user}
    )

    assert refused["status"] == -1
    assert refused["message"].startswith("Token Authentication Failed, token: ")
    assert f"errCode: {reason}" in refused["message"]
    assert secret not in refused["message"]


def test_a_token_of_an_admin_speaks_for_others_and_runs_code_as_them(
    guarded: Flask, engine: Engine, fleet: Fleet
) -> None:
    linkis = stranger(guarded, fleet)
    headers = {"Token-Code": secret_of(engine, "root", "admin"), "Token-User": "carol"}
    body = {**code(), "executeUser": "dave"}

    id = linkis.ok("POST", "entrance/submit", json=body, headers=headers)["taskID"]

    task = linkis.ok("GET", f"jobhistory/{id}/get", headers=headers)["task"]
    assert (task["umUser"], task["executeUser"]) == ("carol", "dave")


def test_who_only_reads_submits_nothing(guarded: Flask, engine: Engine, fleet: Fleet) -> None:
    headers = {"Token-Code": secret_of(engine, "eve", "read")}

    refused = stranger(guarded, fleet).refused(
        "POST", "entrance/submit", 403, json=code(), headers=headers
    )

    assert refused["status"] == 3


def test_who_administrates_sees_and_kills_what_others_run(engine: Engine, fleet: Fleet) -> None:
    app = an_app_with(engine, admins=frozenset({"root"}))
    alice, root = Linkis(app.test_client(), fleet), Linkis(app.test_client(), fleet, "root")
    id = alice.submit()["taskID"]

    assert root.get("jobhistory/list")["tasks"] == []
    shown = root.get("jobhistory/list", isAdminView="true")["tasks"]
    assert [task["taskID"] for task in shown] == [id]
    assert root.get("entrance/operation/metrics/taskinfo", user="alice")["taskNumber"] == 1
    root.get(f"entrance/{id}/kill")
    assert alice.status(id) == "Cancelled"
    assert alice.get("jobhistory/list", isAdminView="true")["totalPage"] == 1
