"""Archives of a task, unpacked into its container: opened by us, for the daemon would believe
anything an archive says."""

import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from docker import APIClient

from windlass.shared.spec import Parcel
from windlass.worker.parcels.unpack import unpack

_FOR_ALL = 0o777  # whoever the task runs as must be able to write there
_PLAIN = 0o666


def deliver(api: APIClient, container: str, parcel: Parcel, archive: Path, scratch: Path) -> None:
    """``scratch``: where there is room on this node."""
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as name, TemporaryFile(dir=scratch) as packed:
        unpack(archive, Path(name), strip=parcel.strip)
        with tarfile.open(fileobj=packed, mode="w") as tar:
            tar.add(name, arcname=parcel.target.lstrip("/"), filter=_opened)
        packed.seek(0)
        api.put_archive(container, "/", packed)


def _opened(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = _FOR_ALL if entry.isdir() else entry.mode | _PLAIN
    return entry
