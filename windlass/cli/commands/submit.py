"""``windlass submit`` and ``windlass validate``."""

import json

import click

from windlass.cli.failures import REFUSED
from windlass.cli.following import exit_code, follow
from windlass.cli.jobfile import JobFile
from windlass.cli.jobfile import submit as hand_in
from windlass.cli.session import Session, connected
from windlass.cli.show.source import print_errors


@click.command()
@click.argument("file")
@click.option("-i", "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="Set an input.")
@click.option("--key", metavar="TEXT", help="Idempotency key: the same one makes one job only.")
@click.option("-f", "--follow", "follows", is_flag=True, help="Then follow it, as logs -f does.")
@connected
def submit(
    session: Session, file: str, inputs: tuple[str, ...], key: str | None, follows: bool
) -> None:
    """Hand in FILE (- for standard input); its id goes to standard output."""
    api = session.client()
    job = hand_in(api, JobFile.read(file).with_inputs(inputs), key)
    click.echo(json.dumps(job) if session.json else job["id"])
    if follows:
        raise SystemExit(exit_code(follow(api, job["id"])))


@click.command()
@click.argument("file")
@connected
def validate(session: Session, file: str) -> None:
    """Check FILE (- for standard input): every error at once, each with its line."""
    job_file = JobFile.read(file)
    with job_file.refusals_shown():
        answer = session.client().post("validate", body=job_file.body())
    if session.json:
        click.echo(json.dumps(answer))
    elif answer["valid"]:
        click.echo(f"{job_file.name}: valid")
    else:
        print_errors(job_file.name, job_file.text, answer["errors"])
    raise SystemExit(0 if answer["valid"] else REFUSED)
