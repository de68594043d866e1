"""Jobs through HTTP: posted, and waited for."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import sleep

from benchmarks.link import Link
from benchmarks.stack import Up

CLIENTS = 8
_LOOK = 0.02


def finished(up: Up, bodies: Sequence[bytes]) -> list[str]:
    """Post them all, by several clients, and wait until each has completed; their ids."""
    if len(bodies) == 1:
        return [_one(up, bodies[0])]
    with up.link() as link:
        before = completed(link)
        answers = spread(lambda: _poster(up), bodies)
        while completed(link) < before + len(bodies):
            sleep(_LOOK)
    return [json.loads(answer)["id"] for answer in answers]


def completed(link: Link) -> int:
    """How many jobs of the stack have."""
    found: int = link.get("/jobs/totals")["by_state"]["completed"]
    return found


def spread(make: Callable[[], Callable[[bytes], bytes]], bodies: Sequence[bytes]) -> list[bytes]:
    """Each body through one of several callables, which are used by one thread each."""
    shares = [bodies[first::CLIENTS] for first in range(min(CLIENTS, len(bodies)))]
    with ThreadPoolExecutor(len(shares)) as pool:
        done = pool.map(
            lambda call, share: [call(body) for body in share], _made(make, shares), shares
        )
        return [answer for answers in done for answer in answers]


def _made(
    make: Callable[[], Callable[[bytes], bytes]], shares: Sequence[object]
) -> list[Callable[[bytes], bytes]]:
    return [make() for _ in shares]


def _poster(up: Up) -> Callable[[bytes], bytes]:
    return up.link().post_job


def _one(up: Up, body: bytes) -> str:
    """The moment it is over, as its stream of events tells."""
    with up.link() as link:
        id: str = json.loads(link.post_job(body))["id"]
        events = link.stream(f"/jobs/{id}/log/follow")
        said = b""
        while b"event: end" not in said:
            said = said[-16:] + events.recv(1 << 16)
    return id
