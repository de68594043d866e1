"""``runtime_env`` as Ray's clients send it, read. Pure: archives keep their address."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from windlass.coordinator.entrypoint.request import (
    NO_TIME_LIMIT,
    SETUP_TIMEOUT,
    Archive,
    Environment,
    Install,
    Refused,
)

UPLOADED = "gcs"
_REMOTE = {"http", "https"}
_ENDINGS = (".zip", ".tar.gz", ".tgz", ".tar.xz", ".whl", ".jar")
_PIP = {"packages", "pip_check", "pip_version", "pip_install_options"}
_UV = {"packages", "uv_check", "uv_version", "uv_pip_install_options"}
_COMMAND = re.compile(r"pip[0-9.]* install (?P<packages>[^&|;<>$`]+?)( && pip[0-9.]* check)?")
# Other ways to say what is said elsewhere, or for the client alone.
_SILENT = {"excludes", "_ray_commit", "_ray_release", "_inject_current_ray", "config"}
_READ = {
    "working_dir",
    "py_modules",
    "env_vars",
    "envVars",
    "pip",
    "uv",
    "conda",
    "image_uri",
    "container",
}
_ALONE = {"image_uri", "container"}
_BESIDE_IMAGE = {"config", "env_vars", "envVars", *_SILENT}
_NO_CONDA = (
    "conda is not available here: name an image that holds what you need (image_uri), or use pip"
    " or uv"
)


def read(given: Mapping[str, Any]) -> Environment:
    """Refused: a value of the wrong kind, or keys that do not go together."""
    said = {key for key, value in given.items() if value is not None}
    tools = said & {"pip", "uv", "conda"}
    if len(tools) > 1:
        raise Refused(f"runtime_env: {' and '.join(sorted(tools))} do not go together")
    image = _image(given)
    if image and (others := said - _ALONE - _BESIDE_IMAGE):
        raise Refused(
            f"runtime_env: an image does not go together with {', '.join(sorted(others))}"
        )
    working_dir = given.get("working_dir")
    return Environment(
        working_dir=None if working_dir is None else archive("working_dir", working_dir),
        py_modules=tuple(archive("py_modules", uri) for uri in _list(given, "py_modules")),
        env_vars=_variables(given),
        install=_install(given),
        image=image,
        setup_timeout=_timeout(given.get("config")),
        ignored=tuple(sorted(said - _READ - _SILENT)),
        unmet=_NO_CONDA if given.get("conda") is not None else "",
    )


def archive(field: str, uri: Any) -> Archive:
    if not isinstance(uri, str):
        raise Refused(f"runtime_env.{field}: must be an address, not {type(uri).__name__}")
    parts = urlsplit(uri)
    if parts.scheme == UPLOADED and parts.netloc:
        return Archive(uri=uri)
    if parts.scheme not in _REMOTE or not parts.hostname:
        raise Refused(
            f"runtime_env.{field}: {uri!r} cannot be fetched here: upload it, or give an http(s)"
            " address"
        )
    if not parts.path.endswith(_ENDINGS):
        raise Refused(f"runtime_env.{field}: {uri!r} must end with one of {' '.join(_ENDINGS)}")
    return Archive(uri=uri)


def package_name(archive: Archive) -> str | None:
    """Under which it was uploaded; None: it was not."""
    parts = urlsplit(archive.uri)
    return parts.netloc + parts.path if parts.scheme == UPLOADED else None


def variables(given: Any) -> Mapping[str, str]:
    if not isinstance(given, dict):
        raise Refused(f"runtime_env.env_vars: must be a dictionary, not {type(given).__name__}")
    for name, value in given.items():
        if not isinstance(value, str):
            raise Refused(
                f"runtime_env.env_vars: {name!r} must be a string, not {type(value).__name__}"
            )
        if not name or "=" in name or "\0" in name + value:
            raise Refused(f"runtime_env.env_vars: {name!r} must be a name without '=' and NUL")
    return given


def command_packages(text: str) -> tuple[str, ...]:
    """Of ``pip<version> install A B [&& pip<version> check]``, which is all that is understood."""
    found = _COMMAND.fullmatch(text.strip())
    words = found["packages"].split() if found else []
    if not words or any(word.startswith("-") for word in words):
        raise Refused(f"runtime_env.pip: {text!r} is not 'pip install NAME …'")
    return tuple(words)


def _variables(given: Mapping[str, Any]) -> Mapping[str, str]:
    found = given.get("env_vars")
    return {} if found is None else variables(found)


def _list(given: Mapping[str, Any], field: str) -> Sequence[Any]:
    found = given.get(field)
    if found is not None and not isinstance(found, list):
        raise Refused(f"runtime_env.{field}: must be a list, not {type(found).__name__}")
    return found or []


def _image(given: Mapping[str, Any]) -> str | None:
    container = given.get("container")
    if container is None:
        return _text("image_uri", given.get("image_uri"))
    if not isinstance(container, dict):
        raise Refused("runtime_env.container: must be a dictionary")
    if container.get("run_options"):
        raise Refused("runtime_env.container.run_options: containers are started our way only")
    return _text("container.image", container.get("image"))


def _text(field: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise Refused(f"runtime_env.{field}: must be a string that is not empty")
    return value


def _install(given: Mapping[str, Any]) -> Install | None:
    if given.get("pip") is not None:
        return _pip(given["pip"])
    if given.get("uv") is not None:
        return _uv(given["uv"])
    return None


def _pip(pip: Any) -> Install | None:
    if isinstance(pip, str):
        return Install(tool="pip", packages=command_packages(pip))
    wanted = _wanted("pip", pip, _PIP)
    return _if_any(
        Install(
            tool="pip",
            packages=_strings("pip.packages", wanted.get("packages")),
            options=_strings("pip.pip_install_options", wanted.get("pip_install_options"))
            or ("--disable-pip-version-check", "--no-cache-dir"),
            version=_text("pip.pip_version", wanted.get("pip_version")) or "",
            check=wanted.get("pip_check") is True,
        )
    )


def _uv(uv: Any) -> Install | None:
    wanted = _wanted("uv", uv, _UV)
    return _if_any(
        Install(
            tool="uv",
            packages=_strings("uv.packages", wanted.get("packages")),
            options=_strings("uv.uv_pip_install_options", wanted.get("uv_pip_install_options"))
            or ("--no-cache",),
            version=_text("uv.uv_version", wanted.get("uv_version")) or "",
            check=wanted.get("uv_check") is True,
        )
    )


def _wanted(field: str, given: Any, known: set[str]) -> Mapping[str, Any]:
    if isinstance(given, list):
        return {"packages": given}
    if not isinstance(given, dict):
        raise Refused(f"runtime_env.{field}: must be a list or a dictionary")
    if unknown := set(given) - known:
        raise Refused(f"runtime_env.{field}: there is no {', '.join(sorted(unknown))}")
    return given


def _strings(field: str, given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(word, str) for word in given):
        raise Refused(f"runtime_env.{field}: must be a list of strings")
    return tuple(given)


def _if_any(install: Install) -> Install | None:
    return install if install.packages else None


def _timeout(config: Any) -> float:
    seconds = config.get("setup_timeout_seconds") if isinstance(config, dict) else None
    if seconds is None:
        return SETUP_TIMEOUT
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds == 0:
        raise Refused("runtime_env.config.setup_timeout_seconds: must be a number above 0, or -1")
    if seconds < 0 and seconds != NO_TIME_LIMIT:
        raise Refused("runtime_env.config.setup_timeout_seconds: must be a number above 0, or -1")
    return float(seconds)
