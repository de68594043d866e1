"""Cancel what still runs on a stack that nobody uses any more: its user was killed, or left."""

import json
from contextlib import closing
from functools import partial
from http.client import HTTPConnection, HTTPException
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 20.0  # seconds: a task has ten to end by itself
_OPEN = "/windlass/v1/jobs?state=pending&state=running&limit=200"


def cancel_all(server: str, token: str | None = None) -> bool:
    """Whether everything has ended; gives up after a while, and where the server is gone."""
    deadline = monotonic() + PATIENCE
    asked: set[str] = set()
    call = partial(_call, server, {"Authorization": f"Bearer {token}"} if token else {})
    try:
        while open_jobs := [job["id"] for job in call("GET", _OPEN)["items"]]:
            for id in set(open_jobs) - asked:
                call("POST", f"/windlass/v1/jobs/{id}/cancel")
                asked.add(id)
            if monotonic() > deadline:
                return False
            sleep(0.1)
    except (OSError, HTTPException, ValueError, KeyError):
        return False
    return True


def _call(server: str, headers: dict[str, str], method: str, path: str) -> Any:
    with closing(HTTPConnection(urlsplit(server).netloc, timeout=5)) as link:
        link.request(method, path, headers=headers)
        return json.loads(link.getresponse().read() or b"null")
