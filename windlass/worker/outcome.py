"""How an attempt ended, in the engine's words and in a person's. Pure."""

import signal
from dataclasses import dataclass

from windlass.shared.durations import show_duration
from windlass.shared.sizes import show_size
from windlass.shared.spec import Container
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import (
    OUTPUT_LIMIT,
    SETUP_FAILED,
    Exit,
    RuntimeBroken,
    Unrunnable,
)

_LINES = 10
_BY_SIGNAL = 128


@dataclass(frozen=True)
class Outcome:
    """``reason`` None: completed."""

    reason: Reason | None
    error: str = ""
    exit_code: int | None = None
    output: str | None = None


def of_exit(exit: Exit, stopped: Reason | None, container: Container) -> Outcome:
    """Of a run that ended; ``stopped`` says why we ended it, None that it did by itself."""
    if stopped is Reason.CANCELLED:
        return Outcome(stopped, "cancelled", exit.code)
    if stopped is Reason.TIMEOUT:
        return Outcome(stopped, f"timed out after {_limit(container)}", exit.code)
    if exit.step:
        return _of_step(exit)
    if exit.fault is not None:
        return Outcome(Reason.SETUP, exit.fault, exit.code)
    if exit.oom:
        return Outcome(Reason.OOM, _out_of_memory(container), exit.code)
    return _failed(exit, container) if exit.code != 0 else Outcome(None, exit_code=0)


def _of_step(exit: Exit) -> Outcome:
    if exit.late is not None:
        text = f"step {exit.step}: timed out after {show_duration(exit.late)}"
        return Outcome(Reason.TIMEOUT, text, exit.code)
    if exit.fault is not None:
        return Outcome(Reason.SETUP, f"step {exit.step}: {exit.fault}", exit.code)
    reason = Reason.OOM if exit.oom else Reason.EXIT_CODE
    return Outcome(reason, f"step {exit.step}: {exit.text or _exit_code(exit.code)}", exit.code)


def with_output(outcome: Outcome, content: bytes | None) -> Outcome:
    """Add what the task wrote to its output file; too much of it is a failure. A task that failed
    may say there that it never got to its own work."""
    if outcome.reason is Reason.EXIT_CODE and content and content.startswith(SETUP_FAILED):
        text = presentable(content.removeprefix(SETUP_FAILED)).strip()
        return Outcome(Reason.SETUP, text, outcome.exit_code)
    if outcome.reason is not None or content is None:
        return outcome
    if len(content) > OUTPUT_LIMIT:
        most = show_size(OUTPUT_LIMIT)
        return Outcome(Reason.REJECTED, f"the output file holds more than {most}", 0)
    return Outcome(None, exit_code=0, output=presentable(content))


def with_last_lines(outcome: Outcome, recent: bytes) -> Outcome:
    """Add the end of the output to the words of a failure that the task itself can explain."""
    lines = presentable(recent).rstrip().splitlines()[-_LINES:]
    if outcome.reason not in {Reason.EXIT_CODE, Reason.OOM, Reason.TIMEOUT} or not lines:
        return outcome
    text = "\n".join([f"{outcome.error}. Its last lines:", *lines])
    return Outcome(outcome.reason, text, outcome.exit_code)


def of_refusal(refusal: Unrunnable) -> Outcome:
    return Outcome(refusal.reason, presentable(str(refusal).encode(errors="replace")))


def of_trouble(trouble: Exception) -> Outcome:
    """Of the node's own trouble: charged to the infrastructure, tried again."""
    what = str(trouble) if isinstance(trouble, RuntimeBroken) else f"internal error: {trouble!r}"
    return Outcome(Reason.NODE_LOST, f"the node could not run it: {what}")


def before_start(stopped: Reason) -> Outcome:
    if stopped is Reason.TIMEOUT:
        return Outcome(stopped, "timed out before it started")
    return Outcome(stopped, "cancelled before it started")


def presentable(content: bytes) -> str:
    """Text that Postgres and JSON can hold."""
    return content.decode(errors="replace").replace("\x00", "\ufffd")


def _failed(exit: Exit, container: Container) -> Outcome:
    if _was_late(exit, container):
        return Outcome(Reason.TIMEOUT, f"timed out after {_limit(container)}", exit.code)
    return Outcome(Reason.EXIT_CODE, exit.text or _exit_code(exit.code), exit.code)


def _was_late(exit: Exit, container: Container) -> bool:
    """Stopped by an earlier worker, which was killed before it could say why."""
    if container.timeout is None or exit.seconds is None:
        return False
    return exit.seconds >= container.timeout


def _limit(container: Container) -> str:
    return show_duration(container.timeout or 0.0)


def _out_of_memory(container: Container) -> str:
    memory = container.limits.memory
    limit = f"its limit is {show_size(memory)}" if memory else "the machine had none left"
    return f"killed for using too much memory ({limit})"


def _exit_code(code: int) -> str:
    name = _signal_name(code - _BY_SIGNAL)
    return f"exit code {code} ({name})" if name else f"exit code {code}"


def _signal_name(number: int) -> str | None:
    try:
        return signal.Signals(number).name
    except ValueError:
        return None
