"""An entrypoint as a job of one task. Pure: no I/O, no clock, no ids."""

import json
import math
from collections.abc import Iterator
from hashlib import sha256

from windlass.coordinator.entrypoint import script
from windlass.coordinator.entrypoint.request import Archive, Entrypoint, Refused
from windlass.shared.spec import Container, JobSpec, Limits, Parcel, TaskSpec

TASK = "entrypoint"
STOP_WAIT = "RAY_JOB_STOP_WAIT_TIME_S"
STOP_SIGNAL = "RAY_JOB_STOP_SIGNAL"
_USUAL_WAIT = 3.0  # seconds
_LONGEST_WAIT = 3600.0
_LEAST_MEMORY = 6 << 20  # nothing starts in less
_LEAST_CPUS = 0.01
_LONGEST_NAME = 256
_IN_WORKING_DIR = "${RAY_RUNTIME_ENV_CREATE_WORKING_DIR}"


def to_job_spec(entrypoint: Entrypoint) -> JobSpec:
    """Refused: what can never run."""
    name = entrypoint.metadata.get("job_name") or entrypoint.id
    return JobSpec(
        name=name[:_LONGEST_NAME],
        queue=entrypoint.resources.queue,
        start_timeout=entrypoint.start_timeout,
        metadata=dict(entrypoint.metadata),
        tasks=(
            TaskSpec(
                name=TASK,
                key=TASK,
                queue=entrypoint.resources.queue,
                container=_container(entrypoint),
            ),
        ),
    )


def _container(entrypoint: Entrypoint) -> Container:
    environment, resources = entrypoint.environment, entrypoint.resources
    text = script.script(entrypoint)
    if environment.unmet:
        text = script.failing(environment.unmet)
    return Container(
        image=_image(entrypoint),
        run=text,
        env={name: _literal(value) for name, value in _variables(entrypoint)},
        workdir=script.WORKING_DIR,
        parcels=tuple(_parcels(entrypoint)),
        cache=_cache(entrypoint),
        fetch_timeout=environment.setup_timeout if environment.setup_timeout > 0 else None,
        limits=Limits(
            cpus=max(resources.cpus, _LEAST_CPUS) if resources.cpus else None,
            memory=resources.memory if (resources.memory or 0) >= _LEAST_MEMORY else None,
        ),
        gpus=str(math.ceil(resources.gpus)) if resources.gpus else None,
        stop_signal="INT" if environment.env_vars.get(STOP_SIGNAL) == "SIGINT" else "TERM",
        grace=_grace(environment.env_vars.get(STOP_WAIT)),
    )


def _image(entrypoint: Entrypoint) -> str | None:
    image = entrypoint.environment.image or entrypoint.image
    if image and "{{" in image:
        raise Refused(f"runtime_env: {image!r} is no name of an image")
    return image


def _variables(entrypoint: Entrypoint) -> Iterator[tuple[str, str]]:
    environment = entrypoint.environment
    metadata = {"job_name": entrypoint.id, **entrypoint.metadata}
    about = {"runtime_env": {}, "metadata": {**metadata, "job_submission_id": entrypoint.id}}
    yield "PYTHONUNBUFFERED", "1"
    yield "RAY_JOB_CONFIG_JSON_ENV_VAR", json.dumps(about)
    for name, value in environment.env_vars.items():
        raw = script.is_expanded(name, value)
        yield (f"{script.RAW}{name}" if raw else name), value
    if environment.install and not environment.unmet:
        yield "RUNTIME_ENV_INSTALL", script.wish(environment.install, environment.setup_timeout)


def _literal(value: str) -> str:
    """Nothing in it is an expression, whatever it looks like."""
    return value.replace("{{", '{{ "{{" }}')


def _parcels(entrypoint: Entrypoint) -> Iterator[Parcel]:
    environment = entrypoint.environment
    if environment.working_dir is not None:
        yield _parcel(environment.working_dir, script.WORKING_DIR)
    for at, module in enumerate(environment.py_modules):
        yield _parcel(module, f"{script.PY_MODULES}/{at}")


def _parcel(archive: Archive, target: str) -> Parcel:
    if archive.digest is not None:
        return Parcel(target=target, digest=archive.digest)
    remote = archive.uri.startswith("http") and not archive.uri.endswith(".whl")
    return Parcel(target=target, url=archive.uri, strip=remote)


def _cache(entrypoint: Entrypoint) -> str | None:
    """The same for whoever may share what is installed: the same owner, image and wishes."""
    install = entrypoint.environment.install
    if install is None or entrypoint.environment.unmet:
        return None
    working_dir = entrypoint.environment.working_dir
    local = working_dir and any(_IN_WORKING_DIR in line for line in install.packages)
    parts = [
        entrypoint.owner,
        _image(entrypoint) or "",
        script.wish(install, 0),
        (working_dir.digest or working_dir.uri) if working_dir and local else "",
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()


def _grace(wait: str | None) -> float:
    if wait is None:
        return _USUAL_WAIT
    try:
        seconds = float(wait)
    except ValueError:
        raise Refused(f"{STOP_WAIT} must be a number of seconds, not {wait!r}") from None
    if not 0 <= seconds <= _LONGEST_WAIT:
        raise Refused(f"{STOP_WAIT} must be 0 to {_LONGEST_WAIT:g}, not {wait!r}")
    return seconds
