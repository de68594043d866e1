"""Linkis' entrance: what its SDKs, its Java clients and its command line speak."""

from dataclasses import replace

from flask import Blueprint

from windlass.coordinator.dialects.linkis import words
from windlass.coordinator.dialects.linkis.engines import in_image
from windlass.coordinator.dialects.linkis.entrance import Entrance
from windlass.coordinator.dialects.linkis.figures import Figures
from windlass.coordinator.dialects.linkis.filesystem import Filesystem
from windlass.coordinator.dialects.linkis.found import DOOR, Tasks
from windlass.coordinator.dialects.linkis.history import History
from windlass.coordinator.dialects.linkis.results_store import Results
from windlass.coordinator.dialects.linkis.settings import Settings
from windlass.coordinator.dialects.linkis.tasks import Running
from windlass.coordinator.dialects.linkis.telling import Telling
from windlass.coordinator.dialects.linkis.user import User
from windlass.coordinator.dialects.linkis.users import Users
from windlass.coordinator.web.dialect import Dialect, Site
from windlass.coordinator.web.operations import mount, operations_of


def build(site: Site) -> Blueprint:
    wish = site.settings.door(DOOR).options
    settings = wish if isinstance(wish, Settings) else Settings.from_env()
    settings = replace(settings, engines=in_image(settings.engines, site.settings.entrypoint_image))
    engine = site.engine
    users = Users(DOOR, engine, site.gate, settings)
    tasks, telling = Tasks(engine), Telling(engine, settings.engines)
    blueprint = Blueprint(DOOR, __name__)
    for bound in operations_of(
        User(users, settings),
        Entrance(engine, settings),
        Figures(engine, settings),
        Running(engine, tasks, telling),
        History(engine, tasks, telling),
        Filesystem(tasks, Results(engine, telling), telling),
    ):
        mount(blueprint, users, bound)
    return blueprint


DIALECT = Dialect(name=DOOR, prefix="/api/rest_j/v1", build=build, envelope=words.envelope)
