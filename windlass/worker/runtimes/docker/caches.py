"""Volumes that tasks keep caches in. Docker does not tell when one was last used: notes do."""

from pathlib import Path

from docker import APIClient
from docker.errors import APIError, NotFound

from windlass.worker.runtimes import caches
from windlass.worker.runtimes.docker import labels
from windlass.worker.runtimes.docker.daemon import status
from windlass.worker.runtimes.docker.faults import CONFLICT


class Caches:
    """``directory``: of the notes of one node."""

    def __init__(self, node: str, directory: Path) -> None:
        self._label = f"{labels.CACHE}={node}"
        self._node = node
        self._directory = directory

    def use(self, api: APIClient, volume: str) -> None:
        """Make it, unless it is there."""
        self._note(volume)
        api.create_volume(volume, labels={labels.SHARED: "1", labels.CACHE: self._node})

    def sweep(self, api: APIClient) -> None:
        """One that lost its note counts from now; Docker keeps those that a container has."""
        listed = api.volumes(filters={"label": [self._label]})["Volumes"] or []
        names = {volume["Name"] for volume in listed}
        notes = {path.name: path for path in self._notes()}
        for name in names - notes.keys():
            self._note(name)
        for name in notes.keys() - names:
            notes.pop(name).unlink(missing_ok=True)
        for note in caches.forgotten(notes.values()):
            if _removed(api, note.name):
                note.unlink(missing_ok=True)

    def _note(self, volume: str) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._directory / volume).touch()

    def _notes(self) -> list[Path]:
        return list(self._directory.iterdir()) if self._directory.exists() else []


def _removed(api: APIClient, volume: str) -> bool:
    try:
        api.remove_volume(volume)
    except NotFound:
        return True
    except APIError as problem:
        if status(problem) != CONFLICT:
            raise
        return False
    return True
