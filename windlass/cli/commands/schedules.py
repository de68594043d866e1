"""``windlass schedule``."""

import json
from datetime import UTC, datetime
from typing import Any

import click

from windlass.cli.jobfile import JobFile
from windlass.cli.session import Session, connected
from windlass.cli.show.table import print_table
from windlass.cli.show.words import ago

_PAGE = 200


@click.group()
def schedule() -> None:
    """Make jobs by the clock: create, list, show, pause, resume and delete schedules."""


@schedule.command()
@click.argument("file")
@click.option("-i", "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="Set an input.")
@connected
def create(session: Session, file: str, inputs: tuple[str, ...]) -> None:
    """Hand in FILE (- for standard input), a job file with a schedule; its id goes to standard
    output."""
    job_file = JobFile.read(file).with_inputs(inputs)
    with job_file.refusals_shown():
        made = session.client().post("schedules", body=job_file.body())
    click.echo(json.dumps(made) if session.json else made["id"])


@schedule.command("ls")
@connected
def list_schedules(session: Session) -> None:
    """List schedules, newest first."""
    found = session.client().get("schedules", query={"limit": str(_PAGE)})["items"]
    if session.json:
        click.echo(json.dumps(found))
        return
    now = datetime.now(UTC)
    print_table(
        ("id", "name", "state", "cron", "last", "next"),
        [
            (each["id"], each["name"], each["state"], each["cron"], *_times(each, now))
            for each in found
        ],
    )


@schedule.command("get")
@click.argument("id")
@connected
def get_schedule(session: Session, id: str) -> None:
    """Show one schedule."""
    click.echo(json.dumps(session.client().get("schedules", id), indent=2))


@schedule.command()
@click.argument("id")
@connected
def pause(session: Session, id: str) -> None:
    """Make no jobs until it is resumed."""
    session.change("schedules", id, "pause", done="paused")


@schedule.command()
@click.argument("id")
@connected
def resume(session: Session, id: str) -> None:
    """Go on from now; what was missed is not made up for."""
    session.change("schedules", id, "resume", done="goes on")


@schedule.command()
@click.argument("id")
@click.option("--jobs", is_flag=True, help="With every job it made, those that run included.")
@connected
def delete(session: Session, id: str, jobs: bool) -> None:
    """Delete a schedule."""
    session.client().call("DELETE", "schedules", id, query={"jobs": "true"} if jobs else {})
    click.echo(json.dumps({"id": id}) if session.json else f"{id} deleted")


def _times(schedule: dict[str, Any], now: datetime) -> tuple[str, str]:
    return ago(schedule["last_at"], now), schedule["next_at"] or ""
