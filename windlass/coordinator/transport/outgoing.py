"""A letter on its way to a receiver that a user chose: no further than it may go.

The host's name is resolved once, and that address is what is judged and what is connected to: a
name that means another address a moment later gains nothing. Redirects are not followed.
"""

import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Timer
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

from windlass.coordinator.engine.hooks import Letter, Undeliverable

TIMEOUT = 5.0  # seconds, for all of it
_KEPT = "/%:@!$&'()*+,;=-._~"  # of a path or a query
_PORTS = {"http": 80, "https": 443}
_THROUGH = (IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16"))  # lead to any IPv4 address


@dataclass(frozen=True)
class Allowed:
    """Besides public addresses: ``networks`` and ``names`` of hosts; ``everything``."""

    networks: tuple[object, ...] = ()
    names: frozenset[str] = frozenset()
    everything: bool = False

    @classmethod
    def parse(cls, words: Sequence[str]) -> "Allowed":
        """Networks, addresses, names of hosts, or ``*``."""
        networks, names = [], set()
        for word in filter(None, map(str.strip, words)):
            try:
                networks.append(ip_network(word, strict=False))
            except ValueError:
                names.add(word.lower())
        return cls(tuple(networks), frozenset(names - {"*"}), "*" in names)

    def permits(self, host: str, address: str) -> bool:
        found = _plain(address)
        if self.everything or host.lower() in self.names or _is_public(found):
            return True
        return any(found in network for network in self.networks)  # type: ignore[operator]  # of both versions


def _plain(address: str) -> IPv4Address | IPv6Address:
    found = ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address) and any(found in network for network in _THROUGH):
        return False
    return found.is_global and not found.is_multicast


class Outgoing:
    def __init__(self, allowed: Allowed, timeout: float = TIMEOUT) -> None:
        self._allowed = allowed
        self._timeout = timeout
        self._tls = ssl.create_default_context()

    def post(self, letter: Letter) -> int:
        """The status. OSError: nobody answered in time. Undeliverable: nobody was asked."""
        parts = _parts(letter.url)
        link = self._connect(parts)
        with _no_longer_than(self._timeout, link):
            connection = HTTPConnection(parts.hostname or "")
            connection.sock = link
            try:
                asked = _target(parts)
                connection.putrequest("POST", asked, skip_host=True, skip_accept_encoding=True)
                for name, value in _headers(parts, letter).items():
                    connection.putheader(name, value.encode())
                connection.endheaders(letter.body)
                return connection.getresponse().status
            except HTTPException as problem:
                raise OSError(str(problem)) from None
            except ValueError as problem:
                raise Undeliverable(str(problem)) from None

    def _connect(self, parts: SplitResult) -> socket.socket:
        host = parts.hostname or ""
        address, port = self._address(host, parts.port or _PORTS[parts.scheme])
        link = socket.create_connection((address, port), self._timeout)
        if parts.scheme == "http":
            return link
        try:
            return self._tls.wrap_socket(link, server_hostname=host)
        except BaseException:
            link.close()
            raise

    def _address(self, host: str, port: int) -> tuple[str, int]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            raise Undeliverable(f"{host!r} is no host") from None
        address = str(found[0][4][0])
        if not self._allowed.permits(host, address):
            raise Undeliverable(f"{host} is {address}: WINDLASS_WEBHOOK_ALLOW does not allow it")
        return address, port


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not parts.netloc.isascii() or not url.isprintable() or " " in parts.netloc:
        raise Undeliverable("its URL is none of http or https")
    return parts


def _target(parts: SplitResult) -> str:
    """What does not belong in an address is escaped, as Go does."""
    path = quote(parts.path or "/", safe=_KEPT)
    return f"{path}?{quote(parts.query, safe=_KEPT + '?')}" if parts.query else path


def _headers(parts: SplitResult, letter: Letter) -> dict[str, str]:
    credentials, _, host = parts.netloc.rpartition("@")
    given = {name.lower() for name in letter.headers}
    headers = {"Host": host, **({} if "user-agent" in given else {"User-Agent": "windlass"})}
    if credentials and "authorization" not in given:
        headers["Authorization"] = f"Basic {b64encode(unquote_to_bytes(credentials)).decode()}"
    return {**headers, **letter.headers, "Content-Length": str(len(letter.body))}


@contextmanager
def _no_longer_than(seconds: float, link: socket.socket) -> Iterator[None]:
    """A receiver that answers byte by byte, each in time, is cut off as well."""

    def cut() -> None:
        with suppress(OSError):
            link.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        link.close()
