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
        assert one.installation != other.installation


def test_a_second_worker_of_the_same_node_is_refused(tmp_path: Path) -> None:
    with (
        installed(tmp_path, "node"),
        pytest.raises(NameTaken, match="WINDLASS_NODE_NAME"),
        installed(tmp_path, "node"),
    ):
        pass


def test_another_node_may_share_the_directory(tmp_path: Path) -> None:
    with installed(tmp_path, "one") as one, installed(tmp_path, "two") as two:
        assert one.installation != two.installation


def test_a_family_of_names_gives_every_worker_the_first_free_one(tmp_path: Path) -> None:
    with (
        installed(tmp_path, "node-*") as one,
        installed(tmp_path, "node-*") as two,
        installed(tmp_path, "node-*") as three,
    ):
        assert [one.node, two.node, three.node] == ["node-1", "node-2", "node-3"]


def test_who_takes_up_a_name_takes_up_its_installation(tmp_path: Path) -> None:
    with installed(tmp_path, "node-*") as first, installed(tmp_path, "node-*"):
        pass
    with installed(tmp_path, "node-*") as second:
        assert second == first


def test_a_family_of_names_leaves_out_a_name_that_was_given(tmp_path: Path) -> None:
    with installed(tmp_path, "node-1"), installed(tmp_path, "node-*") as other:
        assert other.node == "node-2"
