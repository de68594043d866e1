"""``windlass coordinator``, ``worker`` and ``migrate``: set up by environment or option."""

import os
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

import click

from windlass.cli.failures import Misconfigured, Unreachable
from windlass.worker.runtimes import NAMES

Config = TypeVar("Config")


def _into_environment(**given: object) -> None:
    """Options win; the servers read one place only."""
    for name, value in given.items():
        if value is not None and value is not False:
            os.environ[f"WINDLASS_{name.upper()}"] = "true" if value is True else str(value)


def _checked(read: Callable[[], Config]) -> Config:
    """What ``read`` gives; every variable that is wrong, in a line of its own."""
    from environs import EnvValidationError

    try:
        return read()
    except EnvValidationError as problem:
        messages = problem.error_messages
        if isinstance(messages, list):  # of no variable in particular
            raise Misconfigured({}, str(problem)) from None
        raise Misconfigured(messages) from None


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="[env: WINDLASS_BIND; default: 127.0.0.1:7070]")
@click.option("--database-url", metavar="URL", help="[env: WINDLASS_DATABASE_URL]")
@click.option("--redis-url", metavar="URL", help="[env: WINDLASS_REDIS_URL]")
@click.option("--http-workers", type=click.IntRange(1), help="[env: WINDLASS_HTTP_WORKERS]")
@click.option("--http-threads", type=click.IntRange(1), help="[env: WINDLASS_HTTP_THREADS]")
@click.option("--insecure", is_flag=True, help="Serve beyond loopback although there is no token.")
def coordinator(**options: Any) -> None:
    """Serve the API and run the engine; run as many as you like."""
    from windlass.coordinator.config import Config
    from windlass.coordinator.serve import serve

    _into_environment(**options)
    raise SystemExit(serve(_checked(Config.from_env)))


@click.command()
@click.option("--redis-url", metavar="URL", help="[env: WINDLASS_REDIS_URL]")
@click.option("--name", "node_name", metavar="NAME", help="[env: WINDLASS_NODE_NAME]")
@click.option("--queues", metavar="A,B", help="[env: WINDLASS_QUEUES; default: default]")
@click.option("--concurrency", type=click.IntRange(1), help="[env: WINDLASS_CONCURRENCY]")
@click.option("--runtime", type=click.Choice(NAMES), help="[env: WINDLASS_RUNTIME]")
@click.option("--state-dir", metavar="DIR", help="[env: WINDLASS_STATE_DIR]")
def worker(**options: Any) -> None:
    """Run attempts on this machine."""
    from windlass.worker.config import Config
    from windlass.worker.main import serve

    _into_environment(**options)
    raise SystemExit(serve(_checked(Config.from_env)))


@click.command()
@click.option("--database-url", envvar="WINDLASS_DATABASE_URL", required=True, metavar="URL")
def migrate(database_url: str) -> None:
    """Bring the database up to date."""
    from windlass.coordinator.store.errors import Unavailable
    from windlass.coordinator.store.migrate import migrate as apply
    from windlass.shared.urls import check_postgres

    try:
        check_postgres(database_url)
    except ValueError as problem:
        raise click.UsageError(f"--database-url {problem}") from None
    try:
        count = apply(database_url)
    except Unavailable as problem:
        raise Unreachable(str(problem)) from problem
    click.echo(f"{count} migration{'s'[: count != 1]} applied")


@click.command()
def reseal() -> None:
    """Bring what is stored under the keys that seal now.

    Reads what the coordinator reads. Give the new key to every coordinator first, before the old
    one: WINDLASS_SECRET_KEYS=NEW,OLD. Once this has ended nothing needs the old one.
    """
    from windlass.coordinator.config import Config
    from windlass.coordinator.store.db import Database
    from windlass.coordinator.store.errors import Unavailable
    from windlass.coordinator.store.resealing import reseal as apply
    from windlass.coordinator.store.safe import Safe
    from windlass.shared.sealing import Unreadable

    config = _checked(Config.from_env)
    safe = Safe(config.secret_keys, config.order_keys)
    try:
        with closing(Database(config.database_url, pool_size=1, safe=safe)) as db:
            count = apply(db, safe)
    except Unavailable as problem:
        raise Unreachable(str(problem)) from None
    except Unreadable as problem:
        raise Misconfigured({"WINDLASS_SECRET_KEYS": [str(problem)]}) from None
    click.echo(f"{count} sealed anew")
