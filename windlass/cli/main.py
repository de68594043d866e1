"""The ``windlass`` command. A subcommand's module is imported when it is called, not before."""

from importlib import import_module

import click

_JOBS, _FLEET, _SERVERS, _SETUP = "Jobs", "Fleet", "Servers", "Setup"

# name -> (section, module, what it does)
COMMANDS = {
    "run": (_JOBS, "run", "Run a job file and follow it to its end; starts what is missing."),
    "submit": (_JOBS, "submit", "Hand in a job file and print the job's id."),
    "validate": (_JOBS, "submit", "Check a job file; nothing is stored."),
    "ps": (_JOBS, "jobs", "List jobs, newest first."),
    "get": (_JOBS, "jobs", "Show one job and its tasks."),
    "logs": (_JOBS, "logs", "Print or follow the log of a job, a task or one attempt."),
    "wait": (_JOBS, "wait", "Wait until jobs are over."),
    "cancel": (_JOBS, "change", "Ask jobs to end."),
    "pause": (_JOBS, "change", "Let what runs of jobs end, and start no more."),
    "resume": (_JOBS, "change", "Let paused jobs go on."),
    "restart": (_JOBS, "change", "Reopen a job that failed or was cancelled."),
    "rerun": (_JOBS, "change", "Run one task of a job again, and what follows from it."),
    "delete": (_JOBS, "change", "Forget jobs that are over, with their logs."),
    "template": (_JOBS, "templates", "Save job files under a name, and make jobs of them."),
    "schedule": (_JOBS, "schedules", "Make jobs by the clock."),
    "node": (_FLEET, "fleet", "List, show, drain and resume nodes."),
    "queue": (_FLEET, "fleet", "List queues and what waits in them."),
    "up": (_SERVERS, "up", "Keep everything up on this machine, in the foreground."),
    "coordinator": (_SERVERS, "servers", "Serve the API and run the engine."),
    "worker": (_SERVERS, "servers", "Run attempts on this machine."),
    "migrate": (_SERVERS, "servers", "Bring the database up to date."),
    "reseal": (_SERVERS, "servers", "Bring what is stored under the keys that seal now."),
    "token": (_SETUP, "tokens", "Create, list and revoke API tokens."),
    "user": (_SETUP, "people", "Create and change users, and give them roles."),
    "role": (_SETUP, "people", "Create, list and delete roles."),
    "completion": (_SETUP, "completion", "Print the shell's completion script."),
}


class Commands(click.Group):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = import_module(f"windlass.cli.commands.{COMMANDS[name][1]}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table above: the modules stay unread."""
        for section in (_JOBS, _FLEET, _SERVERS, _SETUP):
            rows = [(name, text) for name, (of, _, text) in COMMANDS.items() if of == section]
            with formatter.section(section):
                formatter.write_dl(rows)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="windlass", prog_name="windlass")
def main() -> None:
    """Jobs of containers on your own machines.

    \b
    windlass run FILE      everything at once, on this machine
    windlass up            the same stack, kept up; then submit, ps, logs ...
    """
