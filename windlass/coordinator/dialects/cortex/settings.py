"""What an operator decides for this door."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from environs import Env, FileAwareEnv, ValidationError

from windlass.coordinator.dialects.cortex import versions


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``version``: of callers who do not name theirs. ``files``: directories whose files may be
    listed and read for batches."""

    version: str = "0.27.0"
    files: tuple[Path, ...] = ()

    @classmethod
    def from_env(cls, env: Env | None = None) -> Self:
        env = env or FileAwareEnv(eager=False, strip_whitespace=True)
        with env.prefixed("WINDLASS_CORTEX_"):
            settings = cls(
                version=env.str("VERSION", "0.27.0", validate=_is_known),
                files=tuple(map(Path, env.list("FILES", []) or ())),
            )
        env.seal()
        return settings


def _is_known(text: str) -> None:
    if versions.read(text) is None:
        raise ValidationError("must be a version of Cortex from 0.27 to 0.42, such as 0.42.1")
