"""The door's description of itself."""

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests.support.http import BASE, Client

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi" / "native.json"


class Page(HTMLParser):
    """What a page refers to, and what it can be asked to show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in {"href", "src"}:
                self.links.append(value or "")
            if name == "id":
                self.anchors.add(value or "")


def document(client: Client) -> Any:
    return client.get(f"{BASE}/openapi.json").json


def page(client: Client) -> Page:
    return Page(client.get(f"{BASE}/docs").text)


def test_the_document_in_docs_is_the_one_that_is_served(client: Client) -> None:
    """With WINDLASS_GOLDEN set it is written instead."""
    served = json.dumps(document(client), indent=1) + "\n"
    if os.environ.get("WINDLASS_GOLDEN"):
        DOCUMENT.write_text(served)

    assert served == DOCUMENT.read_text()


def test_the_document_speaks_openapi_3_1(client: Client) -> None:
    described = document(client)

    assert described["openapi"] == "3.1.0"
    assert described["servers"] == [{"url": BASE}]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(client: Client) -> None:
    operations = [one for path in document(client)["paths"].values() for one in path.values()]

    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert all(operation["summary"] for operation in operations)


def test_every_reference_leads_somewhere(client: Client) -> None:
    described = document(client)

    referred = set(
        re.findall(r'"#/components/schemas/(\w+)"', client.get(f"{BASE}/openapi.json").text)
    )
    assert referred <= set(described["components"]["schemas"])


def test_the_document_is_sent_once(client: Client) -> None:
    tag = client.get(f"{BASE}/openapi.json").headers["ETag"]

    again = client.get(f"{BASE}/openapi.json", headers={"If-None-Match": tag})

    assert again.status_code == 304


def test_a_proxy_in_front_changes_where_the_server_is(client: Client) -> None:
    described = client.get(
        f"{BASE}/openapi.json", environ_overrides={"SCRIPT_NAME": "/tools/wl"}
    ).json

    assert described["servers"] == [{"url": f"/tools/wl{BASE}"}]


def test_the_page_shows_every_operation_and_every_schema(client: Client) -> None:
    described = document(client)
    operations = [one for path in described["paths"].values() for one in path.values()]

    anchors = page(client).anchors

    assert {operation["operationId"] for operation in operations} <= anchors
    assert {f"schema-{name}" for name in described["components"]["schemas"]} <= anchors


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing(client: Client) -> None:
    shown = page(client)

    assert not shown.tags & {"script", "iframe", "img", "object", "form"}
    assert not {name for name in shown.attributes if name.startswith("on") or name == "style"}
    assert {link for link in shown.links if not link.startswith("#")} == {
        "docs.css",
        "openapi.json",
    }


def test_every_link_of_the_page_leads_somewhere(client: Client) -> None:
    shown = page(client)

    assert {link[1:] for link in shown.links if link.startswith("#")} <= shown.anchors
    assert client.get(f"{BASE}/docs.css").status_code == 200


def test_the_pages_policy_allows_its_own_style_and_nothing_else(client: Client) -> None:
    policy = client.get(f"{BASE}/docs").headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_limits_that_are_checked_are_told(client: Client) -> None:
    task = document(client)["components"]["schemas"]["TaskDocument"]["properties"]

    assert task["priority"] == {"type": "integer", "minimum": 0, "maximum": 9}
    assert task["pull"]["enum"] == ["always", "if-missing", "never"]
    assert task["cmd"]["minItems"] == 1
