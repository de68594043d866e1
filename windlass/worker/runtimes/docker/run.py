"""One container of ours, from its start to its removal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from time import monotonic, sleep
from typing import Any

from docker.errors import NotFound

from windlass.shared.messages import RunAttempt
from windlass.worker.runtimes.base import OUTPUT_LIMIT, Exit, RuntimeBroken, Stream
from windlass.worker.runtimes.docker import archive, ending, faults, inside, labels, making, network
from windlass.worker.runtimes.docker.control import ControlDirectories
from windlass.worker.runtimes.docker.daemon import Daemon, machinery
from windlass.worker.runtimes.docker.recorder import Recorder

PATIENCE = 600.0  # seconds without a word from the daemon until a run is given up
_RETRY = 0.5  # seconds between two tries while the daemon is away
_PROGRESS_LIMIT = 1 << 16

# Codes of a container whose daemon went down under it; it can have had them by itself, too.
_TAKEN_DOWN = {137, 143, 255}


class _Gone(RuntimeBroken):
    """The container is no more: nothing will come of waiting."""


@contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except NotFound as problem:
        raise _Gone("its container was removed by somebody else") from problem


class _Away:
    """How long the daemon has been out of reach, and how often it was."""

    def __init__(self) -> None:
        self.times = 0
        self._since: float | None = None

    def goes_on(self, problem: Exception) -> None:
        """Raises RuntimeBroken when patience is at its end."""
        self.times += self._since is None
        self._since = self._since or monotonic()
        if monotonic() - self._since > PATIENCE:
            raise RuntimeBroken(f"the Docker daemon stays away: {problem}") from problem


class DockerRun:
    """Its methods may be called from several threads at once."""

    def __init__(
        self,
        daemon: Daemon,
        recorder: Recorder,
        control: ControlDirectories,
        id: str,
        order: RunAttempt,
    ) -> None:
        self._daemon = daemon
        self._recorder = recorder
        self._control = control
        self._id = id
        self._order = order
        self._exit: Exit | None = None
        self._joined = False
        self._waiting = Lock()

    def output(self) -> Iterator[tuple[Stream, bytes]]:
        return self._recorder.follow(self._order.attempt_id, self._id)

    def wait(self) -> Exit:
        with self._waiting:
            if self._exit is None:
                self._exit = self._ended()
            return self._exit

    def _ended(self) -> Exit:
        away = _Away()
        while True:
            try:
                with machinery(), _gone():
                    self._daemon.api.wait(self._id)
                return self._exit_of(self._inspect(), away.times)
            except _Gone:
                raise
            except RuntimeBroken as problem:
                away.goes_on(problem)
                sleep(_RETRY)

    def _exit_of(self, inspected: dict[str, Any], times_away: int) -> Exit:
        state = inspected["State"]
        code = int(state["ExitCode"])
        if times_away and code in _TAKEN_DOWN:
            raise _Gone("the Docker daemon went down while it ran")
        fault = self._fault(inspected) if code in faults.UNSTARTED_CODES else None
        oom = code != 0 and bool(state["OOMKilled"])
        return Exit(code, oom=oom, fault=fault, seconds=_seconds(state))

    def _fault(self, inspected: dict[str, Any]) -> str | None:
        with machinery(), _gone():
            log = self._daemon.api.logs(self._id, stdout=True, stderr=True, tail=2)
        script = archive.script(self._order.container.layout)
        return faults.unstarted(log, inspected, script)

    def stop(self, grace: float) -> None:
        with machinery():
            ending.stop(self._daemon.api, self._id, grace, self._order.container.stop_signal)

    def result(self) -> bytes | None:
        return self._file(archive.output(self._order.container.layout), OUTPUT_LIMIT + 1)

    def progress(self) -> bytes | None:
        return self._file(archive.progress(self._order.container.layout), _PROGRESS_LIMIT)

    def _file(self, path: str, limit: int) -> bytes | None:
        try:
            return self._control.read(self._order.attempt_id, path, limit)
        except FileNotFoundError:  # not on this disk
            with machinery():
                return archive.read_file(self._daemon.api, self._id, path, limit)

    def address(self) -> str | None:
        networks = self._inspect()["NetworkSettings"]["Networks"] or {}
        shared = labels.shared_network_name(labels.owner(self._order))
        own = self._daemon.own
        if own is not None and shared in networks and not self._joined:
            with machinery():
                network.join(self._daemon.api, own, shared)
            self._joined = True
        names = sorted(networks, key=lambda name: name != shared)
        found = [address for name in names if (address := networks[name].get("IPAddress"))]
        return str(found[0]) if found else None

    def ask(self, command: Sequence[str], timeout: float) -> bool | None:
        with machinery():
            return inside.ask(self._daemon.api, self._id, command, timeout)

    def name(self) -> str:
        return self._id

    def remove(self) -> None:
        api = self._daemon.api
        with machinery():
            ending.remove_container(api, self._id)
            for name in making.volumes(self._order, self._order.container.mounts).values():
                ending.remove_volume(api, name)
            stage, own = self._order.stage, self._daemon.own
            if stage is not None and (stage.beside or (stage.called and own)):
                network.remove_shared(api, stage.of, own)
        self._recorder.forget(self._order.attempt_id)

    def _inspect(self) -> dict[str, Any]:
        with machinery(), _gone():
            return dict(self._daemon.api.inspect_container(self._id))


def _seconds(state: dict[str, Any]) -> float:
    """By the daemon's clock."""
    began, ended = (datetime.fromisoformat(state[key]) for key in ("StartedAt", "FinishedAt"))
    return (ended - began).total_seconds()
