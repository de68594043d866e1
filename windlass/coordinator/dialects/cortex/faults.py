"""What this door says goes wrong: a kind, and a message that leads to it.

The kinds and the forms of the messages are Cortex's; clients print the message and compare the
kind. Every fault of a request is 400 here, as it is there.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response

from windlass.coordinator.dialects.cortex.gotext import either, sentence, shown
from windlass.coordinator.web import replies
from windlass.coordinator.web.failures import Failure, Refusal
from windlass.coordinator.web.reading import show_path

_OF_REQUESTS = {HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
_PARTS = "configreader"


class Fault(Exception):
    """``str`` of it is the message, the way to the fault included."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    def within(self, *way: str) -> "Fault":
        return Fault(self.kind, ": ".join([*way, str(self)]))

    def and_then(self, text: str) -> "Fault":
        return Fault(self.kind, f"{self}{text}")


def envelope(failure: Failure) -> Response:
    """Also of what goes wrong outside of this door's own hands."""
    cause = failure.cause
    if isinstance(cause, Fault):
        return _document(cause.kind, str(cause), HTTPStatus.BAD_REQUEST)
    flaws = [f"{show_path(flaw.path)}: {flaw.message}" for flaw in failure.flaws]
    message = "; ".join([failure.message, *flaws])
    status = HTTPStatus.BAD_REQUEST if failure.status in _OF_REQUESTS else failure.status
    return _document("error", message, status)


def _document(kind: str, message: str, status: int) -> Response:
    return replies.document({"kind": kind, "message": message}, status)


def refusal(fault: Fault) -> Refusal:
    return Refusal(Failure(status=HTTPStatus.BAD_REQUEST, message=str(fault), cause=fault))


# Of documents


def unsupported_key(key: str) -> Fault:
    return Fault(f"{_PARTS}.unsupported_key", f"key {shown(key)} is not supported")


def wrong_type(value: Any, *expected: str) -> Fault:
    text = f"{shown(value)}: invalid type (expected {sentence(expected, 'or')})"
    return Fault(f"{_PARTS}.invalid_primitive_type", text)


def missing(allowed: Sequence[str] = ()) -> Fault:
    text = f"must be defined, and set to {either(allowed)}" if allowed else "must be defined"
    return Fault(f"{_PARTS}.must_be_defined", text)


def null(*, required: bool, empty: bool = False) -> Fault:
    word = "empty or null" if empty else "null"
    hint = "" if required else " (specify a value, or remove the key to use the default value)"
    kind = "cannot_be_empty_or_null" if empty else "cannot_be_null"
    return Fault(f"{_PARTS}.{kind}", f"cannot be {word}{hint}")


def empty() -> Fault:
    return Fault(f"{_PARTS}.cannot_be_empty", "cannot be empty")


def not_among(value: Any, allowed: Sequence[Any], kind: str = "str") -> Fault:
    text = f"invalid value (got {shown(value)}, must be {either(allowed)})"
    return Fault(f"{_PARTS}.invalid_{kind}", text)


def disallowed(value: Any) -> Fault:
    text = f"{shown(value)} is not allowed, please use a different value"
    return Fault(f"{_PARTS}.disallowed_value", text)


def too_long(value: str, most: int) -> Fault:
    return Fault(f"{_PARTS}.too_long", f"{shown(value)} must be no more than {most} characters")


def has_prefix(value: str, prefix: str) -> Fault:
    return Fault(f"{_PARTS}.cant_have_prefix", f"{shown(value)} cannot start with {shown(prefix)}")


def too_few(least: int) -> Fault:
    return Fault(f"{_PARTS}.too_few_elements", f"must contain at least {least} elements")


def out_of_bounds(value: Any, bound: Any, how: str) -> Fault:
    """``how``: as in "greater than or equal to"."""
    kind = f"{_PARTS}.must_be_{how.replace(' ', '_')}"
    return Fault(kind, f"must be {how} {shown(bound)} (got {shown(value)})")


# Of APIs


def not_deployed(name: str) -> Fault:
    return Fault("resources.api_not_deployed", f"{name} is not deployed")


def only_for(kinds: Sequence[str], name: str, kind: str) -> Fault:
    allowed = f"{sentence(kinds, 'or')} {'kind' if len(kinds) == 1 else 'kinds'}"
    text = (
        f"this operation is only allowed for {allowed} and is not supported for {name}"
        f" of kind {kind}"
    )
    return Fault("resources.operation_is_only_supported_for_kind", text)


def other_kind(name: str, new: str, old: str) -> Fault:
    text = (
        f"cannot change the kind of {name} to {new} because it has already been deployed with"
        f" kind {old}; please delete it with `cortex delete {name}` and redeploy after updating"
        " the api configuration appropriately"
    )
    return Fault("resources.cannot_change_kind_of_deployed_api", text)


def form_file_missing(name: str) -> Fault:
    text = f"request form file {shown(name)} must be provided"
    return Fault("endpoints.form_file_must_be_provided", text)


def query_missing(name: str) -> Fault:
    return Fault("endpoints.query_param_required", f"query param required: {name}")


# Of batch jobs


def specify_one(keys: Sequence[str]) -> Fault:
    text = f"specify exactly one of the following keys: {sentence(keys, 'or')}"
    return Fault("job.specify_exactly_one_key", text)


def conflicting(keys: Sequence[str]) -> Fault:
    text = (
        f"please specify either the {sentence(keys, 'or')} field (but not more than one at the same"
        " time)"
    )
    return Fault("job.conflicting_fields", text)


def item_too_large(index: int, size: int, most: int) -> Fault:
    text = f"item {index} has size {size} bytes which exceeds the limit ({most} bytes)"
    return Fault("batchapi.item_size_exceeds_limit", text)


def batch_too_large(size: int, most: int) -> Fault:
    text = (
        f"cannot enqueue message because its size of {size} bytes exceeds the {most} bytes limit;"
        " use a smaller batch size or minimize the size of each of item in the batch"
    )
    return Fault("batchapi.message_exceeds_max_size", text)


def no_files() -> Fault:
    return Fault("batchapi.no_s3_files_found", "no s3 files match search criteria")


def bad_path(path: str) -> Fault:
    text = f"{shown(path)} is not a valid s3 path (e.g. s3://bucket/path is a valid s3 path)"
    return Fault("aws.invalid_s3_path", text)
