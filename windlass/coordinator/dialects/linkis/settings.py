"""What an operator decides for this door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from environs import Env, EnvError, FileAwareEnv, validate

from windlass.coordinator.dialects.linkis.engines import DEFAULT, Engine, read_engines

SESSION = 7200.0  # seconds a session may go unused


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``users``: names with hashes of their passwords, beside those who have a token. ``admins``:
    users who see and kill what others run."""

    engines: Mapping[str, Engine] = field(default_factory=lambda: DEFAULT)
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    admins: frozenset[str] = frozenset()
    session: float = SESSION

    @classmethod
    def from_env(cls, env: Env | None = None) -> Self:
        """``X_FILE`` names a file that holds the value of ``X``."""
        env = env or FileAwareEnv(eager=False, strip_whitespace=True)
        env.add_parser("engines", _engines)
        env.add_parser("users", _users)
        with env.prefixed("WINDLASS_LINKIS_"):
            settings = cls(
                engines=env.engines("ENGINES", ""),
                users=env.users("USERS", ""),
                admins=frozenset(env.str("ADMINS", "").lower().replace(",", " ").split()),
                session=env.float("SESSION", SESSION, validate=validate.Range(60, 30 * 86_400)),
            )
        env.seal()
        return settings


def _engines(path: str) -> Mapping[str, Engine]:
    if not path:
        return DEFAULT
    try:
        return read_engines(path)
    except ValueError as problem:
        raise EnvError(str(problem)) from None


def _users(text: str) -> Mapping[str, str]:
    """``name=hash`` with blanks or lines between, the hashes as werkzeug makes them."""
    users = {}
    for word in text.split():
        name, _, hashed = word.partition("=")
        if not name or hashed.count("$") < 2:  # noqa: PLR2004 - method, salt and hash
            raise EnvError("must be name=hash, each hash as werkzeug.security makes it")
        users[name.lower()] = hashed
    return users
