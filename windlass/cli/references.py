"""Which job or task a word on the command line means."""

from itertools import islice
from uuid import UUID

import click
from click.shell_completion import CompletionItem

from windlass.cli.client import Client, Document
from windlass.cli.failures import Failure, NotFound
from windlass.cli.profiles import Given
from windlass.cli.session import Session

_RECENT = 500


def job_id(api: Client, word: str) -> str:
    """An id; ``last``; or how the id of one of the newest jobs begins or ends."""
    if _is_id(word):
        return word
    if word == "last":
        return _one([job["id"] for job in api.get("jobs", query={"limit": 1})["items"][:1]], word)
    wanted = word.lower()
    recent = (str(job["id"]) for job in islice(api.items("jobs"), _RECENT))
    return _one([id for id in recent if id.startswith(wanted) or id.endswith(wanted)], word)


def task_of(api: Client, job: str, word: str) -> Document:
    """By id or by name."""
    if _is_id(word):
        task: Document = api.get("tasks", word)
        return task
    for task in api.items("jobs", job, "tasks", query={"q": word}):
        if word in (task["name"], task["key"]):
            return task
    raise NotFound(f"job {job} has no task {word!r}")


def _is_id(word: str) -> bool:
    try:
        UUID(word)
    except ValueError:
        return False
    return True


def _one(found: list[str], word: str) -> str:
    if not found:
        raise NotFound(f"no job {word!r}")
    if len(found) > 1:
        raise click.UsageError(f"{word!r} could be any of {len(found)} jobs: write more of the id")
    return found[0]


class JobWord(click.ParamType[str]):
    """For the shell's completion: the ids of recent jobs, where a server answers."""

    name = "job"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        try:
            given = Given(server=ctx.params.get("server"), profile=ctx.params.get("profile"))
            jobs = list(islice(Session(given, "json").client().items("jobs"), 30))
        except Failure:
            return []
        return [
            CompletionItem(job["id"], help=f"{job['name']} ({job['state']})")
            for job in jobs
            if job["id"].startswith(incomplete)
        ]
