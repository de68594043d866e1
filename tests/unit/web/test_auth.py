"""Who gets through the gate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from tests.support.people import basic
from windlass.coordinator.engine.people_views import Identity
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import Token
from windlass.coordinator.web.auth import ANYBODY, KNOWN_OPEN_FOR, Gate, Scope
from windlass.coordinator.web.failures import Refusal
from windlass.coordinator.web.settings import LOOPBACK


@dataclass
class Callers:
    """The part of the engine that a gate asks."""

    known: dict[str, Token] = field(default_factory=dict)

    def tokens(self) -> list[Token]:
        return list(self.known.values())

    def token(self, secret: str) -> Token | None:
        return self.known.get(secret)

    def identify(self, username: str, password: str) -> Identity | None:
        known = Identity(id=UUID(int=1), username="ada", scope=Scope.SUBMIT, role_ids=())
        return known if (username, password) == ("ada", "right") else None

    def add(self, secret: str, scope: Scope) -> None:
        now = datetime.now(UTC)
        self.known[secret] = Token(
            id=secret,
            name=f"of {secret}",
            scope=scope,
            created_at=now,
            expires_at=None,
            used_at=None,
        )


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def gate(callers: Callers, *, open: bool = False, clock: Clock | None = None) -> Gate:
    return Gate(cast(Engine, callers), open=open, hosts=LOOPBACK, monotonic=clock or Clock())


def request(method: str = "GET", headers: Mapping[str, str] | None = None) -> Request:
    given = {"Host": "127.0.0.1:7070", **(headers or {})}
    return Request(EnvironBuilder(method=method, headers=list(given.items())).get_environ())


def with_secret(secret: str) -> Request:
    return request(headers={"Authorization": f"Bearer {secret}"})


def test_a_token_lets_its_owner_do_what_its_scope_includes() -> None:
    callers = Callers()
    callers.add("s", Scope.SUBMIT)

    caller = gate(callers).admit(with_secret("s"), Scope.READ)

    assert caller.name == "of s"
    assert caller.may(Scope.SUBMIT)
    assert not caller.may(Scope.ADMIN)


@pytest.mark.parametrize(
    ("scope", "needed", "passes"),
    [
        (has, needs, list(Scope).index(has) >= list(Scope).index(needs))
        for has in Scope
        for needs in Scope
    ],
)
def test_each_scope_includes_those_before_it(scope: Scope, needed: Scope, passes: bool) -> None:
    assert scope.includes(needed) is passes


def test_too_small_a_scope_is_forbidden() -> None:
    callers = Callers()
    callers.add("s", Scope.READ)

    with pytest.raises(Refusal) as caught:
        gate(callers).admit(with_secret("s"), Scope.ADMIN)

    assert caught.value.failure.status == 403
    assert "insufficient_scope" in caught.value.failure.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic czpz", "Bearer \xe9", "s"]
)
def test_whoever_is_not_known_is_asked_for_a_token(header: str) -> None:
    callers = Callers()
    callers.add("s", Scope.ADMIN)

    with pytest.raises(Refusal) as caught:
        gate(callers, open=True).admit(request(headers={"Authorization": header}), Scope.READ)

    assert caught.value.failure.status == 401
    assert caught.value.failure.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_password_lets_a_user_in_as_themselves() -> None:
    callers = Callers()
    callers.add("s", Scope.ADMIN)

    caller = gate(callers).admit(request("POST", basic("ada", "right")), Scope.SUBMIT)

    assert (caller.name, caller.scope) == ("ada", Scope.SUBMIT)
    assert caller.viewer is not None
    assert caller.viewer.keys == (f"user:{UUID(int=1)}",)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (basic("ada", "wrong"), 401),
        (basic("ada", "right") | {"Origin": "http://elsewhere.example"}, 403),
        (basic("ada", "right") | {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_wrong_password_and_another_site_with_the_right_one_get_nowhere(
    headers: dict[str, str], status: int
) -> None:
    callers = Callers()
    callers.add("s", Scope.ADMIN)

    with pytest.raises(Refusal) as caught:
        gate(callers).admit(request("POST", headers), Scope.SUBMIT)

    assert caught.value.failure.status == status


def test_without_tokens_an_open_gate_lets_everybody_in() -> None:
    assert gate(Callers(), open=True).admit(request("POST"), Scope.ADMIN) is ANYBODY


def test_without_tokens_a_closed_gate_lets_nobody_in() -> None:
    with pytest.raises(Refusal):
        gate(Callers()).admit(request(), Scope.READ)


def test_a_first_token_made_elsewhere_closes_the_gate_soon() -> None:
    callers, clock = Callers(), Clock()
    door = gate(callers, open=True, clock=clock)
    door.admit(request(), Scope.READ)

    callers.add("s", Scope.ADMIN)
    clock.now += KNOWN_OPEN_FOR

    with pytest.raises(Refusal):
        door.admit(request(), Scope.READ)


def test_a_first_token_made_here_closes_the_gate_at_once() -> None:
    door = gate(Callers(), open=True)
    door.admit(request(), Scope.READ)

    door.close()

    with pytest.raises(Refusal):
        door.admit(request(), Scope.READ)


def test_revoking_the_last_token_does_not_open_the_gate() -> None:
    callers, clock = Callers(), Clock()
    callers.add("s", Scope.ADMIN)
    door = gate(callers, open=True, clock=clock)
    door.admit(with_secret("s"), Scope.ADMIN)

    callers.known.clear()
    clock.now += 2 * KNOWN_OPEN_FOR

    with pytest.raises(Refusal):
        door.admit(request(), Scope.READ)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:7070", "127.0.0.1:1", "[::1]:7070", "[::1]"]
)
def test_an_open_gate_answers_to_its_own_names(host: str) -> None:
    assert gate(Callers(), open=True).admit(request(headers={"Host": host}), Scope.READ)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example:7070", "10.0.0.1", "[::2]"]
)
def test_an_open_gate_refuses_names_that_are_not_its_own(host: str) -> None:
    with pytest.raises(Refusal) as caught:
        gate(Callers(), open=True).admit(request(headers={"Host": host}), Scope.READ)

    assert caught.value.failure.status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
    ],
)
def test_an_open_gate_takes_no_writes_from_other_web_sites(headers: Mapping[str, str]) -> None:
    door = gate(Callers(), open=True)

    with pytest.raises(Refusal):
        door.admit(request("POST", headers), Scope.SUBMIT)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:7070"},
    ],
)
def test_an_open_gate_takes_writes_of_programs_and_of_its_own_pages(
    headers: Mapping[str, str],
) -> None:
    assert gate(Callers(), open=True).admit(request("POST", headers), Scope.SUBMIT)
