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


def connect(url: str, patience: float = 5.0) -> "Redis":
    """A client that answers bytes, fails within seconds, and retries a broken connection once."""
    options = {**SOCKET_OPTIONS, "socket_timeout": patience, "socket_connect_timeout": patience}
    return Redis.from_url(url, retry=Retry(NoBackoff(), 1), **options)
