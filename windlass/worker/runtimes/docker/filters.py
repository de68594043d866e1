"""The daemon's own filter of system calls, for this machine's architecture alone.

The daemon's profile has rules for three architectures and is compiled anew for each container,
which takes some 10 ms of a processor. What the daemon asks of its runtime for a container of ours
is read once and given back with one architecture: the same rules, and nothing for programs of
another one.
"""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

# Where containerd, the daemon's own or the machine's, keeps what was asked of the runtime.
_PLACES = (
    "/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/{}/config.json",
    "/run/containerd/io.containerd.runtime.v2.task/moby/{}/config.json",
)
# By what the machine calls itself: its name in a filter, and in an image.
_ARCHITECTURES = {
    "x86_64": ("SCMP_ARCH_X86_64", "amd64"),
    "aarch64": ("SCMP_ARCH_AARCH64", "arm64"),
}
_LOOK = 0.005  # seconds between two looks; what is looked for is there for a tenth of a second
_MOST_TRIES = 8
_MOST_IMAGES = 1000


class Filters:
    """Threads may share it. ``wanted``: False leaves every filter to the daemon."""

    def __init__(self, *, wanted: bool) -> None:
        self._own = _ARCHITECTURES.get(platform.machine())
        self._tries = _MOST_TRIES if wanted and self._own and os.geteuid() == 0 else 0
        self._option: str | None = None
        self._images: dict[str, str] = {}

    def note(self, image: str, architecture: str | None) -> None:
        if architecture is None:
            self._images.pop(image, None)
            return
        if len(self._images) >= _MOST_IMAGES:
            self._images.clear()
        self._images[image] = architecture

    def option(self, image: str) -> str | None:
        """What to ask of the daemon; None while it is not known, and for images of which it is not
        known that all their programs are of this machine's architecture."""
        if self._own is None or self._images.get(image) != self._own[1]:
            return None
        return self._option

    @contextmanager
    def learning(self, id: str) -> Iterator[None]:
        """While the container is started. Gives up after some that left nothing to read."""
        if self._option is not None or self._tries <= 0:
            yield
            return
        self._tries -= 1
        started = Event()
        looking = Thread(target=self._look, args=(id, started), name="filter", daemon=True)
        looking.start()
        try:
            yield
        finally:
            started.set()
            looking.join()

    def _look(self, id: str, started: Event) -> None:
        while True:
            last = started.is_set()
            for place in _PLACES:
                with suppress(OSError, ValueError):  # not there, or half of it
                    self._learn(json.loads(Path(place.format(id)).read_bytes()))
                    return
            if last:
                return
            started.wait(_LOOK)

    def _learn(self, asked: Mapping[str, Any]) -> None:
        profile = asked.get("linux", {}).get("seccomp") or {}
        if self._own is None or self._own[0] not in profile.get("architectures", ()):
            self._tries = 0  # the daemon has no filter, or one of another kind
            return
        profile["architectures"] = [self._own[0]]
        self._option = f"seccomp={json.dumps(profile, separators=(',', ':'))}"
