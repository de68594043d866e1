"""CORS, the key and the rate: off unless the operator wants them."""

import pytest

from tests.support.http import Client, an_app
from tests.support.tork import a_job, message
from windlass.coordinator.dialects.tork.http.rates import Rates
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.settings import DoorSettings

ELSEWHERE = {"Origin": "http://elsewhere.example"}
KEY = Settings(key="s3cret")
CORS = Settings(cors=True)


@pytest.mark.parametrize("settings", [CORS])
def test_pages_of_other_sites_may_call_where_they_are_let(client: Client) -> None:
    response = client.post("/jobs", json=a_job(), headers=ELSEWHERE)

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("settings", [CORS])
@pytest.mark.parametrize("path", ["/jobs", "/nope"])
def test_a_preflight_allows_everything(client: Client, path: str) -> None:
    asked = {**ELSEWHERE, "Access-Control-Request-Method": "PUT"}

    response = client.options(path, headers=asked)

    assert (response.status_code, response.data) == (204, b"")
    for name in ("Origin", "Methods", "Headers"):
        assert response.headers[f"Access-Control-Allow-{name}"] == "*"


@pytest.mark.parametrize("settings", [CORS])
def test_every_ordinary_answer_varies_by_origin(client: Client) -> None:
    for path in ("/jobs", "/nope", "/jobs/x"):
        response = client.get(path)
        assert response.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("settings", [CORS])
def test_other_doors_stay_closed_to_other_sites(client: Client) -> None:
    response = client.get("/windlass/v1/jobs", headers=ELSEWHERE)

    assert "Access-Control-Allow-Origin" not in response.headers


def test_otherwise_they_may_not(client: Client) -> None:
    response = client.post("/jobs", json=a_job(), headers=ELSEWHERE)

    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("settings", [KEY])
@pytest.mark.parametrize("path", ["/jobs", "/nope", "/jobs/"])
@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({}, (400, "missing key in request header")),
        ({"Authorization": "Basic abc"}, (400, "invalid key in the request header")),
        ({"Authorization": "Bearer wrong"}, (401, "Unauthorized")),
    ],
)
def test_without_the_key_nothing_is_told(
    client: Client, path: str, given: dict[str, str], answer: tuple[int, str]
) -> None:
    assert message(client.get(path, headers=given)) == answer


@pytest.mark.parametrize("settings", [KEY])
def test_with_the_key_everything_is(client: Client) -> None:
    headers = {"Authorization": "Bearer s3cret"}

    assert client.post("/jobs", json=a_job(), headers=headers).status_code == 200
    assert message(client.get("/nope", headers=headers)) == (404, "Not Found")


@pytest.mark.parametrize("settings", [KEY])
def test_health_and_other_doors_need_no_key_of_this_one(client: Client) -> None:
    for path in ("/health", "/-/live", "/windlass/v1/jobs"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("settings", [Settings(rate=2)])
def test_who_asks_too_often_is_refused(client: Client) -> None:
    answers = [client.get("/health") for _ in range(50)]

    assert answers[0].status_code == 200
    refused = [answer for answer in answers if answer.status_code != 200]
    assert message(refused[0]) == (429, "rate limit exceeded")
    other = client.get("/health", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 200


def test_a_rate_gives_back_as_time_goes_by() -> None:
    now = [0.0]
    rates = Rates(2, lambda: now[0])

    first = [rates.take("a") for _ in range(3)]
    now[0] += 0.5
    then = [rates.take("a") for _ in range(2)]
    now[0] += 1_000
    later = [rates.take("a") for _ in range(3)]

    assert (first, then, later) == ([True, True, False], [True, False], [True, True, False])


def test_where_tokens_exist_this_door_wants_one(engine: Engine) -> None:
    _, secret = engine.create_token("reader", "read")
    client: Client = an_app(engine, doors={"tork": DoorSettings(options=Settings())}).test_client()
    headers = {"Authorization": f"Bearer {secret}"}

    assert message(client.get("/jobs")) == (401, "Unauthorized")
    assert client.get("/jobs", headers=headers).status_code == 200
    assert client.post("/jobs", json=a_job(), headers=headers).status_code == 403
    assert client.get("/health").status_code == 200
