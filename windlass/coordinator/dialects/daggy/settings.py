"""What an operator decides for this door."""

from dataclasses import dataclass
from typing import Self

from environs import Env, FileAwareEnv

DEFAULT_IMAGE = "python:3.13-slim"


@dataclass(frozen=True)
class Settings:
    """``image`` runs commands that name none."""

    image: str = DEFAULT_IMAGE

    @classmethod
    def from_env(cls, env: Env | None = None) -> Self:
        env = env or FileAwareEnv(eager=False, strip_whitespace=True)
        settings = cls(image=env.str("WINDLASS_DAGGY_IMAGE", DEFAULT_IMAGE))
        env.seal()
        return settings
