"""How everybody connects to Redis: the five options without which a dead link hangs for ever."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SOCKET_OPTIONS = {
    "socket_timeout": 5.0,
    "socket_connect_timeout": 5.0,
    "socket_keepalive": True,
    "health_check_interval": 5,
}


def connect(url: str, *, timeout: float = 5.0, retries: int = 1) -> "Redis":
    """A client that answers bytes, fails within seconds, and retries a broken connection once.

    Whoever blocks in a read does so for less than ``timeout``.
    """
    options = {**SOCKET_OPTIONS, "socket_timeout": timeout, "socket_connect_timeout": timeout}
    return Redis.from_url(url, retry=Retry(NoBackoff(), retries), **options)
