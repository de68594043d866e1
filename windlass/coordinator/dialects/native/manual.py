"""The door's own description over HTTP: the OpenAPI document and a page to browse it."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from flask import Response, request

from windlass.coordinator.dialects.native import documents
from windlass.coordinator.web import openapi, page, replies
from windlass.coordinator.web.operations import Bound, Call, Gives, operation


class Manual:
    """Needs no token: it tells nothing that the program's source does not."""

    def __init__(self, prefix: str, operations: Iterable[Bound]) -> None:
        self._prefix = prefix
        self._operations = tuple(operations)

    @cached_property
    def _document(self) -> dict[str, Any]:
        return openapi.describe("Windlass", "1", self._prefix, self._operations, documents.Error)

    @operation("GET /openapi.json", None, gives={200: Gives(media="application/json")})
    def openapi_document(self, _: Call) -> Response:
        """Describe this API."""
        response = replies.document(self._document | self._servers())
        return replies.immutable(request, response, response.get_data(as_text=True))

    @operation("GET /docs", None, gives={200: Gives(media="text/html")})
    def docs_page(self, _: Call) -> Response:
        """Browse this API."""
        return page.render(self._document | self._servers(), home="")

    @operation("GET /docs.css", None, gives={200: Gives(media="text/css")})
    def docs_style(self, _: Call) -> Response:
        """Style the page."""
        return page.style()

    def _servers(self) -> dict[str, Any]:
        """With the prefix a proxy in front of us adds."""
        return {"servers": [{"url": request.root_path.rstrip("/") + self._prefix or "/"}]}
