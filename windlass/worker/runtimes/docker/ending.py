"""How a container is brought to its end, and taken away. Both may be asked for at the same time."""

from collections.abc import Callable
from time import monotonic, sleep

from docker import APIClient
from docker.errors import APIError, NotFound

from windlass.worker.runtimes.docker.daemon import status
from windlass.worker.runtimes.docker.faults import CONFLICT

# To every process but docker-init, which stays to see its child end. The kernel does it for all at
# once, so none that is just being forked is missed.
_PASS_ON = "kill -{signal} -1"  # noqa: S105 - no password
_SOON, _LATER = 0.01, 0.2  # seconds between two looks: at first, and later


def stop(api: APIClient, container: str, grace: float, signal: str = "TERM") -> None:
    """``signal`` to all of it, ``grace`` seconds, SIGKILL. Returns when nothing of it runs."""
    try:
        if grace > 0 and _terminated(_Termination(api, container, signal), grace):
            return
        _signal(api, container, "SIGKILL")
        _poll(lambda: not _runs(api, container), None)
    except NotFound:
        return


def _terminated(order: "_Termination", grace: float) -> bool:
    """Whether it ended within ``grace``."""

    def ended() -> bool:
        order.repeat_if_failed()
        return not order.is_needed()

    return _poll(ended, grace)


class _Termination:
    """Passes a signal on by a shell inside; where there is none, to the first group only."""

    def __init__(self, api: APIClient, container: str, signal: str) -> None:
        self._api = api
        self._signal = signal
        self._container = container
        self._exec: str | None = self._start()
        if self._exec is None:
            _signal(api, container, f"SIG{signal}")

    def is_needed(self) -> bool:
        return _runs(self._api, self._container)

    def _start(self) -> str | None:
        order = ["sh", "-c", _PASS_ON.format(signal=self._signal)]
        try:
            made = self._api.exec_create(self._container, order, stdout=False, stderr=False)
            self._api.exec_start(made["Id"], detach=True)
        except APIError:
            return None
        return str(made["Id"])

    def repeat_if_failed(self) -> None:
        """The shell may have been missing, or one process too many."""
        if self._exec is None:
            return
        shell = self._api.exec_inspect(self._exec)
        if not shell["Running"]:
            self._exec = None
            if shell["ExitCode"] != 0:
                _signal(self._api, self._container, f"SIG{self._signal}")


def _signal(api: APIClient, container: str, signal: str) -> None:
    """To its first process; none if it has ended."""
    try:
        api.kill(container, signal)
    except APIError as problem:
        if status(problem) != CONFLICT:
            raise


def _runs(api: APIClient, container: str) -> bool:
    return bool(api.inspect_container(container)["State"]["Running"])


def _poll(is_so: Callable[[], bool], patience: float | None) -> bool:
    deadline = None if patience is None else monotonic() + patience
    pause = _SOON
    while not is_so():
        if deadline is not None and monotonic() > deadline:
            return False
        sleep(pause)
        pause = min(2 * pause, _LATER)
    return True


def remove_container(api: APIClient, container: str) -> None:
    """With its anonymous volumes, running or not. Returns when it is gone."""
    try:
        api.remove_container(container, v=True, force=True)
    except NotFound:
        return
    except APIError as problem:
        if status(problem) != CONFLICT:
            raise
        _poll(lambda: _is_gone(api, container), None)  # somebody else is removing it


def _is_gone(api: APIClient, container: str) -> bool:
    try:
        api.inspect_container(container)
    except NotFound:
        return True
    return False


def remove_volume(api: APIClient, name: str) -> None:
    """Unless a container uses it: whoever removes the last one removes the volume."""
    try:
        api.remove_volume(name)
    except NotFound:
        return
    except APIError as problem:
        if status(problem) != CONFLICT:  # another container of the attempt still uses it
            raise
