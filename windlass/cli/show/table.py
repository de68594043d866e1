"""Tables: drawn on a terminal, plain columns in a pipe, as awk and grep expect them."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import click

from windlass.cli.show.words import COLOURS

_GAP = "  "


def print_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty() and find_spec("rich"):  # a worker's installation does without
        _draw(headers, cells)
    else:
        _print_columns(headers, cells)


def _draw(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header.upper(), overflow="fold")
    for row in rows:
        cells: list[Any] = [Text(cell, style=COLOURS.get(cell, "")) for cell in row]
        table.add_row(*cells)
    Console().print(table)


def _print_columns(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = [[header.upper() for header in headers], *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(headers))]
    for row in table:
        line = _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
