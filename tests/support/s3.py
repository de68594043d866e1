"""Just enough of a store that speaks S3: lists a bucket, page by page, and gives what is in it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, quote, urlsplit

from tests.support.listening import listening

PAGE = 2  # keys


@dataclass
class Store:
    """``files``: by bucket and key. ``elsewhere``: where every call is sent on to."""

    files: Mapping[str, Mapping[str, bytes]]
    elsewhere: str | None = None
    keys: list[str] = field(default_factory=list)  # that signed requests named

    def answer(self, target: str) -> tuple[int, bytes]:
        at = urlsplit(target)
        bucket, _, key = at.path.lstrip("/").partition("/")
        if bucket not in self.files:
            return 404, b"<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>"
        if not key:
            return 200, self._listed(bucket, parse_qs(at.query))
        return 200, self.files[bucket][key]

    def _listed(self, bucket: str, query: Mapping[str, list[str]]) -> bytes:
        prefix, after = query.get("prefix", [""])[0], query.get("continuation-token", [""])[0]
        keys = [key for key in sorted(self.files[bucket]) if key.startswith(prefix) and key > after]
        rows = "".join(
            f"<Contents><Key>{quote(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            f"<ETag>e</ETag><Size>{len(self.files[bucket][key])}</Size></Contents>"
            for key in keys[:PAGE]
        )
        cut = len(keys) > PAGE
        more = f"<NextContinuationToken>{keys[PAGE - 1]}</NextContinuationToken>" if cut else ""
        return (
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{bucket}</Name><EncodingType>url</EncodingType>"
            f"<IsTruncated>{str(cut).lower()}</IsTruncated>{more}{rows}</ListBucketResult>"
        ).encode()


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """Yields its address."""
    with listening(_handler(store)) as address:
        yield f"http://{address}"


def _handler(store: Store) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            store.keys.append(self.headers.get("Authorization", ""))
            if store.elsewhere:
                self._say(307, b"", {"Location": store.elsewhere})
            else:
                self._say(*store.answer(self.path), {})

        def _say(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/xml"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    return Handler
