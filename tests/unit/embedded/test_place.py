"""Who runs a stack, and who uses it."""

from pathlib import Path

import pytest

from windlass.embedded.place import Place, Running
from windlass.embedded.process import ServerFailed

RUNNING = Running(
    pid=1,
    server="http://127.0.0.1:1",
    database_url="",
    redis_url="",
    runtime="process",
    lasting=False,
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "data").make()


def test_only_one_process_runs_a_stack(place: Place) -> None:
    other = Place(place.directory)

    with place.running_it() as mine, other.running_it() as theirs:
        assert (mine, theirs) == (True, False)
        assert other.is_run()

    assert not other.is_run()


def test_a_stack_is_found_as_long_as_it_runs(place: Place) -> None:
    with place.running_it():
        assert Place(place.directory).running() is None

        place.announce(RUNNING)
        assert Place(place.directory).running() == RUNNING

    assert Place(place.directory).running() is None, "what was left behind by a crash"


def test_a_stack_is_deserted_when_its_last_user_has_left(place: Place) -> None:
    stack = Place(place.directory)

    with place.using_it() as first, Place(place.directory).using_it() as second:
        assert first is not None
        assert second is not None
        assert not stack.is_deserted()

        assert not first.leave(), "the second still uses it"
        assert not stack.is_deserted()

        assert second.leave(), "that was the last"
        assert stack.is_deserted()


def test_nobody_begins_to_use_a_stack_that_ends(place: Place) -> None:
    assert place.is_deserted()

    with Place(place.directory).using_it() as use:
        assert use is None


def test_the_nodes_name_stays(place: Place) -> None:
    assert place.node_name() == Place(place.directory).node_name()


def test_what_it_tells_is_for_its_owner_only(place: Place) -> None:
    place.announce(RUNNING)

    assert (place.directory / "stack.json").stat().st_mode & 0o077 == 0


def test_a_directory_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ServerFailed, match="choose another with --data"):
        Place(tmp_path / "file" / "data").make()
