"""The REST API of Daggy: DAGs of commands."""

from flask import Blueprint

from windlass.coordinator.dialects.daggy.envelope import envelope
from windlass.coordinator.dialects.daggy.finding import DOOR
from windlass.coordinator.dialects.daggy.generation import read
from windlass.coordinator.dialects.daggy.ready import Ready
from windlass.coordinator.dialects.daggy.runs import Runs
from windlass.coordinator.dialects.daggy.settings import Settings
from windlass.coordinator.dialects.daggy.tasks import Tasks
from windlass.coordinator.dialects.daggy.translate import Defaults
from windlass.coordinator.web.dialect import Dialect, Site
from windlass.coordinator.web.operations import mount, operations_of


def build(site: Site) -> Blueprint:
    blueprint = Blueprint(DOOR, __name__)
    defaults = Defaults(image=Settings.from_env().image)
    for bound in operations_of(Ready(), Runs(site.engine, defaults), Tasks(site.engine)):
        mount(blueprint, site.gate, bound)
    return blueprint


DIALECT = Dialect(
    name=DOOR,
    prefix="",
    paths=("/ready", "/v1"),
    build=build,
    envelope=envelope,
    generated=read,
)
