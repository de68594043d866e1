"""Runs attempts as processes of this machine."""

import os
import sys
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import msgspec

from windlass.shared import messages
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container
from windlass.worker.parcels.shelf import directory_of, place
from windlass.worker.parcels.unpack import unpack
from windlass.worker.runtimes import caches
from windlass.worker.runtimes.base import (
    CACHE_VARIABLE,
    Adopted,
    Notice,
    Run,
    Runtime,
    RuntimeBroken,
    RuntimeConfig,
)
from windlass.worker.runtimes.companion import Companion
from windlass.worker.runtimes.life import since_boot
from windlass.worker.runtimes.orders import check_order, to_bytes, without_secrets
from windlass.worker.runtimes.process import wishes
from windlass.worker.runtimes.process.accounts import Account, account
from windlass.worker.runtimes.process.directory import Directory, write_private
from windlass.worker.runtimes.process.run import GONE, ProcessRun, delete, remove_tree
from windlass.worker.runtimes.process.starting import Request

# A task that runs as somebody else must pass through what is above its own directory.
_PASSABLE, _PRIVATE = 0o711, 0o700
_ROOM = 1 << 16  # bytes without which nothing is started

_SUPERVISOR = "windlass.worker.runtimes.process.supervisor"


def create(config: RuntimeConfig) -> Runtime:
    return ProcessRuntime(config)


class ProcessRuntime:
    name = "process"
    has_networks = False

    def __init__(self, config: RuntimeConfig) -> None:
        self._config = config
        self._root = config.state_dir / "process" / quote(config.node, safe="")
        self._supervisor = Companion(_SUPERVISOR, self._root / "supervisor.log")

    def check(self) -> None:
        if not sys.platform.startswith("linux"):
            raise RuntimeBroken("the process runtime needs Linux")
        with _machinery():
            self._make_root()
            self._try_disk()
            self._supervisor.check()

    def prepare(self, order: RunAttempt, notice: Notice) -> None:
        """Nothing takes long."""

    def start(self, order: RunAttempt) -> Run:
        check_order(order.container)
        wishes.check_wishes(order.container)
        directory = self._directory(order.attempt_id, order)
        user = account(order.container.user)
        with _machinery():
            return self._found(directory) or self._start(order, directory, user)

    def _start(self, order: RunAttempt, directory: Directory, user: Account | None) -> ProcessRun:
        command = wishes.command_line(order.container, directory)
        remove_tree(directory.path)  # what a crash left before the start
        try:
            self._make_root()
            _furnish(directory, order, user, directory_of(self._config.state_dir))
            request = self._request(order.container, directory, command, user)
            self._supervisor.ask(asdict(request))
        except BaseException:
            remove_tree(directory.path)
            raise
        run = self._found(directory)
        if run is None:
            raise RuntimeBroken("its directory was removed")
        return run

    def _request(
        self, container: Container, directory: Directory, command: list[str], user: Account | None
    ) -> Request:
        return Request(
            directory=str(directory.path),
            argv=command,
            env=self._environment(container, directory),
            cwd=wishes.working_directory(container, directory),
            log_limit=self._config.log_limit,
            user=user.uid if user else None,
            group=user.gid if user else None,
            groups=list(user.groups) if user else [],
            memory=container.limits.memory,
            stop_signal=container.stop_signal,
            notes=list(wishes.notes(container)),
        )

    def _environment(self, container: Container, directory: Directory) -> dict[str, str]:
        env = dict(wishes.environment(container, directory))
        if container.cache is not None:
            cache = self._cache(container.cache)
            cache.mkdir(mode=_PASSABLE, parents=True, exist_ok=True)
            caches.used(cache)
            env[CACHE_VARIABLE] = str(cache)
        return env

    def _cache(self, key: str) -> Path:
        return self._root / "caches" / sha256(key.encode()).hexdigest()

    def adopt(self) -> Sequence[Adopted]:
        with _machinery():
            found = [self._adopted(self._directory(id)) for id in self._attempts()]
        return [one for one in found if one is not None]

    def _adopted(self, directory: Directory) -> Adopted | None:
        guardian = directory.guardian()
        order = _order(directory)
        if guardian is None or order is None:
            return None
        directory = self._directory(order.attempt_id, order)
        return Adopted(
            order, ProcessRun(directory, guardian), max(0.0, since_boot() - guardian.began)
        )

    def sweep(self, keep: Set[UUID]) -> int:
        with _machinery():
            unwanted = self._attempts() - keep
            for id in unwanted:
                directory = self._directory(id)
                run = self._found(directory)
                if run is not None:
                    run.stop(0)
                remove_tree(directory.path)
            self._forget_caches()
            for where in (self._root, self._root / "caches"):
                for leftover in where.glob(f"{GONE}*"):
                    delete(leftover)
        return len(unwanted)

    def _forget_caches(self) -> None:
        """Tasks that start meanwhile have just used theirs, and so it is spared."""
        found = (self._root / "caches").glob("[!.]*")
        for cache in set(caches.forgotten(found)) - self._caches_in_use():
            remove_tree(cache)

    def _caches_in_use(self) -> set[Path]:
        orders = [_order(self._directory(id)) for id in self._attempts()]
        return {self._cache(order.container.cache or "") for order in orders if order}

    def close(self) -> None:
        self._supervisor.close()

    def _try_disk(self) -> None:
        """A full one lets directories be made, and nothing be written."""
        probe = self._root / "probe"
        try:
            probe.write_bytes(bytes(_ROOM))
        finally:
            probe.unlink(missing_ok=True)

    def _make_root(self) -> None:
        self._root.mkdir(mode=_PASSABLE, parents=True, exist_ok=True)

    def _attempts(self) -> set[UUID]:
        found = set()
        for path in self._root.glob("*-*"):
            with suppress(ValueError):
                found.add(UUID(path.name))
        return found

    def _directory(self, attempt_id: UUID, order: RunAttempt | None = None) -> Directory:
        stage = order.stage if order else None
        shared = self._root / str(stage.of) if stage else None
        return Directory(self._root / str(attempt_id), shared)

    def _found(self, directory: Directory) -> ProcessRun | None:
        guardian = directory.guardian()
        return ProcessRun(directory, guardian) if guardian else None


def _order(directory: Directory) -> RunAttempt | None:
    try:
        return messages.decode(directory.order.read_bytes())
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _furnish(directory: Directory, order: RunAttempt, user: Account | None, shelf: Path) -> None:
    container = order.container
    directory.path.mkdir(mode=_PASSABLE if user else _PRIVATE)
    directory.task.mkdir(mode=_PRIVATE)
    working_directory = Path(wishes.working_directory(container, directory))
    for path in (directory.tmp, working_directory):
        path.mkdir(parents=True, exist_ok=True)
    write_private(directory.order, messages.encode(without_secrets(order)))
    for parcel in container.parcels:
        target = directory.work / parcel.target.lstrip("/")
        unpack(place(shelf, parcel), target, strip=parcel.strip)
    if container.run is not None:
        _write_program(directory.script, container.run, container.layout.script_mode)
    placed = directory.work / container.layout.root.lstrip("/")
    files = {working_directory / name: text for name, text in container.files.items()}
    files |= {placed / name: text for name, text in container.placed.items()}
    for target, content in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_program(target, content, container.layout.file_mode)
    if user:
        _give(directory.task, user)
        if directory.shared is not None:
            directory.shared.chmod(_PASSABLE)
            _give(directory.work, user)


def _write_program(path: Path, content: str, mode: int) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(to_bytes(content))
    path.chmod(mode)


def _give(path: Path, user: Account) -> None:
    os.chown(path, user.uid, user.gid)
    for directory, names, files in os.walk(path):
        for name in (*names, *files):
            os.chown(os.path.join(directory, name), user.uid, user.gid)


@contextmanager
def _machinery() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise RuntimeBroken(str(problem)) from problem
