"""Windlass's own door: the whole engine, in its own words."""

from flask import Blueprint

from windlass.coordinator.dialects.native.fleet import Fleet
from windlass.coordinator.dialects.native.follow import Follow
from windlass.coordinator.dialects.native.generation import read
from windlass.coordinator.dialects.native.hookwords import NativeWords
from windlass.coordinator.dialects.native.jobs import DOOR, Jobs
from windlass.coordinator.dialects.native.logs import Logs
from windlass.coordinator.dialects.native.manual import Manual
from windlass.coordinator.dialects.native.people import Roles, Users
from windlass.coordinator.dialects.native.schedules import Schedules
from windlass.coordinator.dialects.native.specs import Specs
from windlass.coordinator.dialects.native.tasks import Tasks
from windlass.coordinator.dialects.native.templates import Templates
from windlass.coordinator.dialects.native.tokens import Tokens
from windlass.coordinator.web.dialect import Dialect, Site
from windlass.coordinator.web.operations import mount, operations_of


def build(site: Site) -> Blueprint:
    blueprint = Blueprint(DOOR, __name__)
    operations = tuple(
        operations_of(
            Jobs(site.engine),
            Specs(site.engine),
            Schedules(site.engine),
            Tasks(site.engine),
            Logs(site.engine),
            Follow(site.engine, site.streams),
            Templates(site.engine),
            Fleet(site.engine, site.streams),
            Tokens(site.engine, site.gate),
            Users(site.engine),
            Roles(site.engine),
        )
    )
    for bound in (*operations, *operations_of(Manual(site.prefix, operations))):
        mount(blueprint, site.gate, bound)
    return blueprint


DIALECT = Dialect(
    name=DOOR, prefix="/windlass/v1", build=build, generated=read, hooks=NativeWords()
)
