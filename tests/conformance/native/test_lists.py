"""Lists: pages, filters, counts."""

from typing import Any

import pytest

from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, sent


def names(client: Client, query: str = "") -> list[str]:
    return [job["name"] for job in client.get(f"{BASE}/jobs?{query}").json["items"]]


def named(client: Client, name: str, **fields: Any) -> Any:
    return sent(client, a_document(name=name, **fields))


def test_pages_lead_onwards_and_back(client: Client) -> None:
    for number in range(5):
        named(client, f"job-{number}")

    first = client.get(f"{BASE}/jobs?limit=2").json
    second = client.get(f"{BASE}/jobs?limit=2&cursor={first['next']}").json
    last = client.get(f"{BASE}/jobs?limit=2&cursor={second['next']}").json
    back = client.get(f"{BASE}/jobs?limit=2&cursor={second['prev']}").json

    assert [job["name"] for job in first["items"]] == ["job-4", "job-3"]
    assert [job["name"] for job in second["items"]] == ["job-2", "job-1"]
    assert [job["name"] for job in last["items"]] == ["job-0"]
    assert back["items"] == first["items"]
    assert first["prev"] is None
    assert last["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["blue sky", "red car"]),
        ("q=blue", ["blue sky"]),
        ("q=ca", ["red car"]),
        ("tag=night", ["blue sky"]),
        ("tag=night&tag=day", []),
        ("queue=gpu", ["red car"]),
        ("state=completed", ["red car"]),
        ("state=completed&state=cancelled", ["blue sky", "red car"]),
        ("state=running", []),
        ("door=native", ["blue sky", "red car"]),
        ("door=tork", []),
        ("owner=somebody", []),
        ("since=2999-01-01T00:00:00Z", []),
        ("until=2000-01-01T00:00:00%2B02:00", []),
        ("since=2020-01-01T00:00:00Z&until=2999-01-01T00:00:00Z", ["blue sky", "red car"]),
    ],
)
def test_all_filters_given_must_hold(
    client: Client, fleet: Fleet, query: str, found: list[str]
) -> None:
    named(client, "red car", queue="gpu")
    fleet.run()
    job = named(client, "blue sky", tags=["night"])
    client.post(f"{BASE}/jobs/{job['id']}/cancel")

    assert names(client, query) == found


def test_the_count_is_told_where_it_is_asked_for(client: Client) -> None:
    for name in ("a", "b"):
        named(client, name)

    counted = client.get(f"{BASE}/jobs?limit=1&count=true").json

    assert (counted["count"], counted["more"]) == (2, False)
    assert "count" not in client.get(f"{BASE}/jobs?limit=1").json


def test_tasks_are_found_by_state_and_name(client: Client, fleet: Fleet) -> None:
    job = sent(
        client,
        a_document({"name": "alpha", "run": "x"}, {"name": "beta", "run": "x", "needs": []}),
    )
    fleet.run(failing=["beta"])
    base = f"{BASE}/jobs/{job['id']}/tasks"

    def found(query: str) -> list[str]:
        return [task["key"] for task in client.get(f"{base}?{query}").json["items"]]

    assert found("state=failed") == ["beta"]
    assert found("state=failed&state=completed") == ["alpha", "beta"]
    assert found("q=al") == ["alpha"]
    assert found("limit=1") == ["alpha"]


def test_history_is_read_in_parts(client: Client, fleet: Fleet) -> None:
    job = sent(client, a_document())
    fleet.run()
    base = f"{BASE}/jobs/{job['id']}/history"
    whole = client.get(base).json["items"]

    read, after = [], 0
    while after is not None:
        part = client.get(f"{base}?limit=2&after={after}").json
        read += part["items"]
        after = part["next"]

    assert read == whole
    assert len(whole) > 4
