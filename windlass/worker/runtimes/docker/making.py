"""From an order to what Docker is asked to create. Hardened unless the task needs otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from docker import APIClient
from docker.types import DeviceRequest, LogConfig
from docker.types import Mount as DockerMount

from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container, Mount
from windlass.worker.mounts import is_below
from windlass.worker.runtimes.base import CACHE_VARIABLE, RuntimeConfig
from windlass.worker.runtimes.docker import archive, labels
from windlass.worker.runtimes.docker.images import choose_image
from windlass.worker.runtimes.docker.network import METADATA, NO_NETWORK, is_of_container
from windlass.worker.runtimes.orders import rejected

_TMP = "/tmp"  # noqa: S108 - inside the container
_CACHE = "/windlass-cache"
_TMPFS_SIZE = 64 << 20
_SMALLEST_CPU = 0.01

# What the scribe falls back on. json-file would replace bytes that are no UTF-8; a second file is
# begun only by an attempt that is over its limit anyway, and about to be stopped.
_LOG_FILES = "2"


@dataclass(frozen=True)
class Plan:
    """An order whose wishes were found to be allowed."""

    order: RunAttempt
    mounts: tuple[Mount, ...]  # checked
    network: str  # id or name of the first; the others are joined after creation
    others: Sequence[str] = ()  # networks
    aliases: Sequence[str] = ()  # its names in all of them
    control: Sequence[DockerMount] = ()  # where the control directory is on our own disk
    filter: str | None = None  # of system calls, other than the daemon's own


def make(api: APIClient, plan: Plan, config: RuntimeConfig) -> str:
    """The id of a container that is not started yet."""
    container = plan.order.container
    entrypoint, command = command_line(container)
    made = api.create_container(
        choose_image(container, config.default_image),
        command=command,
        entrypoint=entrypoint,
        name=labels.container_name(plan.order.attempt_id),
        environment=environment(container),
        working_dir=archive.working_directory(container),
        user=container.user,
        labels=labels.of_container(config.node, plan.order),
        healthcheck={"test": ["NONE"]},
        host_config=_host_config(api, plan, config),
        networking_config=endpoint(plan.network, plan.aliases),
    )
    return str(made["Id"])


def command_line(container: Container) -> tuple[list[str] | None, list[str] | None]:
    """Entrypoint and command. None: the image's own."""
    entrypoint = list(container.entrypoint) or None
    layout = container.layout
    if container.run is None:
        return entrypoint, list(container.cmd) or None
    cmd = list(container.cmd) if layout.cmd_first else []
    return entrypoint or list(layout.shell), cmd or [archive.script(layout)]


def environment(container: Container) -> dict[str, str]:
    return {
        # Should SIGTERM reach only the first process, which is docker-init, it passes it on to all
        # of the task's process group.
        "TINI_KILL_PROCESS_GROUP": "1",
        **container.env,
        **({CACHE_VARIABLE: _CACHE} if container.cache is not None else {}),
        container.layout.output_variable: archive.output(container.layout),
        container.layout.progress_variable: archive.progress(container.layout),
    }


def cache(container: Container) -> Sequence[Mount]:
    """A volume that whoever names the same key shares."""
    if container.cache is None:
        return ()
    name = f"windlass-cache-{sha256(container.cache.encode()).hexdigest()[:32]}"
    return (Mount(kind="volume", source=name, target=_CACHE),)


def endpoint(network: str, aliases: Sequence[str] = ()) -> dict[str, Any] | None:
    if network == NO_NETWORK or is_of_container(network):
        return None
    config: dict[str, Any] = {"IPAMConfig": {"LinkLocalIPs": METADATA}}
    if aliases:
        config["Aliases"] = list(aliases)
    return {"EndpointsConfig": {network: config}}


def _host_config(api: APIClient, plan: Plan, config: RuntimeConfig) -> dict[str, Any]:
    container = plan.order.container
    memory = container.limits.memory
    return api.create_host_config(
        init=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges", *([plan.filter] if plan.filter else [])],
        pids_limit=config.pids,
        log_config=_log(config.log_limit),
        network_mode=plan.network,
        nano_cpus=_nano_cpus(container.limits.cpus),
        mem_limit=memory,
        memswap_limit=memory,
        shm_size=container.shm,
        device_requests=_gpus(container.gpus),
        mounts=_mounts(plan),
        tmpfs=tmpfs(plan.mounts, container, config.tmp_size),
    )


def _log(limit: int) -> LogConfig:
    options = {"max-size": str(limit), "max-file": _LOG_FILES, "compress": "false"}
    return LogConfig(type="local", config=options)


def _nano_cpus(cpus: float | None) -> int | None:
    if cpus is None:
        return None
    if cpus < _SMALLEST_CPU:
        raise rejected(f"limits.cpus: {cpus} is less than the least, {_SMALLEST_CPU}")
    return round(cpus * 1e9)


def _gpus(gpus: str | None) -> list[DeviceRequest] | None:
    if gpus is None:
        return None
    if gpus != "all" and not (gpus.isascii() and gpus.isdecimal() and int(gpus) > 0):
        raise rejected(f"gpus: {gpus!r} must be 'all' or how many, from 1")
    count = -1 if gpus == "all" else int(gpus)
    return [DeviceRequest(count=count, capabilities=[["gpu"]])]


def _mounts(plan: Plan) -> list[DockerMount]:
    names = volumes(plan.order, plan.mounts)
    asked = [
        DockerMount(
            target=mount.target,
            source=names.get(mount.target, mount.source),
            type=mount.kind,
            read_only=mount.read_only,
            no_copy=mount.scratch,
        )
        for mount in plan.mounts
        if mount.kind != "tmpfs"
    ]
    return [*asked, *plan.control]


def volumes(order: RunAttempt, mounts: Sequence[Mount]) -> Mapping[str, str]:
    """Target and name of each volume that lives only as long as the attempt."""
    return {
        mount.target: labels.volume_name(labels.owner(order), index)
        for index, mount in enumerate(mounts)
        if mount.kind == "volume" and not mount.source
    }


def tmpfs(mounts: Sequence[Mount], container: Container, tmp_size: int) -> dict[str, str]:
    """Those asked for, and a sized /tmp unless the task has plans of its own with it."""
    wanted = {
        mount.target: _tmpfs_options(mount.size or _TMPFS_SIZE, read_only=mount.read_only)
        for mount in mounts
        if mount.kind == "tmpfs"
    }
    directory = archive.working_directory(container) or ""
    if container.files and any(is_below(directory, target) for target in wanted):
        raise rejected(f"files: cannot be placed in {directory}, which is a tmpfs")
    files_in_tmp = bool(container.files) and is_below(directory, _TMP)
    if not files_in_tmp and all(mount.target != _TMP for mount in mounts):
        wanted[_TMP] = _tmpfs_options(tmp_size)
    return wanted


def _tmpfs_options(size: int, *, read_only: bool = False) -> str:
    return f"{'ro' if read_only else 'rw'},exec,nosuid,nodev,mode=1777,size={size}"
