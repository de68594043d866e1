"""What is made of what a task wrote before it meets a terminal."""

import pytest

from windlass.cli.show.live import Names
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
