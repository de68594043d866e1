"""Archives and caches, in either runtime."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import sha256

import pytest

from tests.runtime.lab import Lab, docker_client, finished, order
from windlass.shared.spec import Container, Parcel
from windlass.worker.parcels.shelf import directory_of
from windlass.worker.runtimes.base import Unrunnable
from windlass.worker.runtimes.docker import making


def shelved(lab: Lab, *files: tuple[str, str]) -> str:
    """The digest of an archive that this node has fetched."""
    shelf = directory_of(lab.config.state_dir)
    shelf.mkdir(exist_ok=True)
    draft = shelf / "draft"
    with zipfile.ZipFile(draft, "w") as file:
        for name, content in files:
            file.writestr(name, content)
    digest = sha256(draft.read_bytes()).hexdigest()
    draft.rename(shelf / digest)
    return digest


def parcels(digest: str, *targets: str) -> Sequence[Parcel]:
    return tuple(Parcel(target=target, digest=digest) for target in targets)


def test_an_archive_lies_unpacked_in_the_working_directory(lab: Lab) -> None:
    digest = shelved(lab, ("deep/script.sh", "echo from the archive"))

    done = lab.outcome(
        "sh deep/script.sh; ls ../other/deep",
        workdir="/job/work",
        parcels=parcels(digest, "/job/work", "/job/other"),
    )

    assert done.out == b"from the archive\nscript.sh\n"


def test_what_one_task_changes_the_next_does_not_see(lab: Lab) -> None:
    digest = shelved(lab, ("file", "as it was"))
    asked = {"workdir": "/job/work", "parcels": parcels(digest, "/job/work")}

    lab.outcome("echo changed > file", **asked)

    assert lab.outcome("cat file", **asked).out == b"as it was"


def test_whoever_the_task_runs_as_may_write_there(docker_lab: Lab) -> None:
    digest = shelved(docker_lab, ("deep/file", "content"))

    done = docker_lab.outcome(
        "echo more >> deep/file && touch deep/new new && cat deep/file",
        user="1000",
        workdir="/job/work",
        parcels=parcels(digest, "/job/work"),
    )

    assert done.out == b"contentmore\n"


def test_an_archive_that_leads_elsewhere_ends_the_attempt_before_it_starts(lab: Lab) -> None:
    digest = shelved(lab, ("../../evil", "x"))
    asked = order("true", workdir="/job/work", parcels=parcels(digest, "/job/work"))
    lab.runtime.prepare(asked, lambda text, percent: None)

    with pytest.raises(Unrunnable, match="leads elsewhere"):
        lab.runtime.start(asked)

    assert lab.runtime.adopt() == []


@pytest.fixture
def key(lab: Lab) -> Iterator[str]:
    """Of a cache; it outlives its tasks, but not the test."""
    key = f"key of {lab.config.node}"
    yield key
    lab.runtime.sweep(set())
    if lab.kind == "docker":
        with closing(docker_client()) as api:
            for name in (key, f"other {key}"):
                (mount,) = making.cache(Container(cache=name))
                api.remove_volume(mount.source)


def test_a_cache_is_there_for_the_next_task_of_the_same_key_only(lab: Lab, key: str) -> None:
    lab.outcome('echo kept > "$WINDLASS_CACHE/file"', cache=key)

    assert lab.outcome('cat "$WINDLASS_CACHE/file"', cache=key).out == b"kept\n"
    assert lab.outcome('ls "$WINDLASS_CACHE"', cache=f"other {key}").out == b""


def test_a_task_is_told_to_stop_by_the_signal_it_wished_for(lab: Lab) -> None:
    run = lab.start(
        "trap 'echo INT; exit 0' INT; trap 'echo TERM; exit 0' TERM; echo ready;"
        " while :; do sleep 0.05; done",
        stop_signal="INT",
    )
    for _, data in run.output():
        if b"ready" in data:
            break

    run.stop(10)

    assert b"INT\n" in finished(run).out
