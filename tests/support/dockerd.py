"""A Docker daemon of our own, which a test may restart; the machine's is left alone."""

import shutil
import socket
import subprocess
from contextlib import closing, suppress
from pathlib import Path

from docker import APIClient

from tests.support.services import missing
from tests.support.waiting import until


class NetworkNamespace:
    """A daemon without a default bridge takes away ``docker0`` wherever it finds one, and that
    would be the machine's."""

    def __init__(self) -> None:
        words = ["unshare", "--net", "cat"]  # which ends when we do
        self._holder = subprocess.Popen(words, stdin=subprocess.PIPE)
        self._path = Path(f"/proc/{self._holder.pid}/ns/net")
        until(lambda: self._path.readlink() != Path("/proc/self/ns/net").readlink())

    def inside(self) -> list[str]:
        """What a command that shall run there begins with."""
        return ["nsenter", f"--net={self._path}"]

    def close(self) -> None:
        self._holder.communicate()


class Daemon:
    """``directory`` has a short path, for it holds a socket."""

    def __init__(self, directory: Path, *, live_restore: bool) -> None:
        self._network = NetworkNamespace()
        self._directory = directory
        self._live_restore = live_restore
        self.host = f"unix://{directory}/docker.sock"
        self._start()

    def restart(self) -> None:
        self._stop()
        self._start()

    def close(self) -> None:
        """With all it ran."""
        with closing(APIClient(self.host)) as api:
            for container in api.containers(all=True):
                api.remove_container(container["Id"], force=True)
        self._stop()
        self._network.close()

    def _start(self) -> None:
        program = shutil.which("dockerd", path="/usr/sbin:/usr/local/bin:/usr/bin")
        if program is None:
            missing("dockerd")
        with (self._directory / "log").open("ab") as log:
            words = [*self._network.inside(), program or "", *self._words()]
            self._process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        until(self._answers, timeout=60)

    def _words(self) -> list[str]:
        place = self._directory
        return [
            *("--data-root", str(place / "data"), "--exec-root", str(place / "exec")),
            *("--host", self.host, "--pidfile", str(place / "pid")),
            *("--bridge=none", "--iptables=false", "--ip-masq=false"),
            *(["--live-restore"] if self._live_restore else []),
        ]

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self._directory / "log").read_text()[-2000:]
        with closing(socket.socket(socket.AF_UNIX)) as link, suppress(OSError):
            link.connect(f"{self._directory}/docker.sock")
            link.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in link.recv(100)
        return False
