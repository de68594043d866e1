"""How a command can fail, each way with an exit code of its own. Documented in docs/cli.md."""

from collections.abc import Mapping, Sequence
from typing import IO, Any

import click

OK = 0
FAILED = 1  # also of a job that failed without an exit code of a task to pass on
USAGE = 2  # click's own
NOT_FOUND = 4
CONFLICT = 5
REFUSED = 6
NOT_ALLOWED = 7
UNREACHABLE = 8
TIMED_OUT = 124  # as timeout(1) has it
CANCELLED = 130  # as a shell has it for Ctrl-C


class Failure(click.ClickException):
    """``exit_code`` is the command's; the message goes to standard error."""

    exit_code = FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {self.message}", file, err=True)


class NotFound(Failure):
    exit_code = NOT_FOUND


class Conflict(Failure):
    exit_code = CONFLICT


class NotAllowed(Failure):
    exit_code = NOT_ALLOWED


class Unreachable(Failure):
    exit_code = UNREACHABLE


class TimedOut(Failure):
    exit_code = TIMED_OUT


class Misconfigured(Failure):
    """A server's settings: name of the variable -> what is wrong with it."""

    exit_code = USAGE

    def __init__(
        self,
        problems: Mapping[str, Sequence[str]],
        message: str = "the environment is not valid",
    ) -> None:
        super().__init__(message)
        self.problems = problems

    def show(self, file: IO[Any] | None = None) -> None:
        super().show(file)
        for name, messages in self.problems.items():
            click.echo(f"  {name}: {' '.join(messages)}", file, err=True)


class Refused(Failure):
    """The server names what is wrong; ``errors`` as it sent them."""

    exit_code = REFUSED

    def __init__(self, message: str, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.errors = errors

    def show(self, file: IO[Any] | None = None) -> None:
        super().show(file)
        for error in self.errors:
            click.echo(f"  {sentence(error)}", file, err=True)


def sentence(error: Mapping[str, Any]) -> str:
    """``tasks[2].needs: no task has this name; allowed: …``"""
    text = ": ".join(filter(None, (error.get("field"), error.get("message"))))
    return f"{text}; allowed: {error['allowed']}" if error.get("allowed") else text


_BY_CODE: dict[str, type[Failure]] = {
    "not_found": NotFound,
    "conflict": Conflict,
    "unauthorized": NotAllowed,
    "forbidden": NotAllowed,
    "unavailable": Unreachable,
}
_REFUSALS = frozenset({"invalid", "too_large", "unsupported"})


def from_answer(status: int, body: Any) -> Failure:
    """What a server's error answer means for the command."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return Failure(f"the server answered {status}; is it a Windlass coordinator?")
    code, message = str(error.get("code", "")), str(error.get("message") or f"status {status}")
    if code in _REFUSALS:
        return Refused(message, error.get("errors") or ())
    return _BY_CODE.get(code, Failure)(message)
