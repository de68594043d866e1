"""GET /jobs with ``q``."""

import pytest

from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.tork import posted


@pytest.fixture
def names(client: Client, fleet: Fleet) -> Client:
    posted(client, name="transcode", description="all the videos", tags=["red"])
    posted(client, name="completed already", description="a job", tags=["green", "Blue"])
    fleet.run()
    posted(client, name="waiting", inputs={"secret-input": "hidden"})
    return client


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("video", ["transcode"]),
        ("videos", ["transcode"]),
        ("transcode video", ["transcode"]),
        ("transcode nothing", []),
        ("vid", []),
        ("the", []),
        ("COMPLETED", ["completed already", "transcode"]),
        ("completed job", ["completed already"]),
        ("scheduled", ["waiting"]),
        ("tag:red", ["transcode"]),
        ("tag:red tag:green", ["completed already", "transcode"]),
        ("tags:red,green", ["completed already", "transcode"]),
        ("tag:red video", ["transcode"]),
        ("tag:green video", []),
        ("tag:Red", []),
        ("tag:blue", []),
        ("tag:Blue", ["completed already"]),
        ("tag:", []),
        ('"videos transcode"', ["transcode"]),
        ("-videos", ["transcode"]),
        ("hidden", []),
        ("%00", []),
        ("   ", ["waiting", "completed already", "transcode"]),
    ],
)
def test_a_search_finds(names: Client, q: str, found: list[str]) -> None:
    page = names.get(f"/jobs?q={q}").json

    assert [item["name"] for item in page["items"]] == found
    assert page["totalItems"] == len(found)


def test_jobs_of_other_doors_are_not_listed(client: Client) -> None:
    client.post("/windlass/v1/jobs", json={"name": "ours", "tasks": [{"name": "t", "run": "x"}]})

    assert client.get("/jobs").json["totalItems"] == 0
