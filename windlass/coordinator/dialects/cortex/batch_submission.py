"""What a caller submits as a batch job, read as Go reads it and checked in Cortex's order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from windlass.coordinator.dialects.cortex import faults
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.submission import LARGEST, Reading, timeout_fault, unlike
from windlass.shared.golang.jsonscan import first_value
from windlass.shared.golang.text import decode_utf8

LARGEST_ITEM = 250 << 10  # bytes
MOST_WORKERS = 10_000
_QUICK = 1 << 20  # bytes
_SOURCES = ("item_list", "file_path_lister", "delimited_files")
_LONGEST_TIMEOUT = 100 * 365 * 86_400

Raw = Mapping[str, msgspec.Raw]  # by lower case key


@dataclass(frozen=True)
class Items:
    """Each in JSON, as it was written."""

    items: Sequence[str]
    batch_size: int


@dataclass(frozen=True, kw_only=True)
class Lister:
    """Files, by the beginnings of their paths; ``key``: what it is called in the submission."""

    key: str
    paths: Sequence[str]
    includes: Sequence[str] = ()
    excludes: Sequence[str] = ()
    batch_size: int

    @property
    def delimited(self) -> bool:
        """What is in the files is the items, not the paths of them."""
        return self.key == "delimited_files"


@dataclass(frozen=True)
class Asked:
    """``kept``: what is shown of it with the job."""

    source: Items | Lister
    kept: dict[str, Any]


class _Batches(Reading):
    def raw(self, body: bytes) -> Raw:
        """Fault: it is no object."""
        if len(body) > LARGEST:
            raise Fault("error", "http: request body too large")
        try:
            given = _object(body)
        except (msgspec.MsgspecError, RecursionError) as problem:
            # Go's own words take long to find.
            if len(body) <= _QUICK and not self.load(body):
                return {}
            raise self.wrong(f"json: {str(problem)[:200]}") from None
        return {key: value for key, value in given.items() if bytes(value) != b"null"}

    def part(self, given: Raw, key: str, type: str) -> Raw | None:
        """An object within it."""
        if key not in given:
            return None
        try:
            return _object(bytes(given[key]))
        except (msgspec.MsgspecError, RecursionError):
            raise self.mismatch(self.value(given, key), key, f"schema.{type}") from None

    def value(self, given: Raw, key: str) -> Any:
        return first_value(bytes(given[key])) if key in given else None

    def number(self, given: Raw, key: str, place: str = "") -> int:
        """0 where it is not there, as in Go."""
        return self.whole({place or key: self.value(given, key)}, place or key) or 0

    def texts(self, given: Raw, key: str, place: str) -> list[str]:
        value = self.value(given, key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.mismatch(value, place, "[]string")
        strange = next((each for each in value if unlike(each, str)), None)
        if strange is not None:
            raise self.mismatch(strange, place, "string")
        return [str(each or "") for each in value]


_READING = _Batches("BatchJobSubmission", "job")


def read(body: bytes) -> Asked:
    given = _READING.raw(body)
    items = _items(given)
    listers = [_lister(given, "file_path_lister", "FilePathLister")]
    listers.append(_lister(given, "delimited_files", "DelimitedFiles"))
    config = _READING.config({"config": _READING.value(given, "config")})
    kept = {
        "workers": _READING.number(given, "workers"),
        "config": config,
        "timeout": _READING.whole({"timeout": _READING.value(given, "timeout")}, "timeout"),
        "sqs_dead_letter_queue": _dead_letters(given),
    }
    found: list[Items | Lister] = [each for each in (items, *listers) if each is not None]
    try:
        _check(found, kept)
    except Fault as fault:
        raise fault.and_then(_READING.hint) from None
    return Asked(found[0], kept)


def _object(data: bytes) -> Raw:
    """The last of several that are called the same, as in Go."""
    read = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    return {key.lower(): value for key, value in read.items()}


def _items(given: Raw) -> Items | None:
    part = _READING.part(given, "item_list", "ItemList")
    if part is None:
        return None
    raw = bytes(part.get("items", b"null"))
    try:
        items = msgspec.json.decode(raw, type=list[msgspec.Raw] | None) or []
    except (msgspec.MsgspecError, RecursionError):
        value = first_value(raw)
        raise _READING.mismatch(value, "item_list.items", "[]json.RawMessage") from None
    texts = [decode_utf8(bytes(item)) for item in items]
    return Items(texts, _READING.number(part, "batch_size", "item_list.batch_size"))


def _lister(given: Raw, key: str, type: str) -> Lister | None:
    part = _READING.part(given, key, type)
    if part is None:
        return None
    return Lister(
        key=key,
        paths=_READING.texts(part, "s3_paths", f"{key}.s3_paths"),
        includes=_READING.texts(part, "includes", f"{key}.includes"),
        excludes=_READING.texts(part, "excludes", f"{key}.excludes"),
        batch_size=_READING.number(part, "batch_size", f"{key}.batch_size"),
    )


def _dead_letters(given: Raw) -> dict[str, Any] | None:
    key = "sqs_dead_letter_queue"
    part = _READING.part(given, key, "SQSDeadLetterQueue")
    if part is None:
        return None
    arn = _READING.value(part, "arn")
    if unlike(arn, str):
        raise _READING.mismatch(arn, f"{key}.arn", "string")
    count = _READING.number(part, "max_receive_count", f"{key}.max_receive_count")
    return {"arn": arn or "", "max_receive_count": count}


def _check(found: Sequence[Items | Lister], kept: Mapping[str, Any]) -> None:
    keys = [each.key if isinstance(each, Lister) else "item_list" for each in found]
    if not keys:
        raise faults.specify_one(_SOURCES)
    if len(keys) > 1:
        raise faults.conflicting(keys)
    if isinstance(found[0], Items):
        _check_items(found[0])
    _at_least_one(found[0].batch_size, keys[0], "batch_size")
    _at_least_one(kept["workers"], "workers")
    if kept["workers"] > MOST_WORKERS:
        how = "less than or equal to"
        raise faults.out_of_bounds(kept["workers"], MOST_WORKERS, how).within("workers")
    timeout = kept["timeout"]
    if timeout is not None and not 1 <= timeout <= _LONGEST_TIMEOUT:
        raise timeout_fault(timeout, 1)
    if kept["sqs_dead_letter_queue"] is not None:
        _check_dead_letters(kept["sqs_dead_letter_queue"])


def _check_items(items: Items) -> None:
    if not items.items:
        raise faults.too_few(1).within("items")
    for index, item in enumerate(items.items):
        size = len(item.encode())
        if size > LARGEST_ITEM:
            raise faults.item_too_large(index, size, LARGEST_ITEM)


def _check_dead_letters(queue: Mapping[str, Any]) -> None:
    if not queue["arn"]:
        raise faults.empty().within("sqs_dead_letter_queue", "arn")
    _at_least_one(queue["max_receive_count"], "sqs_dead_letter_queue", "max_receive_count")


def _at_least_one(value: int, *place: str) -> None:
    if value < 1:
        raise faults.out_of_bounds(value, 1, "greater than or equal to").within(*place)
