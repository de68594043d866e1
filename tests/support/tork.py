"""Jobs as Tork's clients post them."""

import re
from typing import Any

from tests.support.http import Client

_ID = re.compile(r'"[0-9a-f]{32}"|"[2-9A-HJ-NP-Za-km-z]{22}"')
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d*[1-9])?Z")


def posted(client: Client, *tasks: dict[str, Any], **fields: Any) -> Any:
    """The summary that came back."""
    response = client.post("/jobs", json=a_job(*tasks, **fields))
    assert response.status_code == 200, response.text
    return response.json


def hooked(client: Client, url: str, *tasks: Any, job: Any = None, **hook: Any) -> Any:
    """``posted`` with a webhook."""
    return posted(client, *tasks, webhooks=[{"url": url, **hook}], **(job or {}))


def a_job(*tasks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "job", "tasks": list(tasks) or [a_task()], **fields}


def a_schedule(cron: str = "0 3 * * *", **fields: Any) -> dict[str, Any]:
    return a_job(a_task("one"), schedule={"cron": cron}, **fields)


def scheduled(client: Client, **fields: Any) -> Any:
    """The summary that came back."""
    response = client.post("/scheduled-jobs", json=a_schedule(**fields))
    assert response.status_code == 200, response.text
    return response.json


def a_task(name: str = "task", **fields: Any) -> dict[str, Any]:
    return {"name": name, "run": "true", **fields}


def message(response: Any) -> tuple[int, str]:
    """Status and text of a refusal, which holds nothing else."""
    assert response.content_type == "application/json"
    assert list(response.json) == ["message"]
    return response.status_code, response.json["message"]


def comparable(text: str) -> str:
    """Ids and times, which are never the same twice, become words; nothing else changes."""
    return _TIME.sub("TIME", _ID.sub('"ID"', text))
