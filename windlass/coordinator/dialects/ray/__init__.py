"""The jobs of Ray: what its ``ray job`` commands and its JobSubmissionClient speak."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from windlass.coordinator.dialects.ray import documents, words
from windlass.coordinator.dialects.ray.jobs import Jobs
from windlass.coordinator.dialects.ray.packages import Packages
from windlass.coordinator.web import replies
from windlass.coordinator.web.dialect import Dialect, Site
from windlass.coordinator.web.operations import Call, Gives, mount, operation, operations_of

DOOR = "ray"
API_VERSION = "4"


class Handshake:
    def __init__(self, ray_version: str) -> None:
        self._version = ray_version

    @operation(
        "GET /api/version", None, gives={HTTPStatus.OK: Gives(schema=documents.Version)}, loose=True
    )
    def tell_version(self, _: Call) -> Response:
        """Say what Ray this speaks like."""
        return replies.document(
            {
                "version": API_VERSION,
                "ray_version": self._version,
                "ray_commit": "windlass",
                "session_name": "windlass",
            }
        )


def build(site: Site) -> Blueprint:
    blueprint = Blueprint(DOOR, __name__)
    blueprint.before_request(lambda: words.refuse_browsers(request))
    for bound in operations_of(
        Handshake(site.settings.ray_version),
        Packages(DOOR, site.engine, site.settings),
        Jobs(DOOR, site.engine, site.settings, site.streams),
    ):
        mount(blueprint, site.gate, bound, words.credentials)
    return blueprint


DIALECT = Dialect(name=DOOR, prefix="", paths=("/api",), build=build, envelope=words.envelope)
