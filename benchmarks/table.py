"""Figures for people, and for programs."""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figure

_HEAD = ("figure", "ours", "floor", "ratio", "goal", "met")


def show(figures: Sequence[Figure]) -> str:
    rows = [_HEAD, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, _line(["-" * width for width in widths], widths))
    return "\n".join(lines)


def explain(figures: Sequence[Figure]) -> str:
    """What each floor is, and what there is to say besides."""
    lines = [f"{figure.name}: the floor is {figure.floor_is}" for figure in figures]
    notes = [f"{figure.name}: {note}" for figure in figures for note in figure.notes]
    return "\n".join([*lines, *notes])


def write(figures: Sequence[Figure], path: Path) -> None:
    """Figures of the file that were not measured now stay as they were."""
    measured = {figure.name: figure.row() for figure in figures}
    known = {row["name"]: row for row in _read(path)}
    rows = list((known | measured).values())
    path.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")


def _read(path: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(path.read_text()) if path.exists() else []
    return rows


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        f"{number(figure.ours)} {figure.unit}",
        number(figure.floor),
        f"{figure.ratio:.2f}",
        figure.wanted,
        "yes" if figure.met else "NO",
    )


def number(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()
