"""Who may call: our own tokens, in the place of the cloud keys that Cortex's clients send."""

import base64
import json
from typing import Any

import pytest

from tests.conformance.cortex.client import Cortex, an_api
from tests.conformance.cortex.test_routes import OF_THE_OPERATOR

METHODS = ("GET", "POST", "DELETE")
OF_JOBS = [
    ("GET", "/info"),
    ("GET", "/logs/job/text?jobID=0"),
    ("GET", "/streamlogs/job?jobID=0"),
    *(
        (method, f"{at}?jobID=0")
        for method in METHODS
        for at in ("/tasks/job", "/batch/job", "/job")
    ),
    *((method, f"{at}/0") for method in ("GET", "DELETE") for at in ("/tasks/job", "/job")),
]
TOKENS = "/windlass/v1/tokens"


@pytest.fixture
def secrets(cortex: Cortex) -> dict[str, str]:
    """One token of each scope; the door is closed from here on."""
    cortex.deploy(an_api())
    admin = cortex.client.post(TOKENS, json={"name": "admin", "scope": "admin"}).json["secret"]
    bearer = {"Authorization": f"Bearer {admin}"}
    asked = {"name": "read", "scope": "read"}
    read = cortex.client.post(TOKENS, json=asked, headers=bearer).json["secret"]
    return {"admin": admin, "read": read}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def of_0_27(secret: str) -> dict[str, str]:
    return {"Authorization": f"CortexAWS AKIA|{secret}"}


def of_0_42(secret: str) -> dict[str, str]:
    """The access key id stands in the query of a request that is signed, not sent."""
    query = f"X-Amz-Credential={secret}%2F20260101%2Fus-east-1%2Fsts"
    signed = {"Method": "POST", "URL": f"https://sts.amazonaws.com/?{query}", "Header": {}}
    packed = base64.urlsafe_b64encode(json.dumps(signed).encode()).rstrip(b"=").decode()
    return {"X-Cortex-Authorization": packed}


WAYS = pytest.mark.parametrize("way", [bearer, of_0_27, of_0_42])


@WAYS
def test_a_token_opens_the_door(cortex: Cortex, secrets: dict[str, str], way: Any) -> None:
    assert cortex.call("GET", "/get", headers=way(secrets["read"])).status_code == 200
    submitted = cortex.call("POST", "/tasks/job", json={}, headers=way(secrets["admin"]))
    assert submitted.status_code == 200


@WAYS
def test_a_token_that_may_only_read_does_no_more(
    cortex: Cortex, secrets: dict[str, str], way: Any
) -> None:
    answer = cortex.call("POST", "/job", json={}, headers=way(secrets["read"]))

    assert answer.status_code == 403
    assert answer.json["kind"] == "error"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "CortexAWS a|b"},
        {"X-Cortex-Authorization": "not base64!"},
        {"X-Cortex-Authorization": "QUJD" * 5000},
        of_0_42("wl_" + "x" * 43),
    ],
)
def test_nothing_else_does(
    cortex: Cortex, secrets: dict[str, str], headers: dict[str, str]
) -> None:
    for method, path in (*OF_THE_OPERATOR, *OF_JOBS):
        answer = cortex.call(method, path, headers=headers)
        assert (answer.status_code, answer.json["kind"]) == (401, "error")
    assert cortex.call("GET", "/verifycortex", headers=headers).json == {}


def test_without_any_token_their_headers_mean_nothing(cortex: Cortex) -> None:
    for headers in ({}, of_0_27("secret"), of_0_42("key")):
        assert cortex.call("GET", "/get", headers=headers).status_code == 200
