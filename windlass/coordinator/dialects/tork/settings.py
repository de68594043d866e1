"""What the operator may set for this door; Tork's own defaults where they say nothing."""

from dataclasses import dataclass, field
from typing import Self

from environs import Env, FileAwareEnv, validate

GROUPS = ("health", "jobs", "tasks", "nodes", "queues", "metrics", "users")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``without``: groups of endpoints that are not there. ``key``: what callers must bring in
    place of a token; ``basic``: they must be users, who bring a password. ``rate``:
    requests a second and client; 0: any number. ``redact_names``: patterns, with ``*`` and ``?``,
    of names whose values are hidden; none: with SECRET, PASSWORD or ACCESS_KEY in them."""

    body_limit: int = 500_000
    without: frozenset[str] = frozenset()
    redact: bool = True
    redact_names: tuple[str, ...] = ()
    cors: bool = False
    key: str | None = field(default=None, repr=False)
    basic: bool = False
    rate: int = 0

    @classmethod
    def from_env(cls, env: Env | None = None) -> Self:
        """``X_FILE`` names a file that holds the value of ``X``."""
        env = env or FileAwareEnv(eager=False, strip_whitespace=True)
        one_of = validate.ContainsOnly(GROUPS)
        with env.prefixed("WINDLASS_TORK_"):
            settings = cls(
                body_limit=env.int("BODY_LIMIT", 500_000, validate=validate.Range(1, 32 << 20)),
                without=frozenset(env.list("WITHOUT", [], validate=one_of) or ()),
                redact=env.bool("REDACT", True),
                redact_names=tuple(env.list("REDACT_PATTERNS", []) or ()),
                cors=env.bool("CORS", False),
                key=env.str("KEY", None) or None,
                basic=env.bool("BASIC", False),
                rate=env.int("RATE", 0, validate=validate.Range(0, 1_000_000)),
            )
        env.seal()
        return settings
