"""What an operator decides for this door."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from environs import Env, FileAwareEnv, ValidationError

from windlass.coordinator.dialects.cortex import versions


@dataclass(frozen=True, kw_only=True)
class S3:
    """A store that speaks S3. Without keys it is asked as anybody."""

    endpoint: str  # http(s)://host[:port]
    access_key: str | None = None
    secret_key: str | None = None
    region: str = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``version``: of callers who do not name theirs. ``files``: directories whose files may be
    listed and read for batches."""

    version: str = "0.27.0"
    files: tuple[Path, ...] = ()
    s3: S3 | None = None

    @classmethod
    def from_env(cls, env: Env | None = None) -> Self:
        """Every value that is wrong is told at once."""
        env = env or FileAwareEnv(eager=False, strip_whitespace=True)
        with env.prefixed("WINDLASS_CORTEX_"):
            settings = cls(
                version=env.str("VERSION", "0.27.0", validate=_is_known),
                files=tuple(map(Path, env.list("FILES", [], validate=_are_absolute) or ())),
                s3=_s3(env),
            )
        env.seal()
        return settings


def _s3(env: Env) -> S3 | None:
    with env.prefixed("S3_"):
        endpoint = env.str("ENDPOINT", None, validate=_is_address)
        found = S3(
            endpoint=endpoint or "",
            access_key=env.str("ACCESS_KEY", None),
            secret_key=env.str("SECRET_KEY", None),
            region=env.str("REGION", "us-east-1") or "us-east-1",
        )
    return found if endpoint else None


def _is_known(text: str) -> None:
    if versions.read(text) is None:
        raise ValidationError("must be a version of Cortex from 0.27 to 0.42, such as 0.42.1")


def _are_absolute(names: list[str]) -> None:
    if not all(Path(name).is_absolute() and ".." not in Path(name).parts for name in names):
        raise ValidationError("must be absolute paths of directories, with commas between")


def _is_address(text: str | None) -> None:
    if not text:
        return
    try:
        at = urlsplit(text)
        fits = at.scheme in {"http", "https"} and at.hostname and at.path in {"", "/"}
        fits = fits and not (at.username or at.query) and (at.port is None or at.port > 0)
    except ValueError:
        fits = False
    if not fits:
        raise ValidationError("must be an address such as http://host:9000")
