"""Every benchmark once, with next to nothing to do: what it prints, not how fast it was."""

import json
from math import isfinite
from pathlib import Path

import pytest

from benchmarks import table
from benchmarks.__main__ import MEASURES, measured
from benchmarks.scale import Scale

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TINY = Scale(
    seconds=0.3,
    warm_up=0.1,
    jobs=4,
    attempts=100,
    fan_out=100,
    dag=1000,
    containers=2,
    rounds=1,
    log_megabytes=1,
    followers=2,
    idle_seconds=0.2,
)
FIELDS = ["name", "ours", "unit", "floor", "ratio", "goal", "met"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.docker] if name == "container" else [])
        for name in MEASURES
    ],
)
def test_a_figure_comes_with_its_floor_and_its_goal(name: str, tmp_path: Path) -> None:
    figures = measured([name], TINY)
    table.write(figures, tmp_path / "latest.json")

    rows = json.loads((tmp_path / "latest.json").read_text())
    assert rows
    for row in rows:
        assert list(row) == FIELDS
        assert row["name"].startswith(f"{name}.")
        assert isfinite(row["ours"])
        assert row["floor"] > 0
        assert row["name"] in table.show(figures)
        assert f"{row['name']}: the floor is" in table.explain(figures)
