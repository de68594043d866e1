"""``windlass cancel``, ``pause``, ``resume``, ``restart``, ``rerun`` and ``delete``."""

import json
from collections.abc import Callable

import click

from windlass.cli.client import Client, Document
from windlass.cli.failures import Failure
from windlass.cli.references import JobWord, job_id, task_of
from windlass.cli.session import Session, connected


@click.command()
@click.argument("jobs", type=JobWord(), nargs=-1, required=True)
@click.option("--task", help="Only this task of one job; the rest goes on.")
@connected
def cancel(session: Session, jobs: tuple[str, ...], task: str | None) -> None:
    """Ask JOBS to end; windlass wait sees them end."""

    def change(api: Client, id: str) -> Document | None:
        if task is None:
            changed: Document = api.post("jobs", id, "cancel")
            return changed
        api.post("tasks", task_of(api, id, task)["id"], "cancel")
        found: Document = api.get("jobs", id)
        return found

    _each(session, jobs, change, "cancelling")


@click.command()
@click.argument("jobs", type=JobWord(), nargs=-1, required=True)
@connected
def pause(session: Session, jobs: tuple[str, ...]) -> None:
    """Let what runs of JOBS end, and start nothing more of them."""
    _each(session, jobs, lambda api, id: api.post("jobs", id, "pause"), "paused")


@click.command()
@click.argument("jobs", type=JobWord(), nargs=-1, required=True)
@connected
def resume(session: Session, jobs: tuple[str, ...]) -> None:
    """Let paused JOBS go on."""
    _each(session, jobs, lambda api, id: api.post("jobs", id, "resume"), "resumed")


@click.command()
@click.argument("job", type=JobWord())
@connected
def restart(session: Session, job: str) -> None:
    """Reopen JOB, which failed or was cancelled; what completed is kept."""
    _each(session, (job,), lambda api, id: api.post("jobs", id, "restart"), "restarted")


@click.command()
@click.argument("job", type=JobWord())
@click.argument("task")
@connected
def rerun(session: Session, job: str, task: str) -> None:
    """Run TASK of JOB, which is over, again, and whatever follows from it."""

    def change(api: Client, id: str) -> Document | None:
        changed: Document = api.post("tasks", task_of(api, id, task)["id"], "rerun")
        return changed

    _each(session, (job,), change, "rerunning")


@click.command()
@click.argument("jobs", type=JobWord(), nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@connected
def delete(session: Session, jobs: tuple[str, ...], yes: bool) -> None:
    """Forget JOBS, which are over, with all their logs."""
    if not yes:
        click.confirm(f"Delete {len(jobs)} job(s) with their logs?", abort=True, err=True)
    _each(session, jobs, lambda api, id: api.call("DELETE", "jobs", id), "deleted")


def _each(
    session: Session,
    words: tuple[str, ...],
    change: Callable[[Client, str], Document | None],
    said: str,
) -> None:
    """All of them, whatever becomes of one; then the first failure is the command's."""
    api = session.client()
    first: Failure | None = None
    for word in words:
        try:
            id = job_id(api, word)
            answer = change(api, id)
            click.echo(json.dumps(answer or {"id": id}) if session.json else f"{id} {said}")
        except Failure as problem:
            first = _remember(first, problem)
    if first:
        raise first


def _remember(first: Failure | None, problem: Failure) -> Failure:
    if first is None:
        return problem
    problem.show()
    return first
