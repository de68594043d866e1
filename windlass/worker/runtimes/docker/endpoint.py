"""The Docker daemon over bare sockets. Standard library only: the scribe uses it."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_CONNECTING = 30.0
_RECEIVE = 1 << 18
_DEFAULT_PORT = 2375


class Unreachable(OSError):
    """No answer, or none that can be understood."""


@dataclass(frozen=True)
class Endpoint:
    host: str  # http+unix://<path>, http://<name>:<port> or https://<name>:<port>
    version: str
    verify: str | bool = True
    cert: tuple[str, str] | None = None

    def call(self, method: str, path: str) -> tuple[int, bytes]:
        """Status and body of a short reply."""
        with self.connect() as link:
            status, rest = self.ask(link, method, path, "Connection: close", protocol="HTTP/1.0")
            return status, rest + b"".join(received(link))

    def connect(self) -> socket.socket:
        where = urlsplit(self.host)
        if where.scheme == "http+unix":
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.settimeout(_CONNECTING)
            try:
                link.connect(where.path)
            except OSError:
                link.close()
                raise
            return link
        if where.scheme not in {"http", "https"} or not where.hostname:
            raise Unreachable(f"{self.host}: only unix, tcp and tls are possible")
        address = (where.hostname, where.port or _DEFAULT_PORT)
        link = socket.create_connection(address, _CONNECTING)
        return self._secured(link, where.hostname) if where.scheme == "https" else link

    def _secured(self, link: socket.socket, name: str) -> socket.socket:
        context = ssl.create_default_context(
            cafile=self.verify if isinstance(self.verify, str) else None
        )
        if self.verify is False:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cert:
            context.load_cert_chain(*self.cert)
        return context.wrap_socket(link, server_hostname=name)

    def ask(
        self, link: socket.socket, method: str, path: str, *headers: str, protocol: str = "HTTP/1.1"
    ) -> tuple[int, bytes]:
        """Status, and what came after the head already. From here on the link may be silent."""
        lines = [f"{method} /v{self.version}{path} {protocol}", "Host: docker", *headers, "", ""]
        link.sendall("\r\n".join(lines).encode())
        head = b""
        while b"\r\n\r\n" not in head:
            more = link.recv(_RECEIVE)
            if not more:
                raise Unreachable("it hung up")
            head += more
        head, _, rest = head.partition(b"\r\n\r\n")
        link.settimeout(None)
        return int(head.split(b" ", 2)[1]), rest


def received(link: socket.socket) -> Iterator[bytes]:
    while more := link.recv(_RECEIVE):
        yield more
