"""Caches of tasks are kept for a while, and never taken from under one that runs."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import time
from uuid import uuid4

import pytest

from tests.runtime.lab import Lab, docker_client, read_until
from windlass.shared.spec import Container
from windlass.worker.runtimes import caches
from windlass.worker.runtimes.docker import making

_HOUR = 3600.0
KEEP = 'cat "$WINDLASS_CACHE/file" 2>/dev/null; echo kept > "$WINDLASS_CACHE/file"'


@pytest.fixture
def keys(lab: Lab) -> Iterator[Sequence[str]]:
    keys = [f"{uuid4()}" for _ in range(3)]
    yield keys
    lab.runtime.sweep(set())
    if lab.kind == "docker":
        with closing(docker_client()) as api:
            left = {volume["Name"] for volume in api.volumes()["Volumes"] or []}
            for key in keys:
                (mount,) = making.cache(Container(cache=key))
                if mount.source in left:
                    api.remove_volume(mount.source)


def kept(lab: Lab) -> list[Path]:
    """A path for each cache of this node, whose time is that of its last use."""
    return sorted(lab.config.state_dir.glob("*/*/caches/*"), key=lambda path: path.stat().st_mtime)


def aged(path: Path, seconds: float) -> None:
    os.utime(path, (time() - seconds,) * 2)


def test_a_cache_that_nothing_has_used_for_long_goes_by_a_sweep(
    lab: Lab, keys: Sequence[str]
) -> None:
    for key in keys[:2]:
        lab.outcome(KEEP, cache=key)
    lab.runtime.sweep(set())
    aged(kept(lab)[0], caches.LONGEST + _HOUR)

    lab.runtime.sweep(set())

    assert len(kept(lab)) == 1
    assert lab.outcome(KEEP, cache=keys[0]).out == b""
    assert lab.outcome(KEEP, cache=keys[1]).out == b"kept\n"


def test_of_too_many_caches_those_used_least_recently_go(
    lab: Lab, keys: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "MOST", 1)
    for key in keys:
        lab.outcome(KEEP, cache=key)
    lab.runtime.sweep(set())
    assert len(kept(lab)) == len(keys)  # all of them served a task just now
    for hours, path in enumerate(reversed(kept(lab)), start=2):
        aged(path, hours * _HOUR)

    lab.runtime.sweep(set())

    assert lab.outcome(KEEP, cache=keys[0]).out == b""
    assert lab.outcome(KEEP, cache=keys[2]).out == b"kept\n"


def test_a_cache_of_a_task_that_runs_stays_however_old_it_is(lab: Lab, keys: Sequence[str]) -> None:
    run = lab.start(f"{KEEP}; echo ready; sleep 600", cache=keys[0])
    read_until(run, b"ready")
    aged(kept(lab)[0], caches.LONGEST + _HOUR)

    lab.runtime.sweep({each.order.attempt_id for each in lab.runtime.adopt()})

    assert len(kept(lab)) == 1
    run.stop(0)
    assert lab.outcome(KEEP, cache=keys[0]).out == b"kept\n"
