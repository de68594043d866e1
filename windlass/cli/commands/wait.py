"""``windlass wait``."""

import json
from time import monotonic, sleep

import click

from windlass.cli.client import Client, Document
from windlass.cli.failures import TimedOut
from windlass.cli.following import exit_code
from windlass.cli.references import JobWord, job_id
from windlass.cli.session import Session, connected
from windlass.cli.words import Duration

_OVER = frozenset({"completed", "failed", "cancelled"})
_SLOWEST = 1.0


@click.command()
@click.argument("jobs", type=JobWord(), nargs=-1, required=True)
@click.option("--timeout", type=Duration(), help="Give up after this long (exit code 124).")
@connected
def wait(session: Session, jobs: tuple[str, ...], timeout: float | None) -> None:
    """Wait until all JOBS are over.

    Exits as windlass run would, for the first of them that did not complete.
    """
    api = session.client()
    deadline = None if timeout is None else monotonic() + timeout
    ended = [_wait(api, job_id(api, word), deadline) for word in jobs]
    for job in ended:
        click.echo(json.dumps(job) if session.json else f"{job['id']} {job['state']}")
    codes = (exit_code({**job, "exit_code": _code(job)}) for job in ended)
    raise SystemExit(next((code for code in codes if code), 0))


def _wait(api: Client, id: str, deadline: float | None) -> Document:
    pause = 0.05
    while True:
        job: Document = api.get("jobs", id)
        if job["state"] in _OVER:
            return job
        if deadline is not None and monotonic() > deadline:
            raise TimedOut(f"job {id} is still {job['state']}")
        sleep(pause)
        pause = min(pause * 1.5, _SLOWEST)


def _code(job: Document) -> int | None:
    return (job.get("why") or {}).get("exit_code")
