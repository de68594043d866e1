"""The stack of docker-compose.yml, as an operator has it."""

import json
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import docker
import requests
from docker import DockerClient
from docker.models.containers import Container
from docker.models.networks import Network

from tests.support.debian import run
from tests.support.waiting import until

ONE_SHOT = "secrets"
_PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"


@dataclass
class Cluster:
    env: Mapping[str, str]
    docker: DockerClient = field(default_factory=docker.from_env)

    @classmethod
    def named(cls, images: Mapping[str, str]) -> "Cluster":
        """Beside any other on this machine; not up yet."""
        project = f"e2e-{uuid4().hex[:8]}"
        env = {
            "COMPOSE_PROJECT_NAME": project,
            "WINDLASS_TAG": "e2e",
            "WINDLASS_PUBLISH": f"127.0.0.1:{_free_port()}",
            "WINDLASS_NODE_NAME": f"{project}-*",
        }
        return cls({**images, **env})

    def node(self, number: int) -> str:
        return f"{self.project}-{number}"

    @property
    def project(self) -> str:
        return self.env["COMPOSE_PROJECT_NAME"]

    @property
    def url(self) -> str:
        return f"http://{self.env['WINDLASS_PUBLISH']}"

    def compose(self, *words: str) -> str:
        return run(*_compose(), *words, **self.env)

    def up(self, *words: str) -> None:
        self.compose("up", "--build", "-d", *words)
        until(self.is_healthy, timeout=120)

    def is_healthy(self) -> bool:
        return all(_health(each) == "healthy" for each in self.containers() if not _ended(each))

    def down(self) -> None:
        self.compose("down", "--volumes", "--remove-orphans")

    def containers(self, service: str | None = None) -> Sequence[Container]:
        label = f"{_SERVICE}={service}" if service else _SERVICE
        wanted: dict[str, str | list[str] | bool] = {"label": [f"{_PROJECT}={self.project}", label]}
        return self.docker.containers.list(all=True, ignore_removed=True, filters=wanted)

    def tasks(self, job: str) -> Sequence[Container]:
        """What runs of it, or is left of it."""
        return self.docker.containers.list(
            all=True, ignore_removed=True, filters={"label": f"windlass.job={job}"}
        )

    def leftovers(self) -> list[str]:
        """Of the stack and of the tasks that ran on it, once it is down."""
        volumes = self.docker.volumes.list(filters={"name": self.project})
        networks = self.docker.networks.list(names=[self.project])  # its workers' as well
        return [
            *(str(each.name) for each in self.containers()),
            *(str(each.name) for each in volumes),
            *(str(each.name) for each in networks),
        ]

    def networks(self) -> Sequence[Network]:
        """Those that its workers made for their tasks."""
        return self.docker.networks.list(names=[f"windlass-{self.project}-"])

    def windlass(self, *words: str) -> str:
        return self.compose("exec", "-T", "coordinator", "windlass", *words)

    def token(self) -> str:
        return self.compose("exec", "-T", "coordinator", "cat", "/run/windlass/api/token").strip()


@dataclass
class Api:
    url: str
    token: str

    def get(self, path: str) -> Any:
        answer = requests.get(f"{self.url}/windlass/v1{path}", headers=self._headers(), timeout=10)
        answer.raise_for_status()
        return answer.json()

    def submit(self, document: Mapping[str, object]) -> str:
        """By curl, as anybody would."""
        command = [*self._curl("/jobs"), "--fail-with-body", "-d", json.dumps(document)]
        return str(json.loads(run(*command, "-H", "Content-Type: application/json"))["id"])

    def follow(self, job: str) -> "subprocess.Popen[str]":
        """curl, printing server-sent events."""
        command = [*self._curl(f"/jobs/{job}/log/follow"), "--no-buffer"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def nodes(self) -> Mapping[str, Any]:
        return {node["name"]: node for node in self.get("/nodes")["items"]}

    def states(self) -> Mapping[str, str]:
        return {name: node["state"] for name, node in self.nodes().items()}

    def _curl(self, path: str) -> list[str]:
        (header,) = (f"{name}: {value}" for name, value in self._headers().items())
        return ["curl", "--silent", "-H", header, f"{self.url}/windlass/v1{path}"]

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def _compose() -> list[str]:
    """The plugin where there is one, else Debian's."""
    plugin = ["docker", "compose"]
    found = subprocess.run([*plugin, "version"], capture_output=True, check=False)
    return plugin if found.returncode == 0 else ["docker-compose"]


def _health(container: Container) -> str:
    return str(container.attrs["State"].get("Health", {}).get("Status", "none"))


def _ended(container: Container) -> bool:
    return container.labels[_SERVICE] == ONE_SHOT


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
