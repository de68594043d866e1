"""The document in a request."""

from http import HTTPStatus

from flask import request

from windlass.coordinator.dialects.tork.documents import Document
from windlass.coordinator.dialects.tork.http.replies import refuse
from windlass.coordinator.dialects.tork.http.visit import Visit
from windlass.coordinator.dialects.tork.intake import Refused, read_job


def read(visit: Visit, data: bytes, *, scheduled: bool) -> Document:
    """Refusal: 400, in Tork's words."""
    try:
        type, people = request.headers.get("Content-Type"), visit.everything.people
        return read_job(data, type, scheduled=scheduled, directory=people)
    except Refused as problem:
        refuse(HTTPStatus.BAD_REQUEST, str(problem))
