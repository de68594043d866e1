"""Addresses, methods and bodies, whatever they are for."""

import pytest

from tests.support.http import Client
from tests.support.tork import a_job, message, posted
from windlass.coordinator.dialects.tork.settings import GROUPS, Settings

ADDRESSES = {
    "/health": "GET",
    "/jobs": "GET, POST",
    "/jobs/x": "GET",
    "/jobs/x/log": "GET",
    "/jobs/x/cancel": "PUT",
    "/jobs/x/restart": "PUT",
    "/scheduled-jobs": "GET, POST",
    "/scheduled-jobs/x": "DELETE, GET",
    "/scheduled-jobs/x/pause": "PUT",
    "/scheduled-jobs/x/resume": "PUT",
    "/tasks/x": "GET",
    "/tasks/x/log": "GET",
    "/queues": "GET",
    "/queues/x": "DELETE, GET",
    "/nodes": "GET",
    "/metrics": "GET",
}
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")

each_address = pytest.mark.parametrize("path", ADDRESSES)


@each_address
def test_a_method_that_is_not_taken_is_405_and_told_which_are(client: Client, path: str) -> None:
    allowed = ADDRESSES[path].split(", ")
    for method in set(METHODS) - set(allowed):
        response = client.open(path, method=method)

        assert message(response) == (405, "Method Not Allowed")
        assert response.headers["Allow"] == f"OPTIONS, {ADDRESSES[path]}"


@each_address
def test_head_is_405_without_a_body(client: Client, path: str) -> None:
    response = client.head(path)

    assert (response.status_code, response.data) == (405, b"")
    assert response.headers["Allow"] == f"OPTIONS, {ADDRESSES[path]}"


@each_address
def test_options_tells_what_is_allowed(client: Client, path: str) -> None:
    response = client.options(path)

    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["Allow"] == f"OPTIONS, {ADDRESSES[path]}"


@each_address
def test_a_slash_at_the_end_leads_nowhere(client: Client, path: str) -> None:
    assert message(client.get(path + "/")) == (404, "Not Found")


@pytest.mark.parametrize("path", ["/", "/nope", "/jobs/a/b", "//jobs", "/jobs/x/logs", "/roles"])
def test_an_unknown_address_is_not_found(client: Client, path: str) -> None:
    assert message(client.get(path)) == (404, "Not Found")


def test_our_own_api_keeps_its_own_words(client: Client) -> None:
    assert client.get("/windlass/v1/nope").json["error"]["code"] == "not_found"
    assert client.put("/windlass/v1/jobs").json["error"]["code"] == "method_not_allowed"


def test_bodies_are_json_without_charset_and_end_in_a_newline(client: Client) -> None:
    response = client.get("/jobs")

    assert response.headers["Content-Type"] == "application/json"
    assert response.data == (b'{"items":[],"number":1,"size":0,"totalPages":0,"totalItems":0}\n')


def test_markup_is_escaped_as_go_does_it(client: Client) -> None:
    posted(client, name="<a> & b \u2028 \u2029 é")

    text = client.get("/jobs").text
    assert r'"name":"\u003ca\u003e \u0026 b \u2028 \u2029 é"' in text


@pytest.mark.parametrize(("size", "status"), [(500_000, 200), (500_001, 413)])
def test_a_body_of_500000_bytes_is_taken_and_one_more_is_not(
    client: Client, size: int, status: int
) -> None:
    body = b'{"name":"a","tasks":[{"name":"t"}]}'.ljust(size)

    response = client.post("/jobs", data=body, content_type="application/json")

    assert response.status_code == status
    if status == 413:
        assert message(response) == (413, "Request Entity Too Large")


@pytest.mark.parametrize("settings", [Settings(without=frozenset(GROUPS))])
@each_address
def test_what_is_switched_off_is_not_there(client: Client, path: str) -> None:
    assert message(client.open(path, method=ADDRESSES[path][:3].strip(","))) == (404, "Not Found")


@pytest.mark.parametrize("settings", [Settings(body_limit=100)])
def test_the_operator_sets_how_large_a_body_may_be(client: Client) -> None:
    assert client.post("/jobs", json=a_job(description="x" * 100)).status_code == 413
