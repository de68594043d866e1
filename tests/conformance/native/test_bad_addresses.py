"""Addresses, methods, ids and queries that lead nowhere: a clear answer, and one that lasts."""

import pytest

from tests.support.http import BASE, Client, errors


@pytest.fixture
def client(steadfast: Client) -> Client:
    return steadfast


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1&limit=2",
        "limit=٣",
        "state=bogus",
        "state=",
        "since=yesterday",
        "since=2026-01-01",
        "until=9999999",
        "count=maybe",
        "queue=a%20b",
        "q=%00",
        "tag=%00",
        "door=%00",
        "owner=%00",
        "stat=failed",
        "limit=99999999999999999999999",
        "cursor=%00",
        "cursor=nonsense",
        "cursor=AAAA",
        "tag=" + "x" * 500,
    ],
)
def test_a_bad_query(client: Client, query: str) -> None:
    response = client.get(f"{BASE}/jobs?{query}")

    assert response.status_code == 400
    assert errors(response)


@pytest.mark.parametrize("id", ["x", "1", "%00", "..%2f..", "00000000-0000-0000-0000-00000000000g"])
@pytest.mark.parametrize(
    "path", ["/jobs/{}", "/jobs/{}/tasks", "/tasks/{}", "/attempts/{}", "/attempts/{}/log"]
)
def test_what_is_no_id(client: Client, path: str, id: str) -> None:
    response = client.get(BASE + path.format(id))

    assert response.status_code == 404
    assert response.json["error"]["code"] == "not_found"


UNKNOWN = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/jobs/{UNKNOWN}"),
        ("DELETE", f"/jobs/{UNKNOWN}"),
        ("POST", f"/jobs/{UNKNOWN}/cancel"),
        ("POST", f"/jobs/{UNKNOWN}/restart"),
        ("GET", f"/jobs/{UNKNOWN}/tasks"),
        ("GET", f"/jobs/{UNKNOWN}/states"),
        ("GET", f"/jobs/{UNKNOWN}/history"),
        ("GET", f"/jobs/{UNKNOWN}/spec"),
        ("GET", f"/jobs/{UNKNOWN}/log"),
        ("GET", f"/tasks/{UNKNOWN}"),
        ("GET", f"/tasks/{UNKNOWN}/attempts"),
        ("POST", f"/tasks/{UNKNOWN}/rerun"),
        ("GET", f"/attempts/{UNKNOWN}"),
        ("GET", f"/attempts/{UNKNOWN}/log"),
        ("GET", f"/attempts/{UNKNOWN}/log?tail=5"),
        ("GET", f"/attempts/{UNKNOWN}/log?from_byte=5"),
        ("GET", f"/attempts/{UNKNOWN}/log/download"),
        ("GET", "/nodes/nobody"),
        ("GET", "/nodes/%00"),
        ("POST", "/nodes/nobody/drain"),
        ("POST", "/nodes/nobody/resume"),
        ("DELETE", "/tokens/nobody"),
        ("DELETE", "/tokens/%00"),
    ],
)
def test_what_does_not_exist(client: Client, method: str, path: str) -> None:
    response = client.open(BASE + path, method=method)

    assert response.status_code == 404
    assert response.json["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/jobs", {"GET", "POST"}),
        ("PATCH", f"/jobs/{UNKNOWN}", {"GET", "DELETE"}),
        ("GET", f"/jobs/{UNKNOWN}/cancel", {"POST"}),
        ("TRACE", "/jobs", {"GET", "POST"}),
    ],
)
def test_a_method_nobody_serves(client: Client, method: str, path: str, allowed: set[str]) -> None:
    response = client.open(BASE + path, method=method)

    assert response.status_code == 405
    assert response.json["error"]["code"] == "method_not_allowed"
    assert allowed <= set(response.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/-/nowhere", BASE, f"{BASE}/", f"{BASE}/nowhere", f"{BASE}/%00"])
def test_an_address_nobody_serves(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert response.json["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "query",
    ["from=-1", "lines=0", "lines=2001", "tail=0", "from_byte=x", "from=1&tail=2", "bytes=5"],
)
def test_a_bad_log_query(client: Client, query: str) -> None:
    response = client.get(f"{BASE}/attempts/{UNKNOWN}/log?{query}")

    assert response.status_code == 400
    assert errors(response)
