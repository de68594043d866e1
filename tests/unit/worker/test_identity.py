from pathlib import Path

import pytest

from windlass.worker.identity import NameTaken, installed


def test_an_installation_is_the_same_the_next_time(tmp_path: Path) -> None:
    with installed(tmp_path, "node") as first:
        pass
    with installed(tmp_path, "node") as second:
        pass

    assert first == second


def test_two_state_directories_are_two_installations(tmp_path: Path) -> None:
    with installed(tmp_path / "a", "node") as one, installed(tmp_path / "b", "node") as other:
        assert one != other


def test_a_second_worker_of_the_same_node_is_refused(tmp_path: Path) -> None:
    with (
        installed(tmp_path, "node"),
        pytest.raises(NameTaken, match="WINDLASS_NODE_NAME"),
        installed(tmp_path, "node"),
    ):
        pass


def test_another_node_may_share_the_directory(tmp_path: Path) -> None:
    with installed(tmp_path, "one") as one, installed(tmp_path, "two") as two:
        assert one != two
