"""A TCP proxy that can fall silent, as a broken network path does: no reset, no end, no bytes."""

import selectors
import socket
from threading import Event, Thread
from urllib.parse import urlsplit, urlunsplit


class StallingProxy:
    """In front of ``url``; while stalled it swallows whatever either side sends."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._peers: dict[socket.socket, socket.socket] = {}
        self._lost: list[socket.socket] = []
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._stalled = Event()
        self._closing = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        port = self._listener.getsockname()[1]
        user, at, _ = self._target.netloc.rpartition("@")
        return urlunsplit(self._target._replace(netloc=f"{user}{at}127.0.0.1:{port}"))

    def stall(self) -> None:
        """Every connection there is goes silent for ever; new ones as long as it lasts."""
        self._stalled.set()

    def resume(self) -> None:
        self._stalled.clear()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        for link in [self._listener, *self._peers, *self._lost]:
            link.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            if self._stalled.is_set():
                self._lose_all()
            for key, _ in self._selector.select(0.05):
                link = key.fileobj
                assert isinstance(link, socket.socket)
                if link is self._listener:
                    self._accept()
                elif link in self._peers:  # not closed with its peer a moment ago
                    self._forward(link)

    def _lose_all(self) -> None:
        for link in list(self._peers):
            self._selector.unregister(link)
        self._lost += self._peers
        self._peers.clear()

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        if self._stalled.is_set():
            self._lost.append(near)
            return
        far = socket.create_connection((self._target.hostname, self._target.port or 6379))
        for link, peer in ((near, far), (far, near)):
            self._peers[link] = peer
            self._selector.register(link, selectors.EVENT_READ)

    def _forward(self, link: socket.socket) -> None:
        peer = self._peers[link]
        try:
            data = link.recv(1 << 16)
            peer.sendall(data)
        except OSError:
            data = b""
        if not data:
            for end in (link, peer):
                self._selector.unregister(end)
                del self._peers[end]
                end.close()
