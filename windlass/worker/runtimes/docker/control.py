"""The control directories of containers, on this node's own disk.

A tar stream through the daemon makes it start programs of its own, which costs a fifth of what a
short container costs altogether. So where the daemon is seen to read the same disk, a directory is
mounted instead; else, and for files that belong elsewhere in the container, see ``archive``.
"""

import os
import secrets
import shutil
import stat
from pathlib import Path, PurePosixPath
from threading import Lock
from uuid import UUID

from docker import APIClient
from docker.errors import APIError
from docker.types import Mount

from windlass.shared.spec import Container, Layout
from windlass.worker.runtimes.docker import archive, ending, faults, labels
from windlass.worker.runtimes.docker.daemon import status
from windlass.worker.runtimes.docker.network import NO_NETWORK

_NAME = "control"
_PROOF = "proof"
_MOST_TRIES = 3
_FOR_ALL = 0o777  # whoever the task runs as must be able to write there
# Where the daemon maps users, files may come to belong to somebody whose they should not be.
_FOREIGN = ("name=selinux", "name=userns", "name=rootless")
# The task may have put anything there: no link is followed, and no pipe waited for.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class ControlDirectories:
    """Below ``root``, in the directory of each attempt. Threads may share it."""

    def __init__(self, node: str, root: Path) -> None:
        self._node = node
        self._root = root
        self._usable: bool | None = None
        self._tries = 0
        self._proving = Lock()

    def make(self, api: APIClient, attempt_id: UUID, image: str, container: Container) -> bool:
        """With the files that belong into it; False: they have to get there in another way."""
        if not self._is_usable(api, image):
            return False
        directory = self._of(attempt_id)
        directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(directory, ignore_errors=True)
        try:
            for entry in archive.inside(archive.entries(container), container.layout):
                _put(directory, entry.path.relative_to(container.layout.root), entry)
        except OSError:  # names that do not go together, or are too long here
            shutil.rmtree(directory, ignore_errors=True)
            return False
        return True

    def mounts(self, attempt_id: UUID, root: str) -> list[Mount]:
        directory = self._of(attempt_id)
        return [mount(directory, root)] if directory.exists() else []

    def read(self, attempt_id: UUID, path: str, limit: int) -> bytes | None:
        """As ``archive.read_file``. FileNotFoundError: it has no directory here."""
        directory = os.open(self._of(attempt_id), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            return _content(directory, PurePosixPath(path).name, limit)
        finally:
            os.close(directory)

    def _of(self, attempt_id: UUID) -> Path:
        return self._root / str(attempt_id) / _NAME

    def _is_usable(self, api: APIClient, image: str) -> bool:
        """Asked only until it is known; not for ever, for there may be no telling."""
        with self._proving:
            if self._usable is None:
                self._tries += 1
                proved = os.geteuid() == 0 and _is_plain(api) and self._proved(api, image)
                self._usable = False if proved is None and self._tries == _MOST_TRIES else proved
            return bool(self._usable)

    def _proved(self, api: APIClient, image: str) -> bool | None:
        """Whether a container made by the daemon would find there what we wrote; None: somebody
        took the image or the container away."""
        directory, token = self._root / _PROOF, secrets.token_bytes(16)
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        _put(directory, PurePosixPath(_PROOF), archive.Entry(PurePosixPath(_PROOF), token))
        config = api.create_host_config(mounts=[mount(directory)], network_mode=NO_NETWORK)
        own = {labels.NODE: self._node}
        try:
            id = api.create_container(image, [_PROOF], host_config=config, labels=own)["Id"]
        except APIError as problem:
            return None if status(problem) == faults.NOT_FOUND else False
        else:
            found = archive.read_file(api, id, f"{Layout().root}/{_PROOF}", len(token))
            ending.remove_container(api, id)
            return None if found is None else found == token
        finally:
            shutil.rmtree(directory)


def _is_plain(api: APIClient) -> bool:
    options = api.info()["SecurityOptions"] or []
    return not any(option.startswith(_FOREIGN) for option in options)


def mount(directory: Path, root: str = Layout().root) -> Mount:
    return Mount(target=root, source=str(directory), type="bind")


def _put(base: Path, name: PurePosixPath, entry: archive.Entry) -> None:
    place = base / name
    wanted = place if entry.content is None else place.parent
    for directory in reversed([wanted, *wanted.parents]):
        if directory.is_relative_to(base) and not directory.is_dir():
            directory.mkdir()
            directory.chmod(_FOR_ALL)
    if entry.content is not None:
        place.write_bytes(entry.content)
        place.chmod(entry.mode)


def _content(directory: int, name: str, limit: int) -> bytes | None:
    try:
        descriptor = os.open(name, _READ, dir_fd=directory)
    except OSError:  # not there, or a link
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with open(descriptor, "rb") as file:
        return file.read(limit) or None
