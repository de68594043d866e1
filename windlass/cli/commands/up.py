"""``windlass up``."""

import os
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from windlass.cli.failures import Conflict, Unreachable
from windlass.worker.runtimes import NAMES

if TYPE_CHECKING:
    from windlass.embedded.place import Place, Running
    from windlass.embedded.stack import Options


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=7070, show_default=True)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Where data is kept."
)
@click.option("--runtime", type=click.Choice(NAMES), help="Else Docker if it is there.")
@click.option("--concurrency", type=click.IntRange(1), help="So many tasks at once.")
@click.option(
    "--database-url", envvar="WINDLASS_DATABASE_URL", default="", help="Else our own Postgres."
)
@click.option("--redis-url", envvar="WINDLASS_REDIS_URL", default="", help="Else our own Redis.")
def up(port: int, data: Path | None, runtime: str | None, **given: Any) -> None:
    """Keep Postgres, Redis, a coordinator and a worker up on loopback, until Ctrl-C.

    The data survives; tasks that run when it ends are taken up again when it is back.
    """
    from windlass.embedded.choice import Choice, choose
    from windlass.embedded.place import Place, default_directory
    from windlass.embedded.stack import COMMAND_IMAGE, Options

    image = os.environ.get("WINDLASS_ENTRYPOINT_IMAGE", COMMAND_IMAGE)
    choice = Choice(runtime) if runtime else choose(later=[image] if image else [])
    if choice.note:
        click.echo(choice.note)
    wished = {name: value for name, value in given.items() if value}
    options = Options(runtime=choice.runtime, port=port, lasting=True, **wished)
    _keep_up(Place(data or default_directory()), options)
    click.echo("stopped; the data stays")


def _keep_up(place: "Place", options: "Options") -> None:
    from windlass.embedded.process import ServerFailed
    from windlass.embedded.supervise import Taken, supervise

    began = monotonic()
    try:
        supervise(place.make(), options, click.echo, lambda running: _greet(place, running, began))
    except Taken:
        raise Conflict(f"a stack runs in {place.directory}; choose another --data") from None
    except (ServerFailed, OSError) as problem:
        raise Unreachable(str(problem)) from None


def _greet(place: "Place", running: "Running", began: float) -> None:
    click.echo(f"up after {monotonic() - began:.1f}s, runtime {running.runtime}")
    click.echo(f"API    {running.server}/windlass/v1/docs")
    click.echo(f"data   {place.directory} (with the logs of each part)")
    click.echo("Ctrl-C ends it")
