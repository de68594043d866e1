"""What Cortex's clients send, and a fleet to run it."""

import io
from dataclasses import dataclass
from typing import Any

import yaml

from tests.support.fleet import Fleet
from tests.support.http import Client

AT = "/cortex"
CURRENT, OLD = "0.42.1", "0.27.0"
ITEMS = {"items": [1], "batch_size": 1}


def container(**fields: Any) -> dict[str, Any]:
    return {"name": "main", "image": "busybox", "command": ["true"], **fields}


def an_api(name: str = "job", *containers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    pod = {"containers": list(containers) or [container()]}
    return {"name": name, "kind": "TaskAPI", "pod": pod, **fields}


@dataclass
class Cortex:
    client: Client
    fleet: Fleet
    version: str | None = CURRENT

    def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"CortexAPIVersion": self.version} if self.version else {}
        headers |= options.pop("headers", {})
        return self.client.open(AT + path, method=method, headers=headers, **options)

    def deploy_text(self, text: str | bytes, query: str = "?configFileName=cortex.yaml") -> Any:
        data = text.encode() if isinstance(text, str) else text
        part = (io.BytesIO(data), "config", "application/octet-stream")
        return self.call(
            "POST", f"/deploy{query}", data={"config": part}, content_type="multipart/form-data"
        )

    def deploy(self, *apis: dict[str, Any]) -> Any:
        answer = self.deploy_text(yaml.safe_dump(list(apis)))
        assert answer.status_code == 200, answer.text
        return answer.json

    def submit(self, body: Any = None, name: str = "job") -> Any:
        answer = self.call("POST", f"/tasks/{name}", json={} if body is None else body)
        assert answer.status_code == 200, answer.text
        return answer.json

    def job(self, id: str, name: str = "job") -> Any:
        answer = self.call("GET", f"/tasks/{name}?jobID={id}")
        assert answer.status_code == 200, answer.text
        return answer.json

    def status(self, id: str, name: str = "job") -> str:
        return str(self.job(id, name)["job_status"]["status"])


def fault(answer: Any) -> tuple[str, str]:
    assert answer.status_code == 400, answer.text
    assert set(answer.json) == {"kind", "message"}
    return answer.json["kind"], answer.json["message"]
