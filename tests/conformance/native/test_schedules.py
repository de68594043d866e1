"""Schedules over the native API."""

from typing import Any

import pytest

from tests.support.http import BASE, Client

URL = f"{BASE}/schedules"


def a_schedule(**fields: Any) -> Any:
    job = {"name": "nightly", "tasks": [{"name": "t", "run": "true", "env": {"API_KEY": "s"}}]}
    when = {"cron": "0 3 * * *", "timezone": "Europe/Berlin", "overlap": "skip", **fields}
    return {**job, "schedule": when}


def made(client: Client, **fields: Any) -> Any:
    response = client.post(URL, json=a_schedule(**fields))
    assert response.status_code == 201, response.text
    return response.json


def test_a_schedule_is_made_and_shown(client: Client) -> None:
    schedule = made(client)
    assert schedule["state"] == "active"
    assert (schedule["timezone"], schedule["overlap"]) == ("Europe/Berlin", "skip")
    assert schedule["catch_up"] == "none"
    assert schedule["next_at"][11:] in {"01:00:00.000Z", "02:00:00.000Z"}
    assert schedule["job"]["tasks"][0]["env"] != {"API_KEY": "s"}
    assert client.get(f"{URL}/{schedule['id']}").json == schedule
    assert client.get(URL).json == {"items": [schedule], "count": 1}


def test_it_is_paused_and_resumed(client: Client) -> None:
    at = f"{URL}/{made(client)['id']}"
    paused = client.post(f"{at}/pause")
    assert (paused.json["state"], paused.json["next_at"]) == ("paused", None)
    assert client.post(f"{at}/pause").status_code == 409
    assert client.post(f"{at}/resume").json["state"] == "active"
    assert client.post(f"{at}/resume").status_code == 409


@pytest.mark.parametrize("query", ["", "?jobs=true"])
def test_it_is_deleted(client: Client, query: str) -> None:
    at = f"{URL}/{made(client)['id']}"
    assert client.delete(at + query).status_code == 204
    assert client.get(at).status_code == 404
    assert client.delete(at).status_code == 404
    assert client.get(URL).json == {"items": [], "count": 0}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cron": "0 0 30 2 *"}, "schedule.cron"),
        ({"cron": "@reboot"}, "schedule.cron"),
        ({"cron": 5}, "schedule.cron"),
        ({"timezone": "Nowhere"}, "schedule.timezone"),
        ({"catch_up": "some"}, "schedule.catch_up"),
        ({"overlap": None}, "schedule.overlap"),
        ({"at": "noon"}, "schedule.at"),
    ],
)
def test_what_is_wrong_is_named(client: Client, fields: Any, field: str) -> None:
    response = client.post(URL, json=a_schedule(**fields))
    assert response.status_code == 400, response.text
    assert [error["field"] for error in response.json["error"]["errors"]] == [field]


def test_a_job_without_a_schedule_is_none(client: Client) -> None:
    document = a_schedule()
    del document["schedule"]
    response = client.post(URL, json=document)
    assert response.json["error"]["errors"][0]["field"] == "schedule"


def test_everything_wrong_with_the_job_is_told_too(client: Client) -> None:
    document = a_schedule(cron="x") | {"queue": "a b", "colour": "red"}
    errors = client.post(URL, json=document).json["error"]["errors"]
    assert {error["field"] for error in errors} >= {"schedule.cron", "queue", "colour"}
