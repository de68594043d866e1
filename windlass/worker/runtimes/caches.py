"""Which caches of tasks go: they may be made anew, and disks are finite.

The time of a path, a directory or a note of one, says when a task that names it last started.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import time

MOST = 32  # kept on a node
LONGEST = 14 * 86400.0  # seconds without a task that starts
_SPARED = 3600.0  # since a task started: it may still be on its way


def used(path: Path) -> None:
    """Now. The path must be there."""
    os.utime(path)


def forgotten(paths: Iterable[Path]) -> Sequence[Path]:
    """Whichever nothing has used for long, and of the others those used least recently that are
    too many. Whether a task still runs with one, the caller must know."""
    now = time()
    ages = sorted((now - path.stat().st_mtime, path) for path in paths)
    return [
        path
        for place, (age, path) in enumerate(ages)
        if age > _SPARED and (place >= MOST or age > LONGEST)
    ]
