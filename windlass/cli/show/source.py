"""A refusal shown as a compiler shows it: place, what is wrong, and the line itself."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from windlass.cli.failures import sentence


def print_errors(file: str, text: str, errors: Sequence[Mapping[str, Any]]) -> None:
    in_order = sorted(errors, key=lambda error: (error.get("line") or 0, error.get("column") or 0))
    for error in in_order:
        click.echo(_entry(file, text.splitlines(), error), err=True)
    click.echo(f"{file}: {len(errors)} error{'s'[: len(errors) != 1]}", err=True)


def _entry(file: str, lines: Sequence[str], error: Mapping[str, Any]) -> str:
    line, column = error.get("line"), error.get("column") or 1
    place = f"{file}:{line}:{column}" if line else file
    red = click.style("error:", fg="red", bold=True)
    said = f"{click.style(place, bold=True)}: {red} {sentence(error)}"
    if not line or line > len(lines):
        return said
    number, source = f"{line:5}", lines[line - 1].replace("\t", " ")
    return f"{said}\n{number} | {source}\n{' ' * len(number)} | {' ' * (column - 1)}^"
