"""Mounts are checked before anything is made of them."""

from pathlib import Path

import pytest

from windlass.shared.spec import Mount
from windlass.shared.states import Reason
from windlass.worker.mounts import check_mounts
from windlass.worker.runtimes.base import Unrunnable


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    directory = tmp_path / "allowed"
    (directory / "sub").mkdir(parents=True)
    return directory


@pytest.mark.parametrize(
    "target",
    ["relative", "", "/", "//", "/a/../b", "/windlass", "/windlass/x", "/proc", "/dev/shm"],
)
def test_a_target_must_be_a_place_of_the_tasks_own(target: str) -> None:
    assert refused(Mount(kind="volume", target=target))


@pytest.mark.parametrize("source", ["../x", "/etc", "a b", "-x", "x/y"])
def test_a_volume_must_have_a_name(source: str) -> None:
    assert refused(Mount(kind="volume", target="/data", source=source))


def test_a_target_cannot_be_mounted_twice() -> None:
    twice = [Mount(kind="tmpfs", target="/data"), Mount(kind="volume", target="//data/")]

    with pytest.raises(Unrunnable, match="twice"):
        check_mounts(twice, ())


def test_a_tmpfs_has_no_source_and_only_it_a_size() -> None:
    assert refused(Mount(kind="tmpfs", target="/data", source="x"))
    assert refused(Mount(kind="tmpfs", target="/data", size=0))
    assert refused(Mount(kind="volume", target="/data", size=1))


def test_a_bind_may_come_from_below_an_allowed_directory(allowed: Path) -> None:
    for source in (allowed, allowed / "sub", allowed / "sub" / ".." / "sub"):
        (mount,) = check_mounts([bind(source)], [str(allowed)])
        assert mount.source == str(source.resolve())


def test_a_bind_may_not_come_from_elsewhere(allowed: Path) -> None:
    (allowed.parent / "allowed-not").mkdir()
    (allowed / "link").symlink_to("/etc")

    for source in ("/etc", allowed.parent, allowed.parent / "allowed-not", allowed / "link"):
        assert refused(bind(Path(source)), str(allowed))
    assert refused(bind(allowed / ".." / "allowed-not"), str(allowed))


def test_a_bind_needs_leave_and_a_source_that_is_there(allowed: Path) -> None:
    assert refused(bind(allowed))
    assert refused(bind(allowed / "missing"), str(allowed))
    assert refused(Mount(kind="bind", target="/data"), str(allowed))


def bind(source: Path) -> Mount:
    return Mount(kind="bind", target="/data", source=str(source))


def refused(mount: Mount, *allowed: str) -> bool:
    with pytest.raises(Unrunnable) as caught:
        check_mounts([mount], allowed)
    return caught.value.reason == Reason.REJECTED
