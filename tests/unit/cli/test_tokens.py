"""Tokens: made through the API, and never on a command line."""

import json

import pytest

from tests.support.stub_api import Answer, StubApi
from tests.unit.cli.conftest import Windlass

MADE = {"name": "ci", "scope": "submit", "secret": "wl_x", "created_at": "2026-01-01T00:00:00Z"}


def test_only_the_secret_goes_to_standard_output(windlass: Windlass, api: StubApi) -> None:
    api.on("POST /tokens", Answer(MADE, 201))

    result = windlass("token", "create", "ci", "--scope", "submit")

    assert result.stdout == "wl_x\n"
    assert json.loads(api.asked[0].body) == {"name": "ci", "scope": "submit"}


def test_an_end_is_sent_as_a_time(windlass: Windlass, api: StubApi) -> None:
    api.on("POST /tokens", Answer(MADE, 201))

    windlass("token", "create", "ci", "--scope", "read", "--expires", "30d")

    assert json.loads(api.asked[0].body)["expires_at"].endswith("+00:00")


def test_the_token_comes_from_the_environment(
    windlass: Windlass, api: StubApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDLASS_TOKEN", "wl_mine")
    api.on("GET /tokens", Answer({"items": [MADE]}))

    windlass("token", "ls")

    assert api.asked[0].headers["Authorization"] == "Bearer wl_mine"


def test_or_from_standard_input(windlass: Windlass, api: StubApi) -> None:
    api.on("DELETE /tokens/ci", Answer(b"", 204))

    result = windlass("token", "revoke", "ci", "--token", "-", stdin="wl_typed\n")

    assert result.stdout == "ci revoked\n"
    assert api.asked[0].headers["Authorization"] == "Bearer wl_typed"
