"""Any runtime, for attempts of several containers as well.

What such an attempt still has to start is in none of its containers, so its whole order is kept on
the node's own disk until it is removed: readable by the worker's user alone.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from pathlib import Path
from time import time
from typing import TypeVar
from urllib.parse import quote
from uuid import UUID

import msgspec

from windlass.shared import messages
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container
from windlass.worker import stages
from windlass.worker.group import Note
from windlass.worker.runtimes.base import Adopted, Exit, Notice, Run, Runtime, RuntimeConfig, Stream
from windlass.worker.runtimes.orders import rejected, without_secrets
from windlass.worker.sequence import Sequence as Stages

T = TypeVar("T")

_PRIVATE = 0o600
_NO_ONE = "sidecars: this node runs plain processes, which cannot have any"


class Sequenced:
    """Where the order has no steps and no sidecars, it is ``runtime`` and nothing else."""

    def __init__(self, runtime: Runtime, config: RuntimeConfig) -> None:
        self.inner = runtime
        self._env = config.env
        self._root = config.state_dir / "sequences" / quote(config.node, safe="")
        self._owners: dict[UUID, UUID] = {}  # attempts of containers
        self.name = runtime.name
        self.has_networks = runtime.has_networks

    def check(self) -> None:
        self.inner.check()

    def prepare(self, order: RunAttempt, notice: Notice) -> None:
        self._check(order)
        if stages.is_plain(order):
            self.inner.prepare(order, notice)
            return
        for part in stages.of(order).parts:
            self.inner.prepare(part.order, notice)

    def _check(self, order: RunAttempt) -> None:
        if order.sidecars and self.name == "process" and not order.together:
            raise rejected(_NO_ONE)

    def start(self, order: RunAttempt) -> Run:
        order = _with_env(order, self._env)
        if stages.is_plain(order):
            return self.inner.start(order)
        self._check(order)
        path = self._path(order.attempt_id)
        found = self._found(order) if path.exists() else {}
        self._write(path, order)
        return self._sequence(order, found)

    def adopt(self) -> Sequence[Adopted]:
        """Containers whose order is gone with this disk belong to nobody: the sweep takes them."""
        found = list(self.inner.adopt())
        by_id = {one.order.attempt_id: one for one in found if one.order.stage is not None}
        plain = [one for one in found if one.order.stage is None]
        kept = [self._adopted(path, by_id) for path in self._plans()]
        return [*plain, *(one for one in kept if one is not None)]

    def sweep(self, keep: Set[UUID]) -> int:
        removed = self.inner.sweep(_WithParts(keep, self._owners))
        for path in self._plans():
            if UUID(path.name) not in keep:
                _forget(path)
        for id, of in list(self._owners.items()):
            if of not in keep:
                self._owners.pop(id, None)
        return removed

    def close(self) -> None:
        self.inner.close()

    def _adopted(self, path: Path, by_id: Mapping[UUID, Adopted]) -> Adopted | None:
        try:
            began = path.stat().st_mtime
            order = messages.decode(path.read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        run = self._sequence(order, by_id)
        return Adopted(without_secrets(order), run, max(0.0, time() - began))

    def _found(self, order: RunAttempt) -> dict[UUID, Adopted]:
        return {one.order.attempt_id: one for one in self.inner.adopt() if one.order.stage}

    def _sequence(self, order: RunAttempt, found: Mapping[UUID, Adopted]) -> Run:
        ids = [part.id for part in stages.of(order).parts]
        self._owners.update(dict.fromkeys(ids, order.attempt_id))
        own = {id: found[id] for id in ids if id in found}
        path = self._path(order.attempt_id)
        return _Kept(Stages(self.inner, order, own, _Notes(path)), path)

    def _write(self, path: Path, order: RunAttempt) -> None:
        if path.exists():
            return
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as file:
            file.write(messages.encode(_without_logins(order)))
        draft.replace(path)

    def _plans(self) -> list[Path]:
        return [path for path in self._root.glob("*-*") if not path.name.startswith(".")]

    def _path(self, attempt_id: UUID) -> Path:
        return self._root / str(attempt_id)


class _Notes:
    """Beside the order: what was noted of its containers, one note a line. One without a word is
    of an earlier release: started."""

    def __init__(self, order: Path) -> None:
        self._path = _ledger(order)

    def note(self, id: UUID, what: Note = "started") -> None:
        with self._path.open("a") as file:
            file.write(f"{id} {what}\n")

    def noted(self, what: Note = "started") -> list[UUID]:
        with suppress(FileNotFoundError):
            lines = [line.partition(" ") for line in self._path.read_text().splitlines()]
            return [UUID(id) for id, _, word in lines if (word or "started") == what]
        return []


def _ledger(order: Path) -> Path:
    return order.with_name(f".{order.name}.started")


def _forget(order: Path) -> None:
    order.unlink(missing_ok=True)
    _ledger(order).unlink(missing_ok=True)


class _WithParts(Set[UUID]):
    """Live, as ``keep`` is: with the containers of the attempts in it."""

    def __init__(self, keep: Set[UUID], owners: Mapping[UUID, UUID]) -> None:
        self._keep = keep
        self._owners = owners

    @classmethod
    def _from_iterable(cls, found: Iterable[T]) -> Set[T]:
        return set(found)

    def __contains__(self, id: object) -> bool:
        return id in self._keep or (isinstance(id, UUID) and self._owners.get(id) in self._keep)

    def __iter__(self) -> Iterator[UUID]:
        yield from list(self._keep)
        yield from [id for id, of in list(self._owners.items()) if of in self._keep]

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Kept:
    """A sequence with the order it goes by, which goes when all of it has gone."""

    def __init__(self, run: Stages, path: Path) -> None:
        self._run = run
        self._path = path

    def output(self) -> Iterator[tuple[Stream, bytes]]:
        return self._run.output()

    def wait(self) -> Exit:
        return self._run.wait()

    def stop(self, grace: float) -> None:
        self._run.stop(grace)

    def result(self) -> bytes | None:
        return self._run.result()

    def progress(self) -> bytes | None:
        return self._run.progress()

    def address(self) -> str | None:
        return None

    def ask(self, command: Sequence[str], timeout: float) -> bool | None:
        return None

    def name(self) -> str:
        return self._path.name

    def remove(self) -> None:
        self._run.remove()
        _forget(self._path)


def _with_env(order: RunAttempt, env: Mapping[str, str]) -> RunAttempt:
    if not env:
        return order

    def told(container: Container) -> Container:
        return msgspec.structs.replace(container, env={**container.env, **env})

    steps = {
        kind: tuple(
            msgspec.structs.replace(step, container=told(step.container))
            for step in getattr(order, kind)
        )
        for kind in ("pre", "post")
    }
    return msgspec.structs.replace(order, container=told(order.container), **steps)


def _without_logins(order: RunAttempt) -> RunAttempt:
    """Its images are there already."""
    bare = msgspec.structs.replace(order.container, registry=None)
    kinds = {
        kind: tuple(
            msgspec.structs.replace(
                one, container=msgspec.structs.replace(one.container, registry=None)
            )
            for one in getattr(order, kind)
        )
        for kind in ("pre", "post", "sidecars")
    }
    return msgspec.structs.replace(order, container=bare, **kinds)
