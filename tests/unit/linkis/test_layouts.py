"""How often a result is looked at."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from windlass.coordinator.dialects.linkis.results.layouts import Layouts
from windlass.coordinator.dialects.linkis.results.model import STDOUT, Kind, Layout, ResultFile


class Looks:
    """Counts, and finds so many files."""

    def __init__(self, files: int = 1) -> None:
        self.files = files
        self.count = 0

    def __call__(self) -> Layout:
        self.count += 1
        files = [ResultFile(number, 0, 0, 0) for number in range(self.files)]
        return Layout(Kind.TEXT, (STDOUT,), files)


def test_a_result_is_looked_at_once() -> None:
    layouts, look = Layouts(), Looks()

    assert layouts.get("a", look) is layouts.get("a", look)
    assert look.count == 1


def test_of_those_who_come_at_once_one_looks() -> None:
    layouts, look, together = Layouts(), Looks(), Barrier(8)

    def get(_: int) -> Layout:
        together.wait()
        return layouts.get("a", look)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(get, range(8)))

    assert look.count == 1
    assert all(each is found[0] for each in found)


def test_the_oldest_is_forgotten_when_there_are_too_many() -> None:
    layouts, first, other = Layouts(most=2), Looks(), Looks()

    for key, look in (("a", first), ("b", other), ("a", first), ("c", other), ("a", first)):
        layouts.get(key, look)
    assert (first.count, other.count) == (1, 2)

    layouts.get("b", other)
    assert other.count == 3


def test_long_ones_push_out_others_but_never_themselves() -> None:
    layouts, short, long = Layouts(files=10), Looks(), Looks(files=50)

    for key, look in (("a", short), ("b", long), ("b", long), ("a", short)):
        layouts.get(key, look)

    assert (short.count, long.count) == (2, 1)


def test_who_cannot_look_is_asked_again() -> None:
    layouts, look = Layouts(), Looks()

    def fails() -> Layout:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        layouts.get("a", fails)

    assert layouts.get("a", look).files
