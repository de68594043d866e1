"""What a client of this door does, and a fleet that does what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask

from tests.support.fleet import Fleet, progressed
from tests.support.http import Client, an_app
from tests.support.logs import piece
from windlass.coordinator.dialects.linkis.settings import Settings
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store import logs
from windlass.coordinator.web.settings import DoorSettings
from windlass.shared.events import LogChunk

BASE = "/api/rest_j/v1"

# Of the first task of alice, in each form.
OLD = "030513IDEshellwindlass:9104IDE_alice_1"
NEW = "exec_id018013linkis-cg-entrancewindlass:9104IDE_alice_shell_1"
FORMS = (NEW, OLD, "1")


def an_app_with(engine: Engine, **options: Any) -> Flask:
    """Whose operator decided so."""
    return an_app(engine, doors={"linkis": DoorSettings(options=Settings(**options))})


def code(text: str = "echo hi", run_type: str = "shell", **labels: Any) -> dict[str, Any]:
    """A body of /entrance/submit."""
    return {
        "executionContent": {"code": text, "runType": run_type},
        "labels": {"engineType": "shell-1", **labels},
    }


@dataclass
class Linkis:
    """Logged in as ``user``, unless that is empty."""

    client: Client
    fleet: Fleet
    user: str = "alice"

    def __post_init__(self) -> None:
        if self.user:
            self.ok("POST", "user/login", json={"userName": self.user, "password": "x"})

    def another(self, user: str) -> "Linkis":
        """Somebody else, with cookies of their own."""
        return Linkis(self.client.application.test_client(), self.fleet, user)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        return self.client.open(f"{BASE}/{path}", method=method, **options)

    def ok(self, method: str, path: str, **options: Any) -> Any:
        """The data of an answer that is a success."""
        answer = self.ask(method, path, **options)
        assert (answer.status_code, answer.json["status"]) == (200, 0), answer.text
        return answer.json["data"]

    def get(self, address: str, **query: Any) -> Any:
        return self.ok("GET", address, query_string=query)

    def refused(self, method: str, path: str, http: int = 400, **options: Any) -> Any:
        """The envelope of an answer that is none."""
        answer = self.ask(method, path, **options)
        assert answer.status_code == http, answer.text
        assert answer.content_type == "application/json;charset=UTF-8"
        assert set(answer.json) == {"method", "status", "message", "data"}
        return answer.json

    def submit(self, body: Mapping[str, Any] | None = None) -> Any:
        """execID and taskID."""
        return self.ok("POST", "entrance/submit", json=body or code())

    def task(self, id: int | str) -> Any:
        return self.get(f"jobhistory/{id}/get")["task"]

    def done(self, body: Mapping[str, Any] | None = None, text: str = "") -> Any:
        """A task that has printed ``text`` and succeeded, as the history shows it."""
        id = self.submit(body)["taskID"]
        self.end(self.started(), text)
        return self.task(id)

    def status(self, id: int | str) -> str:
        return str(self.get(f"entrance/{id}/status")["status"])

    def started(self) -> UUID:
        (id,) = self.fleet.dispatch()
        self.fleet.start(id)
        return id

    def write(self, id: UUID, *chunks: LogChunk) -> None:
        with self.fleet.db.transaction() as tx:
            logs.insert(tx, chunks)

    def far(self, id: UUID, percent: float) -> None:
        apply(self.fleet.db, self.fleet.signals, [progressed(id, percent)])

    def end(self, id: UUID, text: str = "", **fields: Any) -> None:
        """With all of its log."""
        data = text.encode()
        chunk = piece(id, data, 0, len(data))
        size = {"log_bytes": chunk.size, "log_lines": chunk.lines, "tail": (chunk,)}
        self.fleet.finish(id, **{"exit_code": 0, **(size if text else {}), **fields})
