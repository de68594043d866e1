"""APIs of the time when they were Python programs, as containers that run these."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from windlass.shared.spec import Parcel

Doc = Mapping[str, Any]

LAUNCHER = "launcher.py"
_PROJECT = "/mnt/project"
# On a node of plain processes its files are below the working directory.
_RUN = (
    "p=$(command -v python || command -v python3) || exit 127; f=cortex/launcher.py;"
    ' [ -f $f ] || f=/$f; exec "$p" $f "$@"'
)


def is_one(spec: Doc) -> bool:
    return "definition" in spec


def container(spec: Doc, image: str | None) -> dict[str, Any]:
    """As one is written now; ``image`` runs those that name none."""
    definition = spec["definition"]
    return {
        "name": "api",
        "image": definition["image"] or image,
        "command": ["sh", "-c", _RUN, "cortex"],
        "args": [definition["path"], definition["python_path"] or "."],
        "env": {"PYTHONUNBUFFERED": "1", **definition["env"]},
        "compute": {**spec["compute"], "shm": None},
    }


def parcels(project: str | None) -> tuple[Parcel, ...]:
    """``project``: the digest of the archive that came with it."""
    return (Parcel(target=_PROJECT, digest=project),) if project else ()


def launcher() -> str:
    return Path(__file__).with_name(LAUNCHER).read_text(encoding="utf-8")


def merged(below: Any, above: Any) -> Any:
    """By key, however deep; ``above`` wins."""
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    both = {key: merged(below[key], above[key]) for key in below.keys() & above.keys()}
    return {**below, **above, **both}
