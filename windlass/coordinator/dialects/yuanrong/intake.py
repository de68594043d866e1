"""What is submitted, read and checked. Pure, but for the id it makes up."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import msgspec

from windlass.coordinator.entrypoint import environment
from windlass.coordinator.entrypoint.request import (
    Archive,
    Entrypoint,
    Environment,
    Install,
    Refused,
    Resources,
)
from windlass.shared.queues import is_queue_name
from windlass.shared.spec import DEFAULT_QUEUE

_ID = re.compile(r"[a-z0-9-]{1,64}")
_PREFIX = "app-"
_ARCHIVES = ("file://", "http://", "https://")
_NO_ANTI_AFFINITY = "unUseAntiOtherLabels"
_LARGEST = 1 << 60


def load(data: bytes) -> Mapping[str, Any]:
    try:
        given = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as problem:
        raise Refused(f"invalid request body, err: {problem}") from None
    if not isinstance(given, dict):
        raise Refused("invalid request body, err: it must be an object")
    if not isinstance(given.get("entrypoint"), str) or not given["entrypoint"]:
        raise Refused("entrypoint should not be empty")
    if "\0" in given["entrypoint"]:
        raise Refused("entrypoint should not hold a NUL")
    return {name: value for name, value in given.items() if value is not None}


def job_id(given: Mapping[str, Any]) -> str:
    wished = given.get("submission_id") or str(uuid4())
    if not isinstance(wished, str):
        raise Refused("submission_id should be a string")
    id = wished if wished.startswith(_PREFIX) else _PREFIX + wished
    if not _ID.fullmatch(id) or "driver" in id:
        raise Refused(
            f"submission_id {id[:100]} should match ^[a-z0-9-]{{1,64}}$ and not contain driver"
        )
    return id


def queue(labels: str) -> str:
    """The first pool that is named; pools are queues here."""
    named = [label.strip() for label in labels.split(",")]
    wanted = [label for label in named if label and label != _NO_ANTI_AFFINITY]
    if wanted and not is_queue_name(wanted[0]):
        raise Refused(f"X-Pool-Label: {wanted[0]!r} is not the name of a queue")
    return wanted[0] if wanted else DEFAULT_QUEUE


def entrypoint(given: Mapping[str, Any], id: str, where: tuple[str, str, str | None]) -> Entrypoint:
    """``where``: owner, queue and image."""
    owner, queue, image = where
    memory = _number(given, "entrypoint_memory")
    return Entrypoint(
        command=given["entrypoint"],
        id=id,
        owner=f"yuanrong/{owner}",
        image=image,
        environment=_environment(_part(given, "runtime_env")),
        metadata=_metadata(given),
        resources=Resources(
            cpus=_number(given, "entrypoint_num_cpus"),
            gpus=_number(given, "entrypoint_num_gpus"),
            memory=None if memory is None else int(memory),
            queue=queue,
        ),
    )


def variables(asked: Mapping[str, Any]) -> Mapping[str, str]:
    """``env_vars``, or ``envVars`` as it is shown: JSON in a string."""
    found = asked.get("env_vars", asked.get("envVars", {}))
    if isinstance(found, str):
        try:
            found = json.loads(found or "{}")
        except ValueError:
            raise Refused("runtime_env.envVars should be JSON") from None
    return environment.variables(found)


def packages(asked: Mapping[str, Any]) -> tuple[str, ...]:
    """A list, or ``pip`` as it is shown: a command."""
    found = asked.get("pip") or []
    if isinstance(found, str):
        return environment.command_packages(found)
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise Refused("runtime_env.pip should be a list of strings")
    return tuple(found)


def _environment(asked: Mapping[str, Any]) -> Environment:
    working_dir = asked.get("working_dir")
    if not isinstance(working_dir, str) or not working_dir:
        raise Refused("runtime_env.working_dir should not be empty")
    wanted = packages(asked)
    return Environment(
        working_dir=Archive(uri=_address(working_dir)),
        env_vars=variables(asked),
        install=Install(tool="pip", packages=wanted, check=True) if wanted else None,
    )


def _address(working_dir: str) -> str:
    address = f"file://{working_dir}" if working_dir.startswith("/") else working_dir
    if not address.startswith(_ARCHIVES):
        raise Refused(f"runtime_env.working_dir {working_dir} cannot be fetched here")
    return address


def _metadata(given: Mapping[str, Any]) -> Mapping[str, str]:
    found = _part(given, "metadata")
    if not all(isinstance(value, str) for value in found.values()):
        raise Refused("metadata values should be strings")
    return found


def _part(given: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = given.get(field, {})
    if not isinstance(found, dict):
        raise Refused(f"{field} should be an object")
    return found


def _number(given: Mapping[str, Any], field: str) -> float | None:
    value = given.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(f"{field} should be a number")
    if not 0 <= value <= _LARGEST:
        raise Refused(f"{field} should not be less than 0, nor more than there is")
    return value or None
