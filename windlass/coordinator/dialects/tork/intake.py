"""The body of a request as a checked document, or what Tork would have answered instead."""

from typing import Any

import msgspec

from windlass.coordinator.dialects.tork import columns, jsondecode, yamldecode
from windlass.coordinator.dialects.tork.documents import Document
from windlass.coordinator.dialects.tork.model import struct_type
from windlass.coordinator.dialects.tork.validation import Directory, Everybody, sentences
from windlass.coordinator.dialects.tork.yamlnodes import Wrong as NotYaml
from windlass.shared.golang.durations import parse
from windlass.shared.golang.jsontokens import Wrong as NotJson

_JSON = "application/json"
_YAML = ("text/yaml", "application/x-yaml", "application/yaml")
_EVERYBODY = Everybody()


class Refused(Exception):
    """400; the text is the message."""


def read_job(
    body: bytes,
    content_type: str | None,
    *,
    scheduled: bool,
    directory: Directory = _EVERYBODY,
) -> Document:
    """``directory`` knows whom permissions may name. Pure but for that."""
    tree = _tree(body, content_type, scheduled=scheduled)
    type = struct_type("ScheduledJob" if scheduled else "Job")
    if tree.get("wait") is not None:
        _check_wait(tree["wait"].get("timeout", ""))
    if found := sentences(tree, type, directory):
        raise Refused("\n".join(found))
    document = msgspec.convert(_given(tree), Document)
    if problem := columns.problem(document, scheduled=scheduled):
        raise Refused(problem)
    return document


def _tree(body: bytes, content_type: str | None, *, scheduled: bool) -> dict[str, Any]:
    type = struct_type("ScheduledJob" if scheduled else "Job")
    kind = (content_type or "").partition(";")[0].strip().lower()
    try:
        if kind == _JSON:
            return jsondecode.decode(body, type)
        if kind in (_YAML[:1] if scheduled else _YAML):
            return yamldecode.decode(body, type)
    except (NotJson, NotYaml) as wrong:
        raise Refused(str(wrong)) from None
    if content_type or scheduled:
        raise Refused(f"unknown content type: {content_type or ''}")
    raise Refused("missing content type")


def _check_wait(timeout: str) -> None:
    try:
        parse(timeout)
    except ValueError as problem:
        raise Refused(str(problem)) from None


def _given(value: Any) -> Any:
    """Without what was null."""
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items() if item is not None}
    return [_given(item) for item in value] if isinstance(value, list) else value
