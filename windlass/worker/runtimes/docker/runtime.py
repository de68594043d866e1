"""Runs attempts as containers of the local Docker engine."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from docker import APIClient
from docker.errors import APIError, NotFound

from windlass.shared.messages import RunAttempt, Stage
from windlass.shared.spec import Container
from windlass.shared.text import slug
from windlass.worker.mounts import check_mounts
from windlass.worker.parcels.shelf import directory_of, place
from windlass.worker.runtimes.base import (
    Adopted,
    Notice,
    Run,
    Runtime,
    RuntimeBroken,
    RuntimeConfig,
)
from windlass.worker.runtimes.docker import (
    abandoned,
    archive,
    ending,
    faults,
    labels,
    making,
    network,
    parcels,
)
from windlass.worker.runtimes.docker.caches import Caches
from windlass.worker.runtimes.docker.control import ControlDirectories
from windlass.worker.runtimes.docker.daemon import Daemon, machinery, status
from windlass.worker.runtimes.docker.filters import Filters
from windlass.worker.runtimes.docker.images import choose_image, ensure_image
from windlass.worker.runtimes.docker.making import Plan
from windlass.worker.runtimes.docker.network import (
    METADATA,
    NO_NETWORK,
    NodeNetwork,
    check_network,
)
from windlass.worker.runtimes.docker.recorder import Recorder
from windlass.worker.runtimes.docker.run import DockerRun
from windlass.worker.runtimes.orders import check_order, rejected

_NEVER_STARTED = "0001-"  # how the daemon's dates begin that are none


def create(config: RuntimeConfig) -> Runtime:
    return DockerRuntime(config)


class DockerRuntime:
    name = "docker"
    has_networks = True

    def __init__(self, config: RuntimeConfig) -> None:
        self._config = config
        self._daemon = Daemon()
        self._network = NodeNetwork(config.node)
        root = config.state_dir / "docker" / quote(config.node, safe="")
        self._root = root
        self._recorder = Recorder(self._daemon, root, config.log_limit)
        self._control = ControlDirectories(config.node, root)
        self._caches = Caches(config.node, root / "caches")
        self._filters = Filters(wanted=config.native_filter)

    def check(self) -> None:
        with machinery():
            self._daemon.api.ping()
            self._recorder.check()

    def prepare(self, order: RunAttempt, notice: Notice) -> None:
        image = choose_image(order.container, self._config.default_image)
        self._filters.note(image, ensure_image(self._daemon.api, image, order.container, notice))

    def start(self, order: RunAttempt) -> Run:
        check_order(order.container)
        api = self._daemon.api
        with machinery():
            if self._recorder.has(order.attempt_id):
                return self._started(api, order) or self._start(api, order)
            try:
                return self._start(api, order)
            except faults.NameTaken:  # by an earlier worker, which had another disk
                return self._started(api, order) or self._start(api, order)

    def _started(self, api: APIClient, order: RunAttempt) -> DockerRun | None:
        """The run of an earlier start. A container that was made, but not started before a crash,
        may lack its files: it is taken away."""
        name = labels.container_name(order.attempt_id)
        try:
            found = api.inspect_container(name)
        except NotFound:
            return None
        run = self._run(str(found["Id"]), order)
        if found["State"]["StartedAt"].startswith(_NEVER_STARTED):
            run.remove()
            return None
        return run

    def _start(self, api: APIClient, order: RunAttempt) -> DockerRun:
        try:
            return self._start_once(api, order)
        except faults.NetworkGone:  # the node's own is made anew
            return self._start_once(api, order)

    def _start_once(self, api: APIClient, order: RunAttempt) -> DockerRun:
        with self._nothing_left_on_failure(api, order):
            plan = self._plan(api, order)
            self._make_volumes(api, plan)
            id = self._create(api, plan)
            self._begin(api, id, plan)
            return self._run(id, order)

    def _plan(self, api: APIClient, order: RunAttempt) -> Plan:
        container = order.container
        image = choose_image(container, self._config.default_image)
        for name in container.networks:
            if container.networks != (NO_NETWORK,):
                check_network(api, name, self._config.networks)
        first, *others = self._networks(api, order)
        root = container.layout.root
        wished = (*container.mounts, *making.cache(container))
        mounts = check_mounts(wished, self._config.bind_sources, root)
        self._control.make(api, order.attempt_id, image, container)
        aliases = _aliases(order)
        control = self._control.mounts(order.attempt_id, root)
        return Plan(order, mounts, first, others, aliases, control, self._filters.option(image))

    def _networks(self, api: APIClient, order: RunAttempt) -> Sequence[str]:
        asked = order.container.networks
        if order.stage is not None and order.stage.joins is not None:
            return [network.of_container(labels.container_name(order.stage.joins))]
        if order.stage is not None and self._is_on_its_own_network(order.stage):
            own = labels.of_attempt(self._config.node, order)
            alone = asked == (NO_NETWORK,)
            return [network.shared(api, order, own), *(() if alone else asked)]
        return asked or [self._network.id(api)]

    def _is_on_its_own_network(self, stage: Stage) -> bool:
        """With its sidecars, or with the worker, which is a container as well and calls it."""
        return stage.beside or (stage.called and self._daemon.own is not None)

    def _make_volumes(self, api: APIClient, plan: Plan) -> None:
        own = labels.of_attempt(self._config.node, plan.order)
        names = making.volumes(plan.order, plan.mounts)
        for mount in plan.mounts:
            if mount.target in names:
                api.create_volume(names[mount.target], driver_opts=mount.options, labels=own)
        for mount in making.cache(plan.order.container):
            self._caches.use(api, mount.source or "")
        for mount in plan.mounts:
            if mount.kind == "volume" and mount.source:
                _share_volume(api, mount.source)

    def _create(self, api: APIClient, plan: Plan) -> str:
        try:
            return making.make(api, plan, self._config)
        except APIError as problem:
            raise faults.of_create(problem) from problem

    def _begin(self, api: APIClient, id: str, plan: Plan) -> None:
        try:
            for name in plan.others:
                api.connect_container_to_network(
                    id, name, aliases=list(plan.aliases), link_local_ips=METADATA
                )
            if files := _to_send(plan):
                api.put_archive(id, "/", archive.pack(files))
            self._deliver(api, id, plan.order.container)
            self._recorder.begin(plan.order.attempt_id, id)
            with self._filters.learning(id):
                api.start(id)
        except APIError as problem:
            if status(problem) == faults.NOT_FOUND:
                self._network.forget()
            raise faults.of_start(problem) from problem

    def _deliver(self, api: APIClient, id: str, container: Container) -> None:
        shelf, scratch = directory_of(self._config.state_dir), self._root / "scratch"
        for parcel in container.parcels:
            parcels.deliver(api, id, parcel, place(shelf, parcel), scratch)

    @contextmanager
    def _nothing_left_on_failure(self, api: APIClient, order: RunAttempt) -> Iterator[None]:
        try:
            yield
        except faults.NameTaken:
            self._recorder.forget(order.attempt_id)
            raise
        except BaseException:
            with suppress(Exception):  # what happened first is told; sweep() finds the rest
                self._run(labels.container_name(order.attempt_id), order).remove()
            raise

    def adopt(self) -> Sequence[Adopted]:
        api = self._daemon.api
        with machinery():
            ours = api.containers(all=True, filters=labels.selecting(node=self._config.node))
            found = [self._adopted(api, str(one["Id"])) for one in ours]
        return [one for one in found if one is not None]

    def _adopted(self, api: APIClient, id: str) -> Adopted | None:
        try:
            inspected = api.inspect_container(id)
        except NotFound:
            return None
        order = labels.order_in(inspected["Config"]["Labels"] or {})
        started_at = str(inspected["State"]["StartedAt"])
        if order is None or started_at.startswith(_NEVER_STARTED):
            return None
        return Adopted(order, self._run(id, order), _age(started_at))

    def sweep(self, keep: Set[UUID]) -> int:
        api = self._daemon.api
        ours = labels.selecting(node=self._config.node)
        with machinery():
            containers = _unwanted(api.containers(all=True, filters=ours), "Id", keep)
            for id in containers:
                ending.remove_container(api, id)
            volumes = _unwanted(api.volumes(filters=ours)["Volumes"] or [], "Name", keep)
            for name in volumes:
                ending.remove_volume(api, name)
            for id in _unwanted(_of_attempts(api.networks(filters=ours)), "Id", keep):
                network.remove(api, id, self._daemon.own)
            self._caches.sweep(api)
            abandoned.remove_networks(api, self._config.node)
        spools = self._recorder.kept() - keep
        for attempt_id in spools:
            self._recorder.forget(attempt_id)
        return len(set(containers.values()) | set(volumes.values()) | spools)

    def close(self) -> None:
        with suppress(RuntimeBroken), machinery():  # a network that stays is used by the next
            self._network.remove(self._daemon.api)
        self._daemon.close()
        self._recorder.close()

    def _run(self, id: str, order: RunAttempt) -> DockerRun:
        return DockerRun(self._daemon, self._recorder, self._control, id, order)


def _unwanted(found: Sequence[dict[str, Any]], key: str, keep: Set[UUID]) -> dict[str, UUID | None]:
    """What belongs to no attempt in ``keep``, and to which it belongs."""
    owners = {str(one[key]): labels.attempt_in(one["Labels"] or {}) for one in found}
    return {name: owner for name, owner in owners.items() if owner not in keep}


def _of_attempts(networks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the node's own."""
    return [one for one in networks if labels.attempt_in(one["Labels"] or {}) is not None]


def _to_send(plan: Plan) -> list[archive.Entry]:
    """What is not in the control directory on our own disk."""
    entries = list(archive.entries(plan.order.container))
    if plan.control:
        here = archive.inside(entries, plan.order.container.layout)
        entries = [entry for entry in entries if entry not in here]
    return [*entries, *(archive.directory(each.target) for each in plan.mounts if each.scratch)]


def _share_volume(api: APIClient, name: str) -> None:
    """A named volume outlives its attempts. One that was there before us may be anybody's."""
    api.create_volume(name, labels={labels.SHARED: "1"})
    if labels.SHARED not in (api.inspect_volume(name)["Labels"] or {}):
        raise rejected(f"mounts: volume {name} exists and was not made for tasks")


def _aliases(order: RunAttempt) -> list[str]:
    """How others on its networks call it; on the node's own there is nobody to ask."""
    if order.stage is None and not order.container.networks:
        return []
    if order.stage is not None and order.stage.joins is not None:
        return []
    if order.stage is not None and not order.stage.beside and not order.container.networks:
        return []
    if order.container.networks == (NO_NETWORK,) and order.stage is None:
        return []
    name = slug(order.stage.name if order.stage else order.task_name)
    return [name] if name else []


def _age(started_at: str) -> float:
    started = datetime.fromisoformat(started_at)
    return max(0.0, (datetime.now(UTC) - started).total_seconds())
