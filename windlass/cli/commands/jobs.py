"""``windlass ps`` and ``windlass get``."""

import json
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import click

from windlass.cli.references import JobWord, job_id
from windlass.cli.session import Session, connected
from windlass.cli.show.jobs import print_job, print_jobs
from windlass.shared.states import JobState

_STATES = [state.value for state in JobState]


@click.command()
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES))
@click.option("--tag", "tags", multiple=True, help="Has this tag; several: all of them.")
@click.option("--queue", help="Goes to this queue.")
@click.option("--door", help="Came in through this API.")
@click.option("-q", "--search", "q", help="Words of its name or description.")
@click.option("--since", metavar="TIME", help="Submitted at or after this ISO 8601 time.")
@click.option("--until", metavar="TIME", help="Submitted before this time.")
@click.option("-n", "--limit", type=click.IntRange(1), default=20, help="At most so many.")
@connected
def ps(
    session: Session, states: tuple[str, ...], tags: tuple[str, ...], limit: int, **filters: Any
) -> None:
    """List jobs, newest first."""
    query = {"state": states or None, "tag": tags or None, "limit": min(limit, 200), **filters}
    jobs = list(islice(session.client().items("jobs", query=query), limit))
    if session.json:
        click.echo(json.dumps(jobs))
    else:
        print_jobs(jobs, datetime.now(UTC))


@click.command()
@click.argument("job", type=JobWord())
@connected
def get(session: Session, job: str) -> None:
    """Show JOB: an id, how one begins or ends, or "last"."""
    api = session.client()
    found = api.get("jobs", job_id(api, job))
    tasks = api.items("jobs", found["id"], "tasks")
    if session.json:
        click.echo(json.dumps({**found, "tasks": list(tasks)}))
    else:
        print_job(found, tasks, datetime.now(UTC))
