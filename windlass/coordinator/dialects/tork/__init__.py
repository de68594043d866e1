"""Tork's door: its clients find here what they expect of Tork."""

from flask import Blueprint

from windlass.coordinator.dialects.tork.hookwords import TorkWords
from windlass.coordinator.dialects.tork.http import (
    fleet,
    guards,
    jobs,
    logs,
    replies,
    schedules,
    tasks,
    users,
)
from windlass.coordinator.dialects.tork.http.admission import Admission
from windlass.coordinator.dialects.tork.http.routes import mount
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.dialects.tork.translate import DOOR
from windlass.coordinator.web.dialect import Dialect, Site


def build(site: Site) -> Blueprint:
    wish = site.settings.door(DOOR).options
    settings = wish if isinstance(wish, Settings) else Settings.from_env()
    routes = [
        route
        for part in (jobs, schedules, logs, tasks, fleet, users)
        for route in part.routes()
        if route.group not in settings.without
    ]
    blueprint = Blueprint(DOOR, __name__)
    guards.install(blueprint, site.engine, settings)
    mount(blueprint, Admission(site.engine, site.gate, site.streams, settings), routes)
    return blueprint


DIALECT = Dialect(name=DOOR, prefix="", build=build, envelope=replies.envelope, hooks=TorkWords())
