"""Jobs as Tork's clients post them."""

from typing import Any

from tests.support.http import Client


def posted(client: Client, *tasks: dict[str, Any], **fields: Any) -> Any:
    """The summary that came back."""
    response = client.post("/jobs", json=a_job(*tasks, **fields))
    assert response.status_code == 200, response.text
    return response.json


def a_job(*tasks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "job", "tasks": list(tasks) or [a_task()], **fields}


def a_task(name: str = "task", **fields: Any) -> dict[str, Any]:
    return {"name": name, "run": "true", **fields}


def message(response: Any) -> tuple[int, str]:
    """Status and text of a refusal, which holds nothing else."""
    assert response.content_type == "application/json"
    assert list(response.json) == ["message"]
    return response.status_code, response.json["message"]
