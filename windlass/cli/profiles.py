"""Which server, and with which token: options, then environment, then the configuration file."""

import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windlass.cli.failures import Failure

_ASK = "-"
DEFAULT_SERVER = "http://127.0.0.1:7070"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the command line says; None where it is silent."""

    server: str | None = None
    token: str | None = None
    profile: str | None = None


@dataclass(frozen=True)
class Target:
    server: str
    token: str | None


def config_file() -> Path:
    if given := os.environ.get("WINDLASS_CONFIG"):
        return Path(given)
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "windlass" / "config.toml"


def configured(given: Given) -> Target | None:
    """None: nobody named a server. A profile's token goes to that profile's server only."""
    environment = os.environ
    token = given.token or environment.get("WINDLASS_TOKEN") or None
    if given.server:
        return Target(given.server, token)
    if not given.profile and (server := environment.get("WINDLASS_SERVER")):
        return Target(server, token)
    profile = _profile(given.profile or environment.get("WINDLASS_PROFILE"))
    if profile is None:
        return None
    return Target(str(profile["server"]), token or _token_of(profile))


def told(token: str | None) -> str | None:
    """``-`` asks for it, so that it need not stand on a command line for everybody to see."""
    if token != _ASK:
        return token
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("Token: ")
    return sys.stdin.readline().strip()


def _profile(name: str | None) -> Mapping[str, Any] | None:
    config = _read(config_file())
    name = name or config.get("profile")
    if not name:
        return None
    profile = config.get("profiles", {}).get(name)
    if not isinstance(profile, dict) or "server" not in profile:
        raise Failure(f"{config_file()} has no [profiles.{name}] with a server")
    return profile


def _read(file: Path) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise Failure(f"{file}: {problem}") from None


def _token_of(profile: Mapping[str, Any]) -> str | None:
    if file := profile.get("token_file"):
        return Path(file).expanduser().read_text().strip()
    if token := profile.get("token"):
        _refuse_if_open(config_file())
        return str(token)
    return None


def _refuse_if_open(file: Path) -> None:
    if file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        raise Failure(f"{file} holds a token and others may read it: chmod 600 {file}")
