"""Many who follow one log: from the moment a line is written to the moment each has it."""

import json
import re
import selectors
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from time import monotonic, sleep, time
from typing import cast

from benchmarks.figures import Figure, Goal
from benchmarks.link import Link
from benchmarks.numbers import percentile
from benchmarks.scale import Scale
from benchmarks.stack import Up, a_stack
from windlass.shared.redis import connect

_EVERY = 0.1  # seconds between two lines
_STAMP = re.compile(rb"at=(\d+\.\d+)=")
_CHANNEL = "bench:lines"
_PATIENCE = 30.0
# It begins when everybody has had the time to come in.
_TALK = f"""sleep 3; i=0
while [ $i -lt %d ]; do i=$((i+1)); echo "at=$(date +%%s.%%N)="; sleep {_EVERY}; done"""


def measure(scale: Scale) -> list[Figure]:
    with a_stack("process") as up:
        floor = _bare(up, scale)
        ours = _ours(up, scale)
    return [
        Figure(
            name="follow.p99",
            ours=percentile(ours, 99) * 1000,
            unit="ms",
            floor=percentile(floor, 99) * 1000,
            floor_is="the same lines published through Redis to as many subscribers",
            goal=Goal("ours", "≤", 200),
            notes=(f"median {percentile(ours, 50) * 1000:.0f} ms of {len(ours):,} lines",),
        )
    ]


def _ours(up: Up, scale: Scale) -> list[float]:
    lines = int(scale.seconds / _EVERY)
    body = json.dumps({"name": "talk", "tasks": [{"name": "only", "run": _TALK % lines}]})
    with ExitStack() as stack:
        poster = stack.enter_context(up.link())
        id = json.loads(poster.post_job(body.encode()))["id"]
        links = [stack.enter_context(Link(up.port)) for _ in range(scale.followers)]
        sockets = [link.stream(f"/jobs/{id}/log/follow") for link in links]
        return _lags(sockets, scale.followers * lines)


def _bare(up: Up, scale: Scale) -> list[float]:
    lines = int(scale.seconds / _EVERY)
    with ExitStack() as stack:
        listener, redis = (stack.enter_context(connect(up.running.redis_url)) for _ in range(2))
        sockets = [stack.enter_context(_subscribed(listener)) for _ in range(scale.followers)]
        speaker = Thread(target=_speak, args=(redis, lines))
        speaker.start()
        lags = _lags(sockets, scale.followers * lines)
        speaker.join()
    return lags


@contextmanager
def _subscribed(redis: "object") -> Iterator[socket.socket]:
    with redis.pubsub() as subscription:  # type: ignore[attr-defined]  # its stubs do not know it
        subscription.subscribe(_CHANNEL)
        subscription.get_message(timeout=5)
        yield subscription.connection._sock


def _speak(redis: "object", lines: int) -> None:
    for _ in range(lines):
        redis.publish(_CHANNEL, f"at={time():.6f}=")  # type: ignore[attr-defined]  # its stubs do not know it
        sleep(_EVERY)


def _lags(sockets: list[socket.socket], most: int) -> list[float]:
    """Of every stamped line that comes out of any of them."""
    lags: list[float] = []
    rests = dict.fromkeys(sockets, b"")
    deadline = monotonic() + _PATIENCE
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        while len(lags) < most and monotonic() < deadline:
            for key, _ in selector.select(1.0):
                ready = cast(socket.socket, key.fileobj)
                data, now = rests[ready] + ready.recv(1 << 16), time()
                found = list(_STAMP.finditer(data))
                lags += [now - float(stamp[1]) for stamp in found]
                rests[ready] = data[found[-1].end() :] if found else data[-64:]
    return lags
