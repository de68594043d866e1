"""``windlass template``."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import click

from windlass.cli.client import Body, Document
from windlass.cli.following import exit_code, follow
from windlass.cli.jobfile import JobFile, pairs
from windlass.cli.session import Session, connected
from windlass.cli.show.table import print_table
from windlass.cli.show.words import ago

_DOOR = click.option("--door", default="native", show_default=True, help="Whose template it is.")


@click.group()
def template() -> None:
    """Save job files under a name, and make jobs of them.

    Saving a changed file makes a version; jobs stay what they were made of.
    """


@template.command()
@click.argument("name")
@click.argument("file")
@connected
def save(session: Session, name: str, file: str) -> None:
    """Save FILE (- for standard input) as template NAME."""
    job_file = JobFile.read(file)
    with job_file.refusals_shown():
        saved = session.client().call("PUT", "templates", name, body=job_file.body())
    click.echo(json.dumps(saved) if session.json else f"{name}: version {saved['version']}")


@template.command("ls")
@click.option("--door", help="Only templates of this door.")
@connected
def list_templates(session: Session, door: str | None) -> None:
    """List templates, by name."""
    found = list(session.client().items("templates", query={"door": door} if door else None))
    _print(session, found)


@template.command()
@click.argument("name")
@_DOOR
@connected
def versions(session: Session, name: str, door: str) -> None:
    """List the versions of template NAME, newest first."""
    _print(
        session, session.client().get("templates", name, "versions", query={"door": door})["items"]
    )


@template.command()
@click.argument("name")
@click.option("--version", type=int, help="This one; else the newest.")
@_DOOR
@connected
def get(session: Session, name: str, version: int | None, door: str) -> None:
    """Print template NAME with its job, as JSON."""
    of = ("versions", str(version)) if version is not None else ()
    click.echo(json.dumps(session.client().get("templates", name, *of, query={"door": door})))


@template.command("submit")
@click.argument("name")
@click.option("-i", "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="Set an input.")
@click.option("--version", type=int, help="Of this version; else of the newest.")
@click.option("-f", "--follow", "follows", is_flag=True, help="Then follow it, as logs -f does.")
@_DOOR
@connected
def submit_template(
    session: Session, name: str, inputs: tuple[str, ...], door: str, **options: object
) -> None:
    """Make a job of template NAME; its id goes to standard output."""
    api, number = session.client(), options["version"]
    asked = {"inputs": dict(pairs(inputs)), **({"version": number} if number else {})}
    job = api.call(
        "POST",
        "templates",
        name,
        "jobs",
        query={"door": door},
        body=Body.of(asked),
        headers={"Idempotency-Key": uuid4().hex},
    )
    click.echo(json.dumps(job) if session.json else job["id"])
    if options["follows"]:
        raise SystemExit(exit_code(follow(api, job["id"])))


@template.command()
@click.argument("name")
@click.option("--keep-jobs", is_flag=True, help="Those that are over stay.")
@_DOOR
@connected
def delete(session: Session, name: str, keep_jobs: bool, door: str) -> None:
    """Delete template NAME: its jobs are cancelled, and forgotten once they are over."""
    query = {"door": door, "keep_jobs": str(keep_jobs).lower()}
    session.client().call("DELETE", "templates", name, query=query)
    click.echo(json.dumps({"name": name}) if session.json else f"{name} deleted")


def _print(session: Session, found: list[Document]) -> None:
    if session.json:
        click.echo(json.dumps(found))
        return
    now = datetime.now(UTC)
    print_table(
        ("name", "door", "version", "saved", "owner"),
        [
            (
                each["name"],
                each["door"],
                str(each["version"]),
                ago(each["created_at"], now),
                each["owner"],
            )
            for each in found
        ],
    )
