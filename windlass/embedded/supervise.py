"""Run a stack: until told to stop, or until no command uses it any more."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from types import FrameType

from windlass.embedded.leftovers import cancel_all
from windlass.embedded.place import Place, Running
from windlass.embedded.process import ServerFailed
from windlass.embedded.stack import Options, Say, Stack, is_taken
from windlass.shared.signals import reentrant_set

TICK = 0.1
SOMEBODY_ELSE = 3  # exit code: another process runs this stack


class Taken(Exception):
    """Another process runs a stack here."""


def supervise(place: Place, options: Options, say: Say, ready: Callable[[Running], None]) -> None:
    """Returns once everything has ended in order. Taken, ServerFailed."""
    with _mine(place), _stop_signals() as stop:
        if options.port and is_taken(options.port):
            raise ServerFailed(f"port {options.port} is in use: choose another with --port")
        stack = Stack(place, options, say)
        try:
            running = stack.start()
            place.announce(running)
            ready(running)
            _tend(stack, stop) if options.lasting else _tend_for_users(stack, stop, place, running)
        finally:
            place.withdraw()
            stack.stop()


def _tend(stack: Stack, stop: Event) -> None:
    while not stop.wait(TICK):
        stack.tend()


def _tend_for_users(stack: Stack, stop: Event, place: Place, running: Running) -> None:
    """Held alone until the process ends: who comes now waits, and starts the next one."""
    while not stop.wait(TICK):
        stack.tend()
        if place.is_deserted():
            break
    place.withdraw()
    cancel_all(running.server, place.token())


@contextmanager
def _mine(place: Place) -> Iterator[None]:
    deadline = monotonic() + 0.5
    while True:
        with place.running_it() as mine:
            if mine:
                yield
                return
        if monotonic() > deadline:  # not merely somebody having a look
            raise Taken
        sleep(0.02)


@contextmanager
def _stop_signals() -> Iterator[Event]:
    stop = Event()
    want = reentrant_set(stop)

    def told(_number: int, _frame: FrameType | None) -> None:
        want()

    before = {
        number: signal.signal(number, told)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    }
    yield stop
    for number, handler in before.items():
        signal.signal(number, handler)


def order(options: Options) -> str:
    """What ``main`` reads: through a pipe, since a URL may hold a password."""
    return json.dumps(asdict(options))


def main() -> int:
    """For a stack that commands share. Its last word, should it fail, goes to standard output."""
    place, options = Place(Path(sys.argv[1])), Options(**json.loads(sys.stdin.read()))
    try:
        supervise(place, options, _note, _ignore)
    except Taken:
        return SOMEBODY_ELSE
    except (ServerFailed, OSError) as problem:
        sys.stdout.write(str(problem))
        return 1
    return 0


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _ignore(_running: Running) -> None:
    """Whoever waits for it looks into the place."""


if __name__ == "__main__":
    raise SystemExit(main())
