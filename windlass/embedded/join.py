"""Use the stack of a place for a while: the one that runs there, else one started for it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from windlass.embedded.place import Place, Running, Use
from windlass.embedded.process import ServerFailed, last_words
from windlass.embedded.stack import Options
from windlass.embedded.supervise import SOMEBODY_ELSE, order

PATIENCE = 90.0  # seconds for a stack to come up, or for one that ends to be gone
_LOOK = 0.01


@contextmanager
def a_stack(place: Place, options: Options) -> Iterator[Running]:
    """ServerFailed when there is none. At the end it is stopped, unless others use it."""
    place.make()
    children: list[subprocess.Popen[bytes]] = []
    with _using(place) as use:
        lasting = False
        try:
            running = _find_or_start(place, options, children)
            lasting = running.lasting
            yield running
        finally:
            last = use.leave() and not lasting
            if last:
                _see_it_end(place)
            for child in children:
                _let_go(child, ended=last)


@contextmanager
def _using(place: Place) -> Iterator[Use]:
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        with place.using_it() as use:
            if use is not None:
                yield use
                return
        sleep(_LOOK)
    raise ServerFailed(f"the stack in {place.directory} does not end")


def _find_or_start(
    place: Place, options: Options, children: "list[subprocess.Popen[bytes]]"
) -> Running:
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        if running := place.running():
            return running
        if children and (code := children[-1].poll()) is not None:
            _raise_unless_outrun(place, children.pop(), code)
        if not children and not place.is_run():
            children.append(_spawn(place, options))
        sleep(_LOOK)
    raise ServerFailed(f"the stack in {place.directory} does not come up; see its *.log files")


def _raise_unless_outrun(place: Place, child: "subprocess.Popen[bytes]", code: int) -> None:
    assert child.stdout is not None  # noqa: S101 - _spawn asks for it
    with child.stdout as said:
        text = said.read().decode(errors="replace")
    if code != SOMEBODY_ELSE:
        said_last = text or last_words(place.directory / "stack.log")
        raise ServerFailed(said_last or f"the embedded stack ended with code {code}")


def _spawn(place: Place, options: Options) -> "subprocess.Popen[bytes]":
    with (place.directory / "stack.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - a program of ours
            [sys.executable, "-P", "-m", "windlass.embedded.supervise", str(place.directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us: it ends when we have left
        )
    assert child.stdin is not None  # noqa: S101 - asked for above
    with child.stdin as told:
        told.write(order(options).encode())
    return child


def _see_it_end(place: Place) -> None:
    deadline = monotonic() + PATIENCE
    while place.is_run() and monotonic() < deadline:
        sleep(_LOOK)


def _let_go(child: "subprocess.Popen[bytes]", *, ended: bool) -> None:
    """Should others use what we started, it goes on without us."""
    if child.stdout is not None:
        child.stdout.close()
    if ended:
        child.wait(PATIENCE)
    child.poll()
