"""What most commands begin with: options for the server and the output, and a client from them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from windlass.cli.client import Client
from windlass.cli.profiles import DEFAULT_SERVER, Given, Target, configured, told

if TYPE_CHECKING:
    from windlass.embedded.place import Place, Running

Command = Callable[..., Any]


@dataclass(frozen=True)
class Session:
    given: Given
    output: str
    data: Path | None = None

    @property
    def json(self) -> bool:
        return self.output == "json"

    def target(self) -> Target | None:
        """The configured server, else a stack that runs on this machine; None: neither."""
        if target := configured(self.given):
            return target
        running = self.running_stack()
        return Target(running.server, self.place().token()) if running else None

    def client(self) -> Client:
        target = self.target() or Target(DEFAULT_SERVER, None)
        return Client(target.server, target.token)

    def change(self, kind: str, name: str, verb: str, *, done: str) -> None:
        """Post the verb to the thing of this name; print the answer, or in words what was done."""
        answer = self.client().post(kind, name, verb)
        click.echo(json.dumps(answer or {"name": name}) if self.json else f"{name} {done}")

    def running_stack(self) -> "Running | None":
        return self.place().running()

    def place(self) -> "Place":
        from windlass.embedded.place import Place, default_directory

        return Place(self.data or default_directory())


def formatted(command: Command) -> Command:
    """With ``-o``."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(["table", "json"]),
        default="table",
        help="How to print: for people, or as JSON.",
    )(command)


def connected(command: Command) -> Command:
    """With the options that name a server; the command gets a Session first."""

    @wraps(command)
    def with_session(
        server: str | None, token: str | None, profile: str | None, output: str, **rest: Any
    ) -> Any:
        given = Given(server=server, token=told(token), profile=profile)
        return command(Session(given, output, rest.get("data")), **rest)

    for option in (
        click.option("--profile", metavar="NAME", help="A profile of the configuration file."),
        click.option(
            "--token",
            metavar="TOKEN",
            help="Better in WINDLASS_TOKEN; - reads it from standard input.",
        ),
        click.option("--server", metavar="URL", help="The coordinator  [env: WINDLASS_SERVER]"),
    ):
        with_session = option(with_session)
    return formatted(with_session)
