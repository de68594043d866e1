"""Kinds of words that options take."""

import click

from windlass.shared.durations import parse_duration


class Duration(click.ParamType[float]):
    """Seconds from ``90``, ``10s``, ``1h30m``."""

    name = "duration"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return parse_duration(_number(value))
        except ValueError as problem:
            self.fail(f"{value!r}: {problem}", param, ctx)


def _number(value: str | float) -> str | float:
    try:
        return float(value)
    except ValueError:
        return value
