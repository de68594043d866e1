"""How this door says that something went wrong: one line of text, which clients print as it is."""

from http import HTTPStatus

from flask import Request, Response

from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import bearer
from windlass.coordinator.web.failures import Failure, Refusal
from windlass.coordinator.web.reading import show_path

_READING = {"GET", "HEAD", "OPTIONS"}
_OF_BROWSERS = ("Origin", "Referer", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-Dest")


def envelope(failure: Failure) -> Response:
    flaws = [f"{show_path(flaw.path)}: {flaw.message}" for flaw in failure.flaws]
    return replies.text("; ".join([failure.message, *flaws]), failure.status)


def refuse(status: int, message: str) -> Refusal:
    return Refusal(Failure(status=status, message=message))


def missing(id: str) -> Refusal:
    return refuse(HTTPStatus.NOT_FOUND, f"Job {id} does not exist")


def credentials(request: Request) -> str | None:
    """Wherever Ray's clients and proxies before its servers put a token."""
    kind, _, secret = request.headers.get("X-Ray-Authorization", "").partition(" ")
    other = secret.strip() if kind.lower() == "bearer" else None
    return bearer(request) or other or request.cookies.get("ray-authentication-token")


def refuse_browsers(request: Request) -> None:
    """Web pages may not change anything here, in whosever name."""
    if request.method in _READING:
        return
    browser = request.headers.get("User-Agent", "").startswith("Mozilla")
    if browser or any(name in request.headers for name in _OF_BROWSERS):
        raise refuse(
            HTTPStatus.METHOD_NOT_ALLOWED,
            f"'{request.method}' method not allowed for browser traffic.",
        )
