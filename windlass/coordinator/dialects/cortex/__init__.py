"""The Task and Batch APIs of Cortex: deployed from YAML, and the jobs of each."""

from flask import Blueprint

from windlass.coordinator.dialects.cortex import metrics
from windlass.coordinator.dialects.cortex.addresses import Endpoint, Kind, credentials
from windlass.coordinator.dialects.cortex.deploying import Making
from windlass.coordinator.dialects.cortex.faults import envelope
from windlass.coordinator.dialects.cortex.finding import DOOR
from windlass.coordinator.dialects.cortex.jobs import Jobs
from windlass.coordinator.dialects.cortex.logs import Logs
from windlass.coordinator.dialects.cortex.operator import Operator
from windlass.coordinator.dialects.cortex.settings import Settings
from windlass.coordinator.web.dialect import Dialect, Site
from windlass.coordinator.web.operations import mount, operations_of

_CONVERTERS = {"endpoint": Endpoint, "kind": Kind}


def build(site: Site) -> Blueprint:
    options = site.settings.door(DOOR).options
    settings = options if isinstance(options, Settings) else Settings.from_env()
    making = Making(site.settings.entrypoint_image, site.settings.largest_package)
    blueprint = Blueprint(DOOR, __name__)
    blueprint.record(lambda state: state.app.url_map.converters.update(_CONVERTERS))
    for bound in operations_of(
        Operator(site.engine, making, site.prefix),
        Logs(site.engine, site.streams, site.prefix),
        Jobs(site.engine, settings, making, site.prefix),
    ):
        mount(blueprint, site.gate, bound, credentials)
    return blueprint


DIALECT = Dialect(name=DOOR, prefix="/cortex", build=build, envelope=envelope, counts=metrics.count)
