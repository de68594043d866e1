"""The body of a request: its bytes, and what they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from windlass.coordinator.web import jsontext, yamltext
from windlass.coordinator.web.failures import Failure, Refusal
from windlass.coordinator.web.reading import Path, Places

_CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii"}


class Format(StrEnum):
    JSON = "json"
    YAML = "yaml"


MEDIA = {
    "application/json": Format.JSON,
    "application/yaml": Format.YAML,
    "application/x-yaml": Format.YAML,
    "text/yaml": Format.YAML,
    "text/x-yaml": Format.YAML,
}


@dataclass(frozen=True)
class Body:
    format: Format
    data: bytes

    def load(self) -> Any:
        """Unreadable: it is no document we take."""
        return jsontext.load(self.data) if self.format is Format.JSON else yamltext.load(self.data)

    def places(self, paths: Iterable[Path]) -> Places:
        """Where these are in the text, as far as its format lets us know."""
        return {} if self.format is Format.JSON else yamltext.locate(self.data, paths)


def read_body(request: Request, *, formats: Iterable[Format] = Format) -> Body:
    """Refusal: not one of ``formats`` (415), or larger than allowed (413)."""
    format = MEDIA.get(request.mimetype)
    if format is None or format not in set(formats):
        taken = [media for media, kind in MEDIA.items() if kind in set(formats)]
        sent = request.mimetype or "none"
        raise _unsupported(f"content type {sent} is not taken here; use {' or '.join(taken)}")
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in _CHARSETS:
        raise _unsupported(f"charset {charset} is not taken here; use utf-8")
    return Body(format, _whole(request))


def _whole(request: Request) -> bytes:
    """Of a body that does not tell its length no more is read than allowed, and nothing said."""
    data = request.get_data(cache=False)
    if request.content_length is None and len(data) == request.max_content_length:
        raise RequestEntityTooLarge
    return data


def _unsupported(message: str) -> Refusal:
    return Refusal(Failure(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message=message))
