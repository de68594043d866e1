"""Run as a program: a family of two children that tell their pids through files in a directory."""

import os
import sys
from functools import partial
from pathlib import Path

from windlass.coordinator.children import Child, Family
from windlass.coordinator.loops import mask_signals, signalled


def live(directory: Path, name: str) -> None:
    mask_signals()
    note = directory / f"{name}.tmp"
    note.write_text(str(os.getpid()))
    note.rename(directory / name)
    signalled()
    with (directory / "ended").open("a") as ended:
        ended.write(f"{name}\n")


def main(directory: Path) -> None:
    Family([Child(name, partial(live, directory, name)) for name in ("first", "second")]).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
