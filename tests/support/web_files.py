"""A web server on loopback that hands out a directory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class _Dripping(_Quiet):
    """Sends a byte now and then, for as long as somebody reads."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            while not Event().wait(0.05):
                self.wfile.write(b"x")


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """Its address."""
    with _at(partial(_Quiet, directory=str(directory))) as address:
        yield address


@contextmanager
def dripping() -> Iterator[str]:
    """The address of a server that never comes to an end with an answer."""
    with _at(_Dripping) as address:
        yield address


@contextmanager
def _at(handler: Callable[..., SimpleHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
