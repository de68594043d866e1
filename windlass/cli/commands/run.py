"""``windlass run``: a job file, from keypress to closing table."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from windlass.cli.client import Client
from windlass.cli.failures import Conflict, Unreachable
from windlass.cli.following import cancelled_by_ctrl_c, exit_code, follow, follow_as_json
from windlass.cli.jobfile import JobFile, submit
from windlass.cli.profiles import configured
from windlass.cli.session import Session, connected
from windlass.cli.show.jobs import print_tasks
from windlass.worker.runtimes import NAMES

if TYPE_CHECKING:
    from windlass.embedded.place import Place

_LOCAL_OUTAGE = 5.0  # seconds: nobody will bring our own stack back


@click.command()
@click.argument("file")
@click.option("-i", "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="Set an input.")
@click.option("--runtime", type=click.Choice(NAMES), help="Of our own stack.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Use the stack of this directory, whatever server is configured.",
)
@connected
def run(
    session: Session, file: str, inputs: tuple[str, ...], runtime: str | None, data: Path | None
) -> None:
    """Run FILE (- for standard input) and follow it to its end.

    Where no server is configured, what is missing is started on loopback and stopped again. Ctrl-C
    cancels the job. Exits with 0, or with the failing task's own exit code.
    """
    job_file = JobFile.read(file).with_inputs(inputs)
    with _server(session, job_file, runtime, data) as (api, outage):
        code = _run(api, session, job_file, outage)
    raise SystemExit(code)


def _run(api: Client, session: Session, file: JobFile, outage: float) -> int:
    job = submit(api, file, None)
    with cancelled_by_ctrl_c(api, job["id"]):
        if session.json:
            return exit_code(follow_as_json(api, job["id"], outage=outage))
        click.echo(f"job {job['id']} · {job['name']} · {job['total']} tasks", err=True)
        end = follow(api, job["id"], outage=outage)
    click.echo()
    print_tasks(api.items("jobs", job["id"], "tasks"), datetime.now(UTC))
    _print_verdict(api, job["id"])
    return exit_code(end)


def _print_verdict(api: Client, id: str) -> None:
    job = api.get("jobs", id)
    colour = "green" if job["state"] == "completed" else "red"
    click.echo(
        f"{click.style(job['state'], fg=colour, bold=True)} {job.get('error') or ''}".rstrip()
    )
    if job.get("output") is not None:
        click.echo(f"output: {job['output']}")


@contextmanager
def _server(
    session: Session, file: JobFile, runtime: str | None, data: Path | None
) -> Iterator[tuple[Client, float]]:
    target = None if data else configured(session.given)
    if target:
        yield Client(target.server, target.token), 60.0
        return
    with _our_own(session.place(), file, runtime) as server:
        yield Client(server, session.place().token()), _LOCAL_OUTAGE


@contextmanager
def _our_own(place: "Place", file: JobFile, runtime: str | None) -> Iterator[str]:
    from windlass.embedded.choice import Choice, choose
    from windlass.embedded.join import a_stack
    from windlass.embedded.process import ServerFailed
    from windlass.embedded.stack import DEFAULT_IMAGE, Options

    choice = Choice(runtime) if runtime else choose(file.images(DEFAULT_IMAGE))
    try:
        with a_stack(place, Options(runtime=choice.runtime)) as running:
            if runtime not in (None, running.runtime):
                raise Conflict(
                    f"the stack in {place.directory} runs with --runtime {running.runtime}; "
                    "choose another directory with --data"
                )
            if choice.note:
                click.echo(choice.note, err=True)
            yield running.server
    except ServerFailed as problem:
        raise Unreachable(str(problem)) from None
