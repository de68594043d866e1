"""What runs code of which engine: image, command and limits, as the operator configures it."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

CODE = "{code}"  # in a command: where the code is
_PROGRAMS = Path(__file__).with_name("programs")


class Engine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``command`` runs its code, which is a file named ``file`` in the working directory, in
    ``image``, or else in that of all commands. Durations are seconds, sizes bytes."""

    command: tuple[str, ...]
    image: str | None = None
    file: str = "code"
    versions: tuple[str, ...] = ()  # that labels may name; none: any
    tabular: bool = False  # what it prints may be a table
    arguments: bool = False  # ``extraArguments`` are appended to the command
    env: dict[str, str] = {}
    programs: tuple[str, ...] = ()  # files of ours that are put beside the code
    banned: tuple[str, ...] = ()  # words: code that holds one is refused
    queue: str = "default"
    cpus: float | None = None
    memory: int | None = None
    timeout: Annotated[float, Meta(gt=0)] = 48 * 3600.0
    running: Annotated[int, Meta(ge=1)] = 10  # of one creator and user at once
    waiting: Annotated[int, Meta(ge=1)] = 1000  # of them in line

    def bans(self, code: str) -> bool:
        words = "|".join(map(re.escape, self.banned))
        return bool(words) and re.search(rf"(?<![\w-])(?:{words})(?![\w-])", code) is not None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    engines: dict[str, Engine]


SHELL = Engine(
    command=("sh", CODE),
    file="code.sh",
    arguments=True,
)
PYTHON = Engine(
    command=("python3", "-u", "windlass_python.py", CODE),
    file="code.py",
    tabular=True,
    arguments=True,
    programs=("windlass_python.py",),
)
SQLITE = Engine(
    command=("python3", "-u", "windlass_sqlite.py", CODE),
    file="code.sql",
    tabular=True,
    programs=("windlass_sqlite.py",),
)
DEFAULT: Mapping[str, Engine] = {
    "shell": SHELL,
    "python": PYTHON,
    "sqlite": SQLITE,
    "sql": SQLITE,
}


def read_engines(path: str) -> Mapping[str, Engine]:
    """Of a TOML file, beside those there are anyway. ValueError: what is wrong with it."""
    try:
        found = msgspec.toml.decode(Path(path).read_bytes(), type=_File).engines
        for label, engine in found.items():
            _check(label, engine)
    except (OSError, msgspec.MsgspecError, ValueError) as problem:
        raise ValueError(f"{path}: {problem}") from None
    return {**DEFAULT, **{label.lower(): engine for label, engine in found.items()}}


def _check(label: str, engine: Engine) -> None:
    if CODE not in engine.command:
        raise ValueError(f"engines.{label}.command: one of its words must be {CODE}")
    for name in engine.programs:
        program(name)


def find_engine(engines: Mapping[str, Engine], type: str, version: str) -> Engine | None:
    """The one of this very version, else the one of the type, if it takes that version."""
    exact = engines.get(f"{type}-{version}".lower()) if version else None
    if exact is not None:
        return exact
    engine = engines.get(type.lower())
    if engine is None or (version and engine.versions and version not in engine.versions):
        return None
    return engine


def in_image(engines: Mapping[str, Engine], image: str | None) -> Mapping[str, Engine]:
    """Those that name no image run in this one."""
    return {
        label: engine if engine.image else msgspec.structs.replace(engine, image=image)
        for label, engine in engines.items()
    }


@cache
def program(name: str) -> str:
    """The text of one of our own. ValueError: there is no such."""
    path = _PROGRAMS / name
    if path.parent != _PROGRAMS or not path.is_file():
        raise ValueError(f"there is no program {name!r}")
    return path.read_text()
