"""``make bench``: measure, print the table, write latest.json beside this file.

python -m benchmarks [NAME ...]; without names, all. Exit code 1 when a goal was not met.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

from benchmarks import (
    containers,
    dags,
    each,
    engine,
    fanout,
    followers,
    idle,
    logs,
    people,
    posting,
    processes,
    ray_jobs,
    table,
)
from benchmarks.figures import Figure
from benchmarks.scale import Scale
from benchmarks.stack import quiet_environment

LATEST = Path(__file__).with_name("latest.json")
Measure = Callable[[Scale], list[Figure]]

MEASURES: dict[str, Measure] = {
    "container": containers.measure,
    "process": processes.measure,
    "post": posting.measure,
    "engine": engine.measure,
    "fanout": fanout.measure,
    "each": each.measure,
    "dag": dags.measure,
    "log": logs.measure,
    "follow": followers.measure,
    "idle": idle.measure,
    "people": people.measure,
    "ray": ray_jobs.measure,
}


def main(words: Sequence[str] | None = None) -> int:
    parser = _parser()
    asked = parser.parse_args(words)
    if unknown := set(asked.names) - set(MEASURES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there is {', '.join(MEASURES)}")
    figures = measured(asked.names or list(MEASURES), Scale())
    print(table.show(figures), table.explain(figures), sep="\n\n")
    table.write(figures, asked.json)
    return 0 if all(figure.met for figure in figures) else 1


def measured(names: Sequence[str], scale: Scale) -> list[Figure]:
    figures: list[Figure] = []
    with quiet_environment():
        for name in names:
            began = perf_counter()
            figures += MEASURES[name](scale)
            print(f"{name}: {perf_counter() - began:.0f} s", file=sys.stderr)
    return figures


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument("--json", type=Path, default=LATEST)
    return parser


if __name__ == "__main__":
    sys.exit(main())
