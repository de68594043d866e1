"""Pages by number, wherever there are some."""

from uuid import UUID

import pytest

from tests.support.http import Client
from tests.support.tork import message, posted

LISTS = ("/jobs", "/jobs/{0}/log")

each_list = pytest.mark.parametrize("path", LISTS)


@each_list
@pytest.mark.parametrize(
    "text", ["abc", "1.5", "99999999999999999999", "%20", "1%20", "1_0", "0x1", "-", "%2B"]
)
def test_what_is_no_whole_number_is_not_found(client: Client, path: str, text: str) -> None:
    response = client.get(f"{path.format('x')}?page={text}")

    shown = {"%20": " ", "1%20": "1 ", "%2B": "+"}.get(text, text)
    assert message(response) == (404, f"invalid page number: {shown}")


@each_list
def test_a_bad_size_is_told_by_the_number_of_the_page(client: Client, path: str) -> None:
    assert message(client.get(f"{path.format('x')}?size=abc")) == (404, "invalid size: 1")
    assert message(client.get(f"{path.format('x')}?page=3&size=abc")) == (404, "invalid size: 3")


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("%2B2", 2), ("02", 2), ("", 1), ("0", 1), ("-5", 1), ("2&page=x", 2)],
)
def test_these_are_pages(client: Client, text: str, number: int) -> None:
    assert client.get(f"/jobs?page={text}").json["number"] == number


@pytest.mark.parametrize(("text", "size"), [("", 10), ("0", 1), ("-1", 1), ("20", 20), ("99", 20)])
def test_sizes_are_bounded(client: Client, text: str, size: int) -> None:
    for _ in range(21):
        posted(client)

    page = client.get(f"/jobs?size={text}").json

    assert (page["size"], len(page["items"])) == (size, size)
    assert (page["totalItems"], page["totalPages"]) == (21, -(-21 // size))


def test_pages_follow_one_another_newest_first(client: Client) -> None:
    ids = [posted(client)["id"] for _ in range(5)]

    pages = [client.get(f"/jobs?size=2&page={number}").json for number in (1, 2, 3)]

    assert [item["id"] for page in pages for item in page["items"]] == ids[::-1]
    assert [page["size"] for page in pages] == [2, 2, 1]


@pytest.mark.parametrize("page", [2, 4611686018427387904, 9223372036854775807])
def test_past_the_end_a_page_is_empty(client: Client, page: int) -> None:
    posted(client)

    assert client.get(f"/jobs?page={page}").json == {
        "items": [],
        "number": page,
        "size": 0,
        "totalPages": 1,
        "totalItems": 1,
    }


def test_the_total_follows_what_is_made_and_deleted(client: Client) -> None:
    ids = [posted(client)["id"] for _ in range(60)]  # so many that the sum was folded, very likely
    client.put(f"/jobs/{ids[0]}/cancel")
    assert client.delete(f"/windlass/v1/jobs/{UUID(ids[0])}").status_code == 204

    assert client.get("/jobs").json["totalItems"] == 59
