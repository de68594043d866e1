"""Values of a job's secrets are in nothing that is shown of it, wherever they turned up again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import msgspec

from windlass.coordinator.engine.views import AttemptView, JobView, TaskView
from windlass.coordinator.store import jobs
from windlass.coordinator.store.db import Tx
from windlass.shared import spec
from windlass.shared.redact import Redactor
from windlass.shared.spec import Container, Sidecar, Step, TaskSpec

P = TypeVar("P", Step, Sidecar)

_NOTHING = Redactor()


class Veils:
    """By job."""

    def __init__(self, veils: Mapping[UUID, Redactor]) -> None:
        self._veils = veils

    def job(self, view: JobView) -> JobView:
        """Its secrets stay in its spec: doors hide what only they show by them."""
        veil = self._veils.get(view.id)
        if not veil:
            return view
        inputs = {name: veil.text(text) for name, text in view.spec.inputs.items()}
        metadata = {name: veil.text(text) for name, text in view.spec.metadata.items()}
        why = view.why
        return replace(
            view,
            name=veil.text(view.name),
            error=veil.text(view.error),
            output=None if view.output is None else veil.text(view.output),
            spec=msgspec.structs.replace(view.spec, inputs=inputs, metadata=metadata),
            why=why
            and replace(
                why,
                task=veil.text(why.task),
                error=veil.text(why.error),
                last_lines=tuple(map(veil.text, why.last_lines)),
            ),
        )

    def task(self, view: TaskView) -> TaskView:
        veil = self._veils.get(view.job_id)
        if not veil:
            return view
        return replace(
            view,
            name=veil.text(view.name),
            error=veil.text(view.error),
            message=veil.text(view.message),
            output=None if view.output is None else veil.text(view.output),
            spec=_veiled(veil, view.spec),
        )

    def attempt(self, view: AttemptView) -> AttemptView:
        veil = self._veils.get(view.job_id, _NOTHING)
        return replace(view, error=veil.text(view.error)) if veil and view.error else view

    def of_job(self, id: UUID) -> Redactor:
        return self._veils.get(id, _NOTHING)


def of(tx: Tx, ids: Sequence[UUID]) -> Veils:
    """Of those jobs that have secrets."""
    found = {id: spec.decode_job(text) for id, text in jobs.secretive(tx, ids).items()}
    return Veils({id: Redactor(job.secrets.values()) for id, job in found.items()})


def of_attempt(tx: Tx, id: UUID) -> Redactor:
    """Of its job."""
    text = jobs.secretive_of(tx, id)
    return Redactor(spec.decode_job(text).secrets.values()) if text else _NOTHING


def of_view(view: JobView) -> JobView:
    """Behind a veil of its own."""
    secrets = view.spec.secrets
    return Veils({view.id: Redactor(secrets.values())}).job(view) if secrets else view


def _veiled(veil: Redactor, task: TaskSpec) -> TaskSpec:
    return msgspec.structs.replace(
        task,
        condition=None if task.condition is None else veil.text(task.condition),
        container=_container(veil, task.container),
        pre=tuple(_part(veil, step) for step in task.pre),
        post=tuple(_part(veil, step) for step in task.post),
        sidecars=tuple(_part(veil, sidecar) for sidecar in task.sidecars),
    )


def _part(veil: Redactor, part: P) -> P:
    container = _container(veil, part.container)
    return msgspec.structs.replace(part, name=veil.text(part.name), container=container)


def _container(veil: Redactor, container: Container) -> Container:
    return msgspec.structs.replace(
        container,
        image=None if container.image is None else veil.text(container.image),
        run=None if container.run is None else veil.text(container.run),
        cmd=tuple(map(veil.text, container.cmd)),
        entrypoint=tuple(map(veil.text, container.entrypoint)),
        env={name: veil.text(text) for name, text in container.env.items()},
        files={name: veil.text(text) for name, text in container.files.items()},
    )
