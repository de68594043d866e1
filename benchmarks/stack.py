"""The real stack, as ``windlass up`` starts it, on free ports and in a directory of its own."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.link import Link, ask_once
from tests.support.waiting import until
from windlass.embedded.place import Place, Running
from windlass.embedded.stack import Options, Stack

_PATIENCE = 30.0
LANES = 4  # tasks at once on the one node


@dataclass(frozen=True)
class Up:
    """``pids`` by the name of each part."""

    running: Running
    pids: Mapping[str, int]
    directory: Path
    place: Place

    @property
    def port(self) -> int:
        return int(self.running.server.rpartition(":")[2])

    def link(self) -> Link:
        return Link(self.port)


@contextmanager
def a_stack(runtime: str = "process") -> Iterator[Up]:
    """With its worker up. Ours to end, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="windlass-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # Postgres may run as somebody else
        options = Options(runtime=runtime, concurrency=LANES)
        place = Place(directory / "stack").make()
        stack = Stack(place, options, print)
        try:
            up = Up(stack.start(), stack.pids(), directory, place)
            until(lambda: _has_a_worker(up), _PATIENCE)
            yield up
        finally:
            stack.stop()


@contextmanager
def quiet_environment() -> Iterator[None]:
    """Nothing the user has set for other stacks."""
    kept = dict(os.environ)
    for name in kept:
        if name.startswith("WINDLASS_") and not name.startswith("WINDLASS_HTTP_"):
            del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)


def _has_a_worker(up: Up) -> bool:
    nodes = ask_once(up.port, "/nodes")["items"]
    return any(node["state"] == "active" for node in nodes)
