"""Just enough of an image registry to pull from, on loopback, where Docker needs no TLS."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.support.listening import listening

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar"


class Registry:
    """Holds one image under every name. ``login``: user and password it asks for."""

    def __init__(self, layer: bytes, login: tuple[str, str] | None = None) -> None:
        self.pulls = 0
        self.login = login
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": ["PATH=/bin"], "Labels": {"windlass.test-image": "1"}},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
        self._blobs = {_digest(blob): blob for blob in (layer, json.dumps(config).encode())}
        self.manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": _entry(_CONFIG, json.dumps(config).encode()),
                "layers": [_entry(_LAYER, layer)],
            }
        ).encode()

    def answer(self, path: str, authorization: str | None) -> tuple[int, str, bytes]:
        if self.login and authorization != _basic(*self.login):
            return 401, "application/json", _error("UNAUTHORIZED", "authentication required")
        if path == "/v2/":
            return 200, "application/json", b"{}"
        kind, _, reference = path.rpartition("/")
        if kind.endswith("/manifests") and "missing" not in path:
            self.pulls += 1
            return 200, _MANIFEST, self.manifest
        if kind.endswith("/blobs") and reference in self._blobs:
            return 200, "application/octet-stream", self._blobs[reference]
        return 404, "application/json", _error("MANIFEST_UNKNOWN", "manifest unknown to the test")


@contextmanager
def serving(registry: Registry) -> Iterator[str]:
    """Yields host and port."""
    with listening(_handler(registry)) as address:
        yield address


def _handler(registry: Registry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = registry.answer(self.path, self.headers.get("Authorization"))
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="test"')
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if kind == _MANIFEST:
                self.send_header("Docker-Content-Digest", _digest(body))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the base class calls it so

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _entry(kind: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": kind, "size": len(blob), "digest": _digest(blob)}


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _error(code: str, message: str) -> bytes:
    return json.dumps({"errors": [{"code": code, "message": message}]}).encode()
