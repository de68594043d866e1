"""linkis-cli, request by request: it is in no registry, so its calls are replayed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from requests import Response, Session

from tests.support.linkis_clients import Account
from tests.support.waiting import until

FINAL = {"Succeed", "Failed", "Cancelled", "Timeout"}
_ALL = 3  # of the four parts of a log
_PAGE = 5000  # rows


@dataclass
class LinkisCli:
    """Logged in as ``--authStg static`` does; ``log`` is what it has shown so far."""

    account: Account
    session: Session = field(default_factory=Session)
    log: list[str] = field(default_factory=list)
    _from_line: int = 0

    def __post_init__(self) -> None:
        # What the Java clients say of every POST is a charset, whatever the header is called.
        self.session.headers["Content-Encoding"] = "utf-8"
        who = {"userName": self.account.user, "password": self.account.secret}
        self.call("POST", "user/login", json=who)

    def run(self, engine: str, code_type: str, code: str, *arguments: str) -> dict[str, Any]:
        """Until the end, with the log as it comes. The task as it is then."""
        submitted = self.submit(engine, code_type, code, *arguments)
        id, exec_id = submitted["taskID"], submitted["execID"]
        self.task(id)
        self.status(exec_id)

        def looked() -> bool:
            self.read_log(id)
            return self.task(id)["status"] in FINAL and bool(self.status(exec_id))

        until(looked, 60)
        self.read_log(id)
        self.task(id)
        return self.task(id)

    def submit(self, engine: str, code_type: str, code: str, *arguments: str) -> dict[str, Any]:
        user = self.account.user
        runtime = {
            "hive.resultset.use.unique.column.names": True,
            "extraArguments": list(arguments),
        }
        document = {
            "executionContent": {"code": code},
            "executeUser": user,
            "params": {"variable": {}, "configuration": {"runtime": runtime, "startup": {}}},
            "labels": {
                "engineType": engine,
                "userCreator": f"{user}-LINKISCLI",
                "codeType": code_type,
                "executeOnce": "",
            },
            "source": {"scriptPath": "LinkisCli", "cli.version": "1.7.0"},
        }
        return self.call("POST", "entrance/submit", json=document)

    def task(self, id: int) -> dict[str, Any]:
        task: dict[str, Any] = self.call("GET", f"jobhistory/{id}/get")["task"]
        return task

    def status(self, exec_id: str) -> str:
        return str(self.call("GET", f"entrance/{exec_id}/status")["status"])

    def read_log(self, id: int) -> None:
        """While it runs by lines; the rest from the whole log, less the lines it has had."""
        task = self.task(id)
        if task["status"] in FINAL:
            whole = self.call("GET", "filesystem/openLog", params={"path": task["logPath"]})
            assert whole["log"][_ALL].strip()
            rest = whole["log"][_ALL].split("\n")[self._from_line :]
            self._from_line += len(rest)
            self.log += rest
            return
        asked = {"fromLine": self._from_line} if self._from_line else {}
        found = self.call("GET", f"entrance/{task['strongerExecId']}/log", params=asked)
        assert found["fromLine"] >= self._from_line
        self._from_line = found["fromLine"]
        self.log += found["log"][_ALL].split("\n")

    def results(self, id: int) -> list[list[Any]]:
        """``--result``: every page of every file, until one is empty."""
        place = {"path": self.task(id)["resultLocation"]}
        tree = self.call("GET", "filesystem/getDirFileTrees", params=place)["dirFileTrees"]
        return [row for leaf in _leaves(tree) for row in self._pages(leaf)]

    def _pages(self, path: str) -> Sequence[list[Any]]:
        rows: list[list[Any]] = []
        page = 1
        while True:
            asked = {"path": path, "page": page, "pageSize": _PAGE, "charset": "utf-8"}
            found = self.call("GET", "filesystem/openFile", params=asked)
            if not found["totalLine"] or not found["fileContent"]:
                return rows
            rows += found["fileContent"]
            page += 1

    def kill(self, id: int) -> str:
        """``--kill``: the final status it comes to."""
        task = self.task(id)
        self.call("GET", f"entrance/{task['strongerExecId']}/kill", params={"taskID": id})
        until(lambda: self.task(id)["status"] in FINAL, 30)
        return str(self.task(id)["status"])

    def call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Its ``data``; the client fails on anything but status 0."""
        answer = self.ask(method, path, **more)
        document = answer.json()
        assert document["status"] == 0, document
        assert answer.headers["Content-Type"]
        data: dict[str, Any] = document["data"]
        return data

    def ask(self, method: str, path: str, **more: Any) -> Response:
        url = f"{self.account.address}/api/rest_j/v1/{path}"
        return self.session.request(method, url, timeout=30, **more)


def _leaves(tree: Mapping[str, Any]) -> Sequence[str]:
    """By the number in their names, as the client sorts them."""
    leaves = [child for child in tree["children"] if child["isLeaf"]]
    numbers = {leaf["path"]: int(leaf["name"].strip("_").partition(".")[0]) for leaf in leaves}
    return sorted(numbers, key=numbers.__getitem__)
