"""``windlass coordinator``: one parent, the API's processes and the loops' process under it.

The parent binds the address, so that it is refused before anything is started and kept while a
child is replaced; it holds and loads nothing else.
"""

# ruff: noqa: PLC0415

import os
import socket
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from functools import partial
from time import monotonic, sleep
from typing import TYPE_CHECKING

from windlass.coordinator.children import GIVE_UP, Child, Family, Gate
from windlass.coordinator.config import Address, Config

if TYPE_CHECKING:
    from windlass.coordinator.store.db import Database

BACKLOG = 1024
PATIENCE_WITH_POSTGRES = 60.0

NO_TOKENS = (
    "{address} can be reached from other machines, and there is no token yet: create one with"
    " `windlass token create`, give the first one in WINDLASS_BOOTSTRAP_TOKEN, or say --insecure"
    " to let everybody in"
)


class CannotServe(Exception):
    """In one line, for the operator."""


def serve(config: Config) -> int:
    """Until SIGTERM or SIGINT; the exit code."""
    try:
        listener = listen(config.bind)
    except CannotServe as problem:
        return _refuse(problem)
    with listener, tempfile.TemporaryDirectory(prefix="windlass-metrics-") as metrics:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics
        return _family(config, listener).run()


def listen(address: Address) -> socket.socket:
    try:
        family, _, _, _, where = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM
        )[0]
        return socket.create_server(where[:2], family=family, backlog=BACKLOG)
    except OSError as problem:
        raise CannotServe(f"cannot listen on {address}: {problem.strerror}") from problem


def _family(config: Config, listener: socket.socket) -> Family:
    port = listener.getsockname()[1]
    bound = replace(config, bind=replace(config.bind, port=port))
    prepared = Gate()
    return Family(
        [
            Child("http", partial(_run_http, bound, listener, prepared)),
            Child("loops", partial(_run_loops, bound, listener, prepared)),
        ]
    )


def _run_http(config: Config, listener: socket.socket, prepared: Gate) -> None:
    """Loads while the other child prepares, and answers when that is done."""
    from windlass.coordinator.http import serve_http
    from windlass.shared import logs

    logs.configure(level=config.log_level)
    serve_http(config, listener, prepared)


def _run_loops(config: Config, listener: socket.socket, prepared: Gate) -> None:
    listener.close()  # or it would keep the address while it ends, should the parent be killed

    from windlass.coordinator import wiring
    from windlass.coordinator.loops import mask_signals, signalled
    from windlass.shared import logs

    logs.configure(level=config.log_level)
    try:
        _prepare(config)
    except CannotServe as problem:
        _refuse(problem)
        sys.exit(GIVE_UP)
    prepared.set()
    mask_signals()
    wiring.run_loops(config, until=signalled)


def _prepare(config: Config) -> None:
    from windlass.coordinator.store.db import Database

    _migrate(config.database_url)
    with closing(Database(config.database_url, pool_size=1)) as db:
        _check_keys(config, db)
        _make_first_token(config, db)
        _check_tokens(config, db)


def _migrate(url: str) -> None:
    from windlass.coordinator.store.errors import Unavailable
    from windlass.coordinator.store.migrate import migrate

    deadline = monotonic() + PATIENCE_WITH_POSTGRES
    while True:
        try:
            migrate(url)
        except Unavailable as problem:
            if monotonic() > deadline:
                raise CannotServe(str(problem)) from problem
            sleep(0.2)
        else:
            return


def _check_keys(config: Config, db: "Database") -> None:
    from windlass.coordinator.store import seal_keys

    with db.transaction() as tx:
        strange = seal_keys.strange(tx, [*config.secret_keys.names, *config.order_keys.names])
        if strange:
            raise CannotServe(
                f"what is stored is sealed with {', '.join(strange)}: neither WINDLASS_SECRET_KEYS "
                "nor WINDLASS_ORDER_KEYS has a key of that name"
            )
        sealing = (config.secret_keys.names[:1], config.order_keys.names[:1])
        seal_keys.note(tx, [name for names in sealing for name in names])


def _make_first_token(config: Config, db: "Database") -> None:
    from windlass.coordinator.engine import access

    if config.bootstrap_token is None:
        return
    try:
        access.bootstrap(db, config.bootstrap_token)
    except ValueError as problem:
        raise CannotServe(f"WINDLASS_BOOTSTRAP_TOKEN {problem}") from problem


def _check_tokens(config: Config, db: "Database") -> None:
    from windlass.coordinator.engine import access

    if config.insecure or config.bind.is_loopback:
        return
    if not access.tokens(db):
        raise CannotServe(NO_TOKENS.format(address=config.bind))


def _refuse(problem: CannotServe) -> int:
    sys.stderr.write(f"windlass coordinator: {problem}\n")
    return 1
