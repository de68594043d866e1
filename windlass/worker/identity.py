"""Who this node is: one worker at a time under one name, and one installation.

Runs are labelled with the installation, so that two stacks on one machine leave each other's
containers alone even when their nodes have the same name.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from redis import Redis

from windlass.shared import keys

OWNER_TTL = timedelta(seconds=15)

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


@contextmanager
def installed(state_dir: Path, node: str) -> Iterator[str]:
    """The id of this node's installation, for as long as no other process uses it."""
    home = state_dir / node
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NameTaken(
                f"another worker named {node!r} runs on this machine (it holds {home / 'lock'}): "
                "give this one another WINDLASS_NODE_NAME or WINDLASS_STATE_DIR"
            ) from None
        yield _installation(home / "installation")


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
