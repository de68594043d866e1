"""What is submitted, read and checked. Pure, but for the id it makes up."""

import math
import re
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from windlass.coordinator.entrypoint.request import Refused, Resources
from windlass.shared.queues import is_queue_name
from windlass.shared.spec import DEFAULT_QUEUE

FIELDS = (
    "entrypoint",
    "submission_id",
    "job_id",
    "runtime_env",
    "metadata",
    "entrypoint_num_cpus",
    "entrypoint_num_gpus",
    "entrypoint_memory",
    "entrypoint_resources",
    "entrypoint_label_selector",
)
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789"
_INIT = "JobSubmitRequest.__init__()"
_LARGEST = 1 << 60


def load(data: bytes) -> Mapping[str, Any]:
    """The request without what is null, which means nothing anywhere in it."""
    try:
        document = msgspec.json.decode(data or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as problem:
        raise Refused(f"the request is not JSON: {problem}") from None
    if not isinstance(document, dict):
        raise Refused("the request must be a JSON object")
    given = {name: value for name, value in document.items() if value is not None}
    for name in given:
        if name not in FIELDS:
            raise _type_error(f"got an unexpected keyword argument {name!r}")
    if "entrypoint" not in given:
        raise _type_error("missing 1 required positional argument: 'entrypoint'")
    _check(given)
    return given


def job_id(given: Mapping[str, Any]) -> str:
    """As wished, or made up."""
    id = given.get("submission_id") or given.get("job_id")
    if not id:
        return "raysubmit_" + "".join(secrets.choice(_LETTERS) for _ in range(16))
    if not _ID.fullmatch(id) or id in {".", ".."}:
        raise Refused(
            f"submission_id {id[:200]!r} cannot be part of an address: 1 to 128 letters, digits,"
            " '.', '_' and '-' can"
        )
    return str(id)


def resources(given: Mapping[str, Any]) -> Resources:
    memory = _number(given, "entrypoint_memory")
    return Resources(
        cpus=_number(given, "entrypoint_num_cpus"),
        gpus=_number(given, "entrypoint_num_gpus"),
        memory=None if memory is None else int(memory),
        queue=queue(given),
    )


def queue(given: Mapping[str, Any]) -> str:
    """Labels and resources of one's own are names of queues: nodes that have them serve those."""
    labels: Mapping[str, Any] = given.get("entrypoint_label_selector", {})
    own = [name for name, amount in given.get("entrypoint_resources", {}).items() if amount]
    named = [
        value if label == "queue" else f"{label}.{value}".replace("/", ".")
        for label, value in labels.items()
    ]
    wanted = [*named, *own]
    if len(wanted) > 1:
        raise Refused(f"a job waits in one queue, not in {' and '.join(sorted(wanted))}")
    if wanted and not is_queue_name(wanted[0]):
        raise Refused(f"{wanted[0]!r} is not the name of a queue: ValueError: invalid selector")
    return wanted[0] if wanted else DEFAULT_QUEUE


def _check(given: Mapping[str, Any]) -> None:
    _check_kinds(given)
    for field in ("metadata", "entrypoint_label_selector"):
        for value in given.get(field, {}).values():
            if not isinstance(value, str):
                raise Refused(f"TypeError: {field} values must be strings, got {type(value)}")
    for name in given.get("entrypoint_resources", {}):
        _number(given["entrypoint_resources"], name)
    if "\0" in given["entrypoint"]:
        raise Refused("entrypoint must not hold a NUL")


def _check_kinds(given: Mapping[str, Any]) -> None:
    for field in ("entrypoint", "submission_id", "job_id"):
        if not isinstance(given.get(field, ""), str):
            raise Refused(f"TypeError: {field} must be a string, got {type(given[field])}")
    for field in ("runtime_env", "metadata", "entrypoint_resources", "entrypoint_label_selector"):
        if not isinstance(given.get(field, {}), dict):
            raise Refused(f"TypeError: {field} must be a dict, got {type(given[field])}")


def _number(given: Mapping[str, Any], field: str) -> float | None:
    value = given.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(f"TypeError: {field} must be a number, got {type(value)}")
    if not 0 <= value <= _LARGEST or not math.isfinite(value):
        raise Refused(f"{field} must be 0 or more, and possible")
    return value or None


def _type_error(text: str) -> Refused:
    """In the words of every Python there is: older ones leave out the class."""
    return Refused(f"TypeError: {_INIT} {text} (TypeError: __init__() {text})")
