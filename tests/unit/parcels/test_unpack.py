"""Archives of strangers."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from windlass.worker.parcels import unpack as module
from windlass.worker.parcels.unpack import unpack
from windlass.worker.runtimes.base import Unrunnable

_LINK = 0o120777 << 16


def a_zip(path: Path, *entries: tuple[str, str], mode: int = 0o644 << 16) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode
            file.writestr(info, content)
    return path


def a_tar(path: Path, change: Callable[[tarfile.TarInfo], None], content: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo("entry")
        entry.size = len(content)
        change(entry)
        tar.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "..", "C:x", "a\\..\\x"])
def test_nothing_is_written_elsewhere(tmp_path: Path, name: str) -> None:
    archive = a_zip(tmp_path / "a", (name, "evil"))

    with pytest.raises(Unrunnable, match="leads elsewhere"):
        unpack(archive, tmp_path / "into" / "deep")

    assert list((tmp_path / "into" / "deep").iterdir()) == []
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../x", "a/../../../x", "b/.."])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, target: str) -> None:
    with pytest.raises(Unrunnable, match="leads elsewhere"):
        unpack(a_zip(tmp_path / "a", ("d/link", target), mode=_LINK), tmp_path / "into")


def test_a_link_that_stays_inside_is_kept(tmp_path: Path) -> None:
    unpack(a_zip(tmp_path / "a", ("d/link", "../there"), mode=_LINK), tmp_path / "into")

    assert (tmp_path / "into" / "d" / "link").readlink() == Path("../there")


def test_nothing_is_written_through_a_link_of_the_same_archive(tmp_path: Path) -> None:
    archive = tmp_path / "a"
    with zipfile.ZipFile(archive, "w") as file:
        link = zipfile.ZipInfo("d")
        link.external_attr = _LINK
        file.writestr(link, "e")
        file.writestr("d/x", "through")

    with pytest.raises(Unrunnable, match="as a file and as a directory"):
        unpack(archive, tmp_path / "into")


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.LNKTYPE])
def test_devices_pipes_and_second_names_are_refused(tmp_path: Path, kind: bytes) -> None:
    def change(entry: tarfile.TarInfo) -> None:
        entry.type = kind
        entry.linkname = "other"

    with pytest.raises(Unrunnable, match="neither a file nor a directory"):
        unpack(a_tar(tmp_path / "a", change), tmp_path / "into")


def test_a_bomb_ends_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 20)
    archive = a_zip(tmp_path / "a", ("zeros", "0" * (4 << 20)))

    with pytest.raises(Unrunnable, match="holds more than"):
        unpack(archive, tmp_path / "into")


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ENTRIES", 3)

    with pytest.raises(Unrunnable, match="more than 3 entries"):
        unpack(a_zip(tmp_path / "a", *((f"{n}", "") for n in range(4))), tmp_path / "into")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_archive_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)

    with pytest.raises(Unrunnable, match="cannot be read"):
        unpack(tmp_path / "a", tmp_path / "into")


def test_programs_stay_programs_and_gain_no_rights(tmp_path: Path) -> None:
    unpack(a_zip(tmp_path / "a", ("run", "x"), mode=0o106755 << 16), tmp_path / "into")

    assert (tmp_path / "into" / "run").stat().st_mode & 0o7777 == 0o755


def test_a_single_outer_directory_is_left_out_on_demand(tmp_path: Path) -> None:
    archive = a_zip(tmp_path / "a", ("repo-main/src/x", "x"), ("__MACOSX/y", "y"))

    unpack(archive, tmp_path / "into", strip=True)

    assert (tmp_path / "into" / "src" / "x").read_text() == "x"
    assert [entry.name for entry in (tmp_path / "into").iterdir()] == ["src"]
