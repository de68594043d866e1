"""What is made of what a task wrote before it meets a terminal."""

from collections.abc import Iterable

import pytest

from windlass.cli.show.live import Live, Names
from windlass.cli.show.words import harmless


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("plain ünïcode", "plain ünïcode"),
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("\x1b[2Jcleared\x1b[1;1H", "cleared"),
        ("10%\r50%\r100%\r", "100%"),
        ("bell\a and title \x1b]0;owned\x07", "bell and title ]0;owned"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_colours_pass_and_nothing_else_reaches_the_terminal(line: str, shown: str) -> None:
    assert harmless(line) == shown


def test_a_long_name_is_shortened_so_that_lines_stay_aligned() -> None:
    names = Names(["a", "x" * 100])

    assert len(names.prefix("a")) == len(names.prefix("x" * 100))


class Recorder:
    """Keeps what would stand in the status line."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def log(self, task: str, lines: Iterable[str]) -> None: ...

    def note(self, task: str, text: str, colour: str = "") -> None: ...

    def progress(self, text: str) -> None:
        self.shown.append(text.rpartition(" · ")[0])

    def done(self) -> None: ...


def test_the_status_line_names_what_runs_and_how_far_it_is() -> None:
    recorder = Recorder()
    live = Live(recorder, total=9)

    for number, name in enumerate("abcd"):
        running = {"name": name, "state": "active", "node": "n", "progress": number * 20.0}
        live.show("task", running)
    live.show("job", {"ended": 2, "failed": 1, "total": 9})
    live.show("task", {"name": "a", "state": "completed", "node": "n"})

    assert recorder.shown[0] == "[0/9] a"
    assert recorder.shown[-2] == "[2/9] a, b 20%, c 40% +1 · 1 failed"
    assert recorder.shown[-1] == "[2/9] b 20%, c 40%, d 60% · 1 failed"
