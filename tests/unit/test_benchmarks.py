import json
from pathlib import Path

import pytest

from benchmarks import table
from benchmarks.__main__ import main
from benchmarks.figures import Figure, Goal
from benchmarks.numbers import percentile


def a_figure(name: str = "post.rate", ours: float = 1000.0, **changes: object) -> Figure:
    given = {
        "unit": "jobs/s",
        "floor": 4000.0,
        "floor_is": "a row made durable",
        "goal": Goal("ours", "≥", 900),
    }
    return Figure(name=name, ours=ours, **{**given, **changes})  # type: ignore[arg-type]  # fields of any type


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal("ours", "≥", 1000), True),
        (Goal("ours", "≥", 1001), False),
        (Goal("ours", "≤", 1000), True),
        (Goal("ours", "≤", 999), False),
        (Goal("ratio", "≥", 0.25), True),
        (Goal("ratio", "≤", 0.24), False),
    ],
)
def test_a_goal_is_a_bound_of_the_figure_or_of_its_ratio(goal: Goal, met: bool) -> None:
    assert a_figure(goal=goal).met is met


def test_what_is_not_met_is_not_hidden() -> None:
    shown = table.show([a_figure(), a_figure("post.p99", 50.0, goal=Goal("ours", "≤", 40))])

    head, _, met, missed = shown.splitlines()
    assert head.split() == ["figure", "ours", "floor", "ratio", "goal", "met"]
    assert met.split()[-1] == "yes"
    assert missed.split()[-1] == "NO"


def test_each_figure_is_a_row_of_the_file(tmp_path: Path) -> None:
    table.write([a_figure()], tmp_path / "latest.json")

    assert json.loads((tmp_path / "latest.json").read_text()) == [
        {
            "name": "post.rate",
            "ours": 1000.0,
            "unit": "jobs/s",
            "floor": 4000.0,
            "ratio": 0.25,
            "goal": "≥ 900 jobs/s",
            "met": True,
        }
    ]


def test_measuring_one_figure_again_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "latest.json"
    table.write([a_figure("one"), a_figure("other")], file)
    table.write([a_figure("one", 1.0)], file)

    rows = {row["name"]: row["ours"] for row in json.loads(file.read_text())}
    assert rows == {"one": 1.0, "other": 1000.0}


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 50) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 99) == 99.0
    assert percentile([7.0], 99) == 7.0


def test_a_name_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["posts"])

    assert "there is no posts" in capsys.readouterr().err
