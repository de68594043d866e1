"""The containers of one attempt, each with an order of its own. Pure."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from windlass.shared.messages import RunAttempt, Stage
from windlass.shared.spec import Container, Errand, Probe
from windlass.worker.runtimes.base import Run

_ALONE: dict[str, Any] = {
    "pre": (),
    "post": (),
    "sidecars": (),
    "together": False,
    "errand": None,
}


@dataclass(frozen=True)
class Part:
    order: RunAttempt
    stage: Stage
    limit: float | None = None  # seconds of a step
    probe: Probe | None = None  # of a sidecar

    @property
    def id(self) -> UUID:
        return self.order.attempt_id


@dataclass(frozen=True)
class Plan:
    pre: tuple[Part, ...]
    task: Part
    post: tuple[Part, ...]
    sidecars: tuple[Part, ...]
    together: bool = False
    errand: Errand | None = None

    @property
    def is_group(self) -> bool:
        """Whichever of it ends first, or answers, is the outcome; or it is looked after."""
        alive = self.task.order.container.liveness
        return self.together or self.errand is not None or alive is not None

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*self.pre, self.task, *self.post, *self.sidecars)

    @property
    def group(self) -> tuple[Part, ...]:
        """The task and what is beside it, in the order in which they start."""
        return (*self.sidecars, self.task)


def is_plain(order: RunAttempt) -> bool:
    """One container is all of it."""
    several = order.pre or order.post or order.sidecars or order.errand
    return not several and (order.stage is not None or order.container.liveness is None)


def of(order: RunAttempt) -> Plan:
    def part(stage: Stage, position: int, container: Container, probe: Probe | None = None) -> Part:
        id = uuid5(order.attempt_id, f"{stage.kind} {position}")
        own = replace(order, attempt_id=id, container=container, stage=stage, **_ALONE)
        limit = container.timeout if stage.kind in {"pre", "post"} else None
        return Part(own, stage, limit, probe)

    id, main = order.attempt_id, order.container
    beside = bool(order.sidecars) and not order.together
    join = _together if order.together else _joined
    first = uuid5(id, "sidecar 0") if order.together and order.sidecars else None
    everyone = (main, *(one.container for one in order.sidecars))
    calls = order.errand is not None or any(one.liveness for one in everyone)
    return Plan(
        pre=tuple(
            part(
                Stage(of=id, kind="pre", name=step.name, beside=beside),
                at,
                _shared(main, step.container),
            )
            for at, step in enumerate(order.pre)
        ),
        task=part(
            Stage(
                of=id,
                kind="task",
                name=order.task_name,
                beside=beside,
                joins=first,
                called=calls and not order.sidecars,
            ),
            0,
            main,
        ),
        post=tuple(
            part(
                Stage(of=id, kind="post", name=step.name, beside=beside),
                at,
                _shared(main, step.container),
            )
            for at, step in enumerate(order.post)
        ),
        sidecars=tuple(
            part(
                Stage(
                    of=id,
                    kind="sidecar",
                    name=one.name,
                    beside=beside,
                    joins=first if at else None,
                    called=calls and not at,
                ),
                at,
                join(main, one.container),
                one.probe,
            )
            for at, one in enumerate(order.sidecars)
        ),
        together=order.together,
        errand=order.errand,
    )


def _shared(main: Container, step: Container) -> Container:
    return replace(step, mounts=main.mounts, networks=main.networks, limits=main.limits)


def _joined(main: Container, sidecar: Container) -> Container:
    """Without a way out where the task has none."""
    return replace(sidecar, networks=main.networks)


def _together(main: Container, sidecar: Container) -> Container:
    return replace(sidecar, networks=main.networks, mounts=main.mounts)


def not_ready(run: Run, probe: Probe) -> str:
    minutes, rest = divmod(probe.timeout, 60)
    limit = f"{minutes:g}m" if not rest else f"{probe.timeout:g}s"
    return (
        f"error starting sidecar container: error waiting for container {run.name()} to be ready: "
        f"probe timed out after {limit}"
    )
