"""What keeps web pages away from a coordinator that asks for no token, and headers for all."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Request, Response

from windlass.coordinator.web.failures import Failure, Refusal

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OWN_SITE = {"same-origin", "none"}  # none: typed into the address bar

# Nothing an API answers is a page: should a browser take it for one, it can do nothing.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def check_open(request: Request, hosts: tuple[str, ...]) -> None:
    """Refuse what only a foreign web page sends: another name for us, another site's write.

    A browser adds no token to such a request, so a coordinator that asks for one is safe already.
    """
    if hosts and _host(request.host) not in hosts:
        raise _forbidden(f"not reachable under the name {_host(request.host)!r}")
    if request.method in _SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITE:
        raise _forbidden("other web sites may not do this")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise _forbidden("other web sites may not do this")


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _host(netloc: str) -> str:
    """Without its port; ``[::1]:7070`` is ``::1``."""
    if netloc.startswith("["):
        return netloc[1:].partition("]")[0].lower()
    return netloc.partition(":")[0].lower()


def _forbidden(message: str) -> Refusal:
    return Refusal(Failure(status=HTTPStatus.FORBIDDEN, message=message))
