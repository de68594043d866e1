"""What a client of this door does, and a fleet that does what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.rows import rows

EXAMPLE = {
    "tag": "mediumtest",
    "parameters": {"JOBNO": ["1", "2"]},
    "tasks": {
        "simple": {
            "job": {
                "command": ["/usr/bin/python3", "script.py", "{{JOBNO}}"],
                "cores": "1",
                "memoryMB": "100",
            }
        }
    },
}


def a_dag(**tasks: Any) -> dict[str, Any]:
    return {"tag": "t", "tasks": tasks}


def a_task(**fields: Any) -> dict[str, Any]:
    return {"job": {"command": ["true"]}, **fields}


@dataclass
class Daggy:
    client: Client
    fleet: Fleet

    def submit(self, dag: Mapping[str, Any]) -> int:
        response = self.client.post("/v1/dagrun", json=dag)
        assert response.status_code == 200, response.text
        id: int = response.json["runID"]
        return id

    def get(self, path: str) -> Any:
        response = self.client.get(f"/v1/{path}")
        assert response.status_code == 200, response.text
        return response.json

    def state(self, run: int) -> str:
        return str(self.get(f"dagrun/{run}/state")["state"])

    def task_states(self, run: int) -> Any:
        return self.get(f"dagrun/{run}")["taskStates"]

    def patch(self, run: int, state: str) -> Any:
        return self.client.patch(f"/v1/dagrun/{run}/state/{state}")

    def started(self) -> dict[str, UUID]:
        """What could start does; attempts by the names of their tasks."""
        ids = self.fleet.dispatch()
        self.fleet.start(*ids)
        return {self._key(id): id for id in ids}

    def _key(self, id: UUID) -> str:
        (attempt,) = rows(self.fleet.db, "attempt", [id])
        (task,) = rows(self.fleet.db, "task", [attempt["task_id"]])
        return str(task["key"])
