"""Jobs through HTTP: posted, and waited for."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import sleep

from benchmarks.link import Link
from benchmarks.stack import Up

CLIENTS = 8
_LOOK = 0.02


def finish(up: Up, bodies: Sequence[bytes], look: float = _LOOK) -> None:
    """Post them all, by several clients, and wait until as many jobs as that have completed.
    ``look``: seconds between two questions, each of which costs the other side as well."""
    clients = min(CLIENTS, len(bodies))
    with up.link() as link, ThreadPoolExecutor(clients) as pool:
        before = completed(link)
        shares = [bodies[first::clients] for first in range(clients)]
        list(pool.map(_post, [up.port] * clients, shares))
        while completed(link) < before + len(bodies):
            sleep(look)


def completed(link: Link) -> int:
    """How many jobs of the stack have."""
    found: int = link.get("/jobs/totals")["by_state"]["completed"]
    return found


def follow(up: Up, body: bytes) -> str:
    """Post one and return the moment it is over, as its stream of events tells; its id."""
    with up.link() as link:
        id: str = json.loads(link.post_job(body))["id"]
        events = link.stream(f"/jobs/{id}/log/follow")
        said = b""
        while b"event: end" not in said:
            said = said[-16:] + events.recv(1 << 16)
    return id


def _post(port: int, bodies: Sequence[bytes]) -> None:
    with Link(port) as link:
        for body in bodies:
            link.post_job(body)
