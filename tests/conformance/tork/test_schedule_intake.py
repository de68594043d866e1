"""What a scheduled job may be, in Tork's words."""

import json
from typing import Any

import pytest

from tests.support.http import Client
from tests.support.tork import a_schedule, message, scheduled

URL = "/scheduled-jobs"
NO_CRON = (
    "Key: 'ScheduledJob.Schedule.Cron' Error:Field validation for 'Cron' failed on the 'cron' tag"
)


@pytest.mark.parametrize(
    "cron",
    ["*/5 * * * *", "@daily", "@every 5s", "TZ=Europe/Berlin 0 0 * * *"],
)
def test_what_can_be_due_is_taken(client: Client, cron: str) -> None:
    assert scheduled(client, cron=cron)["cron"] == cron


@pytest.mark.parametrize(
    "cron",
    [
        "0 0 30 2 *",
        "a 0 0 1 1 *",
        "@reboot",
        "* * * * * *",
        "TZ=Nowhere/Town 0 0 * * *",
        "TZ=../x 0 0 * * *",
    ],
)
def test_what_can_never_be_due_is_refused_in_tork_s_words(client: Client, cron: str) -> None:
    assert message(client.post(URL, json=a_schedule(cron))) == (400, NO_CRON)


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"Content-Type": "application/x-yaml"}, "unknown content type: application/x-yaml"),
        ({}, "unknown content type: "),
    ],
)
def test_only_two_types_of_content_are_known(client: Client, headers: Any, text: str) -> None:
    response = client.post(URL, data=b"name: x", headers=headers)
    assert message(response) == (400, text)


def test_nobody_waits_for_a_schedule(client: Client) -> None:
    response = client.post(URL, json=a_schedule(wait={"timeout": "1s"}))
    assert message(response) == (400, 'json: unknown field "wait"')


def test_a_name_of_65_characters_is_too_long(client: Client) -> None:
    status, text = message(client.post(URL, json=a_schedule(name="n" * 65)))
    assert status == 400
    assert text == (
        "error inserting scheduled job to the db: pq: value too long for type character varying(64)"
    )


def test_a_name_is_counted_in_characters(client: Client) -> None:
    assert scheduled(client, name="ü" * 64)["name"] == "ü" * 64


YAML = "name: x\nschedule:\n  cron: '@daily'\ntasks:\n  - name: t\n    run: 'true'\n"


@pytest.mark.parametrize("kind", ["text/yaml", "text/yaml; charset=utf-8"])
def test_a_schedule_may_be_yaml(client: Client, kind: str) -> None:
    response = client.post(URL, data=YAML, headers={"Content-Type": kind})
    assert (response.status_code, response.json["cron"]) == (200, "@daily")


def test_json_may_name_its_charset(client: Client) -> None:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    response = client.post(URL, data=json.dumps(a_schedule()), headers=kind)
    assert response.status_code == 200, response.text


REFUSED = {
    "name: x\n": "'Tasks' failed on the 'required' tag",
    YAML + "wait: {}\n": "field wait not found in type input.ScheduledJob",
    YAML.replace("cron", "at"): "field at not found in type input.Schedule",
    YAML.replace("'@daily'", "''"): "'ScheduledJob.Schedule.Cron' Error:Field validation",
    YAML.replace("schedule:\n  cron: '@daily'\n", ""): "'Schedule' failed on the 'required' tag",
    YAML + "webhooks:\n  - event: x\n": "Key: 'ScheduledJob.Webhooks[0].URL'",
    YAML + "autoDelete:\n  after: soon\n": "Key: 'ScheduledJob.AutoDelete.After'",
    "": "EOF",
    "[": "yaml: ",
}


@pytest.mark.parametrize("body", REFUSED)
def test_what_is_wrong_is_told_and_nothing_is_made(client: Client, body: str) -> None:
    status, text = message(client.post(URL, data=body, headers={"Content-Type": "text/yaml"}))
    assert (status, REFUSED[body] in text) == (400, True), text
    assert client.get(URL).json["totalItems"] == 0


def test_what_is_too_long_is_413(client: Client) -> None:
    response = client.post(URL, json=a_schedule(description="x" * 500_000))
    assert message(response) == (413, "Request Entity Too Large")


def test_a_job_has_no_schedule(client: Client) -> None:
    response = client.post("/jobs", json=a_schedule())
    assert message(response) == (400, 'json: unknown field "schedule"')


@pytest.mark.parametrize(
    "cron",
    ["0  0 * * *", "0 0 * * MON", "0 0 ? * *", "0 0 L * *", "0 0 * *", "99 99 99 99 99", "daily"],
)
def test_what_tork_refuses_or_could_never_fire_is_refused(client: Client, cron: str) -> None:
    assert message(client.post(URL, json=a_schedule(cron))) == (400, NO_CRON)


def test_a_space_in_front_is_taken(client: Client) -> None:
    assert scheduled(client, cron=" 0 0 * * *")["cron"] == " 0 0 * * *"


def test_a_cron_of_65_characters_is_too_long(client: Client) -> None:
    status, text = message(client.post(URL, json=a_schedule("0 0 * * " + ",".join("1" * 30))))
    assert status == 400
    assert text.endswith("pq: value too long for type character varying(64)")
