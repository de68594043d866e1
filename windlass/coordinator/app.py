"""The Flask application: one blueprint per door, found by being there."""

from collections.abc import Mapping, Sequence

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from windlass.coordinator.dialects import discover
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web import errors, guard, metrics, ops
from windlass.coordinator.web.auth import Gate
from windlass.coordinator.web.dialect import Dialect, Site
from windlass.coordinator.web.settings import HttpSettings
from windlass.coordinator.web.sockets import Unwrapped
from windlass.coordinator.web.streams import Streams


def create_app(engine: Engine, settings: HttpSettings, streams: Streams | None = None) -> Flask:
    """``streams``: given by whoever ends this process, to end what is open."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.largest_body
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.largest_body
    gate = Gate(engine, open=settings.open, hosts=settings.hosts)
    streams = streams or Streams.for_threads(settings.threads)
    doors = mounted(discover(), settings)
    for door in dict.fromkeys(doors.values()):
        prefix = prefix_of(door, settings)
        site = Site(engine, gate, streams, settings, prefix)
        app.register_blueprint(door.build(site), url_prefix=prefix or None)
    app.register_blueprint(ops.build(engine, gate))
    errors.install(app, doors)
    metrics.install(app)
    app.after_request(guard.add_headers)
    app.wsgi_app = Unwrapped(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to wrap it
    if settings.proxies:
        behind = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap it
            app.wsgi_app, x_for=behind, x_proto=behind, x_host=behind, x_prefix=behind
        )
    return app


def mounted(dialects: Sequence[Dialect], settings: HttpSettings) -> Mapping[str, Dialect]:
    """By each path that is its own. ValueError: two doors claim the same."""
    doors: dict[str, Dialect] = {}
    for dialect in dialects:
        if not settings.door(dialect.name).enabled:
            continue
        for path in dialect.paths:
            claimed = prefix_of(dialect, settings) + path
            if claimed in doors:
                names = f"{dialect.name} and {doors[claimed].name}"
                raise ValueError(f"{names} both claim {claimed or '/'}")
            doors[claimed] = dialect
    return doors


def prefix_of(dialect: Dialect, settings: HttpSettings) -> str:
    wish = settings.door(dialect.name).prefix
    return dialect.prefix if wish is None else wish.rstrip("/")
