"""Deployed APIs of a running stack, as callers of their endpoints see them."""

from typing import Any

import requests
import yaml

from tests.support import images
from tests.support.waiting import until

HEADERS = {"CortexAPIVersion": "0.42.1"}
FINAL = {
    "succeeded",
    "completed_with_failures",
    "worker_error",
    "worker_oom",
    "timed_out",
    "stopped",
    "unexpected_error",
}
PATIENCE = 40.0


def shell(script: str, name: str = "main", **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": images.SHELL, "command": ["sh", "-c", script], **fields}


def an_api(name: str, *containers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": name, "kind": "TaskAPI", "pod": {"containers": list(containers)}, **fields}


class Api:
    """One that is deployed, as a caller of its endpoint sees it."""

    def __init__(self, address: str, definition: dict[str, Any]) -> None:
        self.address = address
        self.name = definition["name"]
        file = {"config": ("config", yaml.safe_dump([definition]), "application/octet-stream")}
        answer = requests.post(
            f"{address}/deploy?configFileName=cortex.yaml&force=false",
            files=file,
            headers=HEADERS,
            timeout=10,
        )
        (result,) = answer.json()
        assert not result["error"], result
        self.endpoint = result["api"]["endpoint"]

    def submit(self, **body: Any) -> str:
        answer = requests.post(self.endpoint, json=body, headers=HEADERS, timeout=10)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["job_id"])

    def job(self, id: str) -> Any:
        answer = requests.get(f"{self.endpoint}?jobID={id}", headers=HEADERS, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["job_status"]

    def ended(self, id: str) -> Any:
        until(lambda: self.job(id)["status"] in FINAL, PATIENCE)
        return self.job(id)

    def log(self, id: str) -> str:
        query = f"{self.address}/logs/{self.name}?jobID={id}"
        at = requests.get(query, headers=HEADERS, timeout=10).json()["log_url"]
        return requests.get(at, timeout=10).text


def batches(*items: str, **fields: Any) -> dict[str, Any]:
    return {"workers": 2, "item_list": {"items": list(items), "batch_size": 1}, **fields}
