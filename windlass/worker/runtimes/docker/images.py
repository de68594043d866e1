"""Get an image onto the node: policy, pull, progress, and the registry's own words."""

from collections.abc import Iterator
from typing import Any

from docker import APIClient
from docker.errors import APIError, ImageNotFound, InvalidRepository

from windlass.shared.redact import redact_text
from windlass.shared.spec import Container
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Notice, Unrunnable
from windlass.worker.runtimes.docker.daemon import machinery, words

# An image pulled with one task's credentials can be used by every task of the node that names it
# with "if-missing" or "never"; "always" makes the registry check each task's own credentials.


def ensure_image(api: APIClient, image: str, container: Container, notice: Notice) -> str | None:
    """Its architecture, if it was here already. Unrunnable(IMAGE) when it cannot be had."""
    if container.pull != "always":
        with machinery():
            if architecture := _architecture(api, image):
                return architecture
        if container.pull == "never":
            raise _unavailable(f"image {image} is not on this node, and pull is 'never'")
    _pull(api, image, container, notice)
    return None


def choose_image(container: Container, default: str | None) -> str:
    image = container.image or default
    if not image:
        raise _unavailable("the task names no image, and this node has no default image")
    return image


def _architecture(api: APIClient, image: str) -> str | None:
    """None: it is not here."""
    try:
        found = api.inspect_image(image)  # type: ignore[no-untyped-call]  # not in its stubs
    except ImageNotFound:
        return None
    except APIError as problem:
        if problem.is_client_error():
            raise _unavailable(f"image {image}: {words(problem)}") from problem
        raise
    return str(found.get("Architecture") or "unknown")


def _pull(api: APIClient, image: str, container: Container, notice: Notice) -> None:
    registry = container.registry
    login = {"username": registry.username, "password": registry.password} if registry else None
    try:
        for percent in _percents(api, image, login):
            notice(f"pulling {image}", percent)
    except _Refused as problem:
        said = str(problem)
    else:
        return
    # Without a chain: the client's exception may quote the request, and so the credentials.
    secrets = [registry.password] if registry else []
    raise _unavailable(f"image {image} cannot be pulled: {redact_text(said, secrets)}") from None


class _Refused(Exception):
    """The daemon said no, at once or after a while."""


def _lines(api: APIClient, image: str, login: dict[str, str] | None) -> Iterator[dict[str, Any]]:
    try:
        lines = api.pull(image, stream=True, decode=True, auth_config=login)
    except (APIError, InvalidRepository) as problem:
        raise _Refused(words(problem)) from None
    with machinery():
        yield from lines


def _percents(api: APIClient, image: str, login: dict[str, str] | None) -> Iterator[float | None]:
    """How far the download is, each time a whole percent is added; None while nobody knows."""
    layers: dict[str, tuple[int, int]] = {}
    shown: float | None = -1.0
    for line in _lines(api, image, login):
        if "error" in line:
            raise _Refused(str(line["error"]))
        detail = line.get("progressDetail") or {}
        if line.get("status") == "Downloading" and detail.get("total"):
            layers[str(line.get("id"))] = (int(detail["current"]), int(detail["total"]))
        percent = _percent(layers)
        if percent != shown:
            shown = percent
            yield percent


def _percent(layers: dict[str, tuple[int, int]]) -> float | None:
    total = sum(total for _, total in layers.values())
    current = sum(current for current, _ in layers.values())
    return float(100 * current // total) if total else None


def _unavailable(text: str) -> Unrunnable:
    return Unrunnable(Reason.IMAGE, text)
