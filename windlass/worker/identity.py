"""Who this node is: one worker at a time under one name, and one installation.

Runs are labelled with the installation, so that two stacks on one machine leave each other's
containers alone even when their nodes have the same name.

A name that ends in ``*`` is a family of names: the worker takes the first of NAME1, NAME2 ... that
is free below its state directory. So replicas that share one have names of their own without being
given them, and whoever takes up a name takes up what its last holder left running.
"""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from redis import Redis

from windlass.shared import keys

OWNER_TTL = timedelta(seconds=15)
ANY_NUMBER = "*"
_HIGHEST = 1000

# KEYS: owner    ARGV: installation, ttl in ms    returns: 1 if the name is ours, else 0
_OWN = """
local owner = redis.call("get", KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call("set", KEYS[1], ARGV[1], "px", ARGV[2])
return 1
"""

# KEYS: owner    ARGV: installation    returns: 1 if the name was ours, else 0
_DISOWN = """
if redis.call("get", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("del", KEYS[1])
"""


class NameTaken(Exception):
    """Another worker lives under this name."""


@dataclass(frozen=True)
class Home:
    """Of one node on one machine."""

    node: str
    installation: str


@contextmanager
def installed(state_dir: Path, name: str) -> Iterator[Home]:
    """A node of this name and its installation, for as long as no other process uses it."""
    for node in _names(name):
        home = state_dir / node
        home.mkdir(parents=True, exist_ok=True)
        with (home / "lock").open("a") as lock:
            if _lock(lock):
                yield Home(node, _installation(home / "installation"))
                return
    raise NameTaken(
        f"another worker named {name!r} runs on this machine (it holds {home / 'lock'}): "
        "give this one another WINDLASS_NODE_NAME or WINDLASS_STATE_DIR"
    )


def _names(name: str) -> Iterable[str]:
    if not name.endswith(ANY_NUMBER):
        return [name]
    return (f"{name.removesuffix(ANY_NUMBER)}{number}" for number in range(1, _HIGHEST + 1))


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _installation(path: Path) -> str:
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.write_text(uuid4().hex)
        fresh.replace(path)
    return path.read_text()


class Ownership:
    """Of a node's name, among all machines that share a Redis; to be renewed. Every method may
    raise ``redis.RedisError``."""

    def __init__(self, redis: "Redis", node: str, installation: str) -> None:
        self._own = redis.register_script(_OWN)
        self._disown = redis.register_script(_DISOWN)
        self._key = keys.node_owner(node)
        self._installation = installation

    def renew(self) -> bool:
        """False when another installation answers to this name."""
        ttl = int(OWNER_TTL.total_seconds() * 1000)
        return bool(self._own(keys=[self._key], args=[self._installation, ttl]))

    def give_up(self) -> None:
        self._disown(keys=[self._key], args=[self._installation])
