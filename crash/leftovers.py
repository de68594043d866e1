"""What nobody needs any more and is there all the same."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

from crash.api import Api

_TICK = 0.2


def wait_until_clean(api: Api, directory: Path, tend: Callable[[], None], deadline: float) -> bool:
    """Until no node says that it holds anything, and nothing of an attempt is there."""
    while monotonic() < deadline:
        tend()
        if not any(_held(api)) and not any(of_attempts(directory)):
            return True
        sleep(_TICK)
    return False


def everything(api: Api, directory: Path) -> list[str]:
    return [*_held(api), *of_attempts(directory)]


def _held(api: Api) -> Iterator[str]:
    for node in api.ask("GET", "nodes")["items"]:
        if node["running"]:
            yield f"node {node['name']} holds {node['running']} attempts"
    for queue in api.ask("GET", "queues")["items"]:
        if queue["pending"] or queue["scheduled"] or queue["running"]:
            yield f"queue {queue['name']} is not empty: {queue}"


def of_attempts(directory: Path) -> Iterator[str]:
    """Directories, processes and containers of attempts."""
    for path in (directory / "state").glob("*/process/*/*-*-*-*-*"):
        yield f"directory {path}"
    for pid in _marked(f"EFFECTS={directory}/"):
        yield f"process {pid} of a task"
    yield from _containers(directory)


def of_ours(directory: Path) -> Iterator[str]:
    """Processes of the stack itself, once it has ended."""
    for pid in _marked(f"{directory}/"):
        yield f"process {pid}: {_command(pid)}"


def _marked(text: str) -> Iterator[int]:
    """Processes that have ``text`` in their environment or command line."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            told = (place / "environ").read_bytes() + (place / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in told:
            yield int(place.name)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return "gone meanwhile"


def _containers(directory: Path) -> Iterator[str]:
    nodes = _docker_nodes(directory)
    if not nodes:
        return
    from docker import APIClient  # noqa: PLC0415 - only where there is one

    with closing(APIClient()) as client:
        for node in nodes:
            filters = {"label": [f"windlass.node={node}"]}
            for found in client.containers(all=True, filters=filters):
                yield f"container {found['Names'][0]}: {found['Status']}"


def _docker_nodes(directory: Path) -> list[str]:
    """As containers are labelled: a node, and the beginning of its installation."""
    return [
        f"{path.parent.name}-{path.read_text()[:8]}"
        for path in (directory / "state").glob("*/installation")
        if not (path.parent / "process").exists()
    ]
