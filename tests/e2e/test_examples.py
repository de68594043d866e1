"""Every example of the repository, run as its comment says, on both runtimes."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.command import ROOT, Windlass

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.redis]


@dataclass(frozen=True)
class Expected:
    """Lines per task, in their order, and the closing table's state per task."""

    lines: dict[str, list[str]]
    states: dict[str, str]
    output: str | None = None
    before: tuple[tuple[str, str], ...] = ()  # this line comes before that one


EXAMPLES = {
    "hello": Expected(
        lines={
            "english": [f"Hello, world! ({n} of 3)" for n in (1, 2, 3)],
            "deutsch": [f"Hallo, world! ({n} von 3)" for n in (1, 2, 3)],
            "goodbye": ["Everybody has greeted world. Goodbye!"],
        },
        states={"english": "completed", "deutsch": "completed", "goodbye": "completed"},
        before=(("(3 of 3)", "Goodbye!"), ("(3 von 3)", "Goodbye!")),
    ),
    "retry": Expected(
        lines={
            "flaky": [
                "attempt 1",
                "the service is not ready yet",
                "attempt 2",
                "the service is not ready yet",
                "attempt 3",
                "it worked",
            ]
        },
        states={"flaky": "completed  3"},
    ),
    "diamond": Expected(
        lines={
            "top": ["first of all"],
            "left": ["on the left"],
            "right": ["on the right"],
            "bottom": ["both sides are done"],
        },
        states=dict.fromkeys(["top", "left", "right", "bottom"], "completed"),
        before=(
            ("first of all", "on the left"),
            ("first of all", "on the right"),
            ("on the left", "both sides"),
            ("on the right", "both sides"),
        ),
    ),
    "outputs": Expected(
        lines={
            "draw": ["drawing 21"],
            "double": ["21 + 21 = 42"],
            "celebrate": ["that is the answer"],
            "despair": [],
        },
        states={"draw": "completed", "celebrate": "completed", "despair": "skipped"},
        output="42",
    ),
    "wordcount": Expected(
        lines={
            "count-harbour": ["24 different words, 32 in all"],
            "count-storm": ["22 different words, 35 in all"],
            "count-landfall": ["24 different words, 35 in all"],
            "merge": ["the five most frequent words:", "22 the", "5 a", "4 and", "4 is", "3 keep"],
        },
        states={"merge": "completed"},
        output="the",
    ),
    "steps": Expected(
        lines={"count": ["getting ready", "counting", "checked"]},
        states={"count": "completed"},
    ),
    "composites": Expected(
        lines={"tell": ["2 names"]},
        states={
            "together": "completed",
            "greet": "completed",
            "count": "completed",
            "tell": "completed",
        },
    ),
    "timeout": Expected(
        lines={
            "too-slow": ["this will take a while"],
            "unreliable": ["this does not work out"],
            "afterwards": ["still here"],
        },
        states={
            "too-slow": "failed (allowed)",
            "unreliable": "failed (allowed)",
            "afterwards": "completed",
        },
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_it_says(stack: Windlass, name: str) -> None:
    expected = EXAMPLES[name]

    result = stack("run", f"examples/{name}.yaml")

    shown = result.stdout
    assert result.returncode == 0, shown + result.stderr
    for task, lines in expected.lines.items():
        assert lines_of(shown, task) == lines
    for task, state in expected.states.items():
        assert re.search(rf"^{task} +{re.escape(state)}", shown, re.MULTILINE), shown
    for first, then in expected.before:
        assert shown.index(first) < shown.index(then)
    if expected.output is not None:
        assert f"output: {expected.output}\n" in shown


def test_every_example_is_here() -> None:
    files = {path.stem for path in Path(ROOT, "examples").glob("*.yaml")}
    assert files - set(EXAMPLES) == {"split-and-stitch"}  # which has a test of its own


def lines_of(shown: str, task: str) -> list[str]:
    """What the task itself wrote, without the notes of the command and of the runtime."""
    own = re.compile(rf"^{re.escape(task)} *\| (?![▸✓✗■-]|  )(.*)$", re.MULTILINE)
    return own.findall(shown)
