"""Items to batches: the bodies that the workers of a job are sent, each a JSON array."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Never

from windlass.coordinator.dialects.cortex import faults
from windlass.coordinator.dialects.cortex.batch_submission import LARGEST_ITEM, Items, Lister
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.localfiles import Found

MOST = 100_000  # batches of one job
LARGEST = 64 << 20  # bytes of all of them, and of the files they are read from

_SPACE = " \t\r\n"


def bodies(source: Items | Lister, found: Callable[[Lister], Iterator[Found]]) -> list[str]:
    """Fault: there are none, or too many, or they are too large; or a file does not hold JSON."""
    items = iter(source.items) if isinstance(source, Items) else _items(source, found(source))
    made: list[str] = []
    total = 0
    while batch := list(islice(items, source.batch_size)):
        body = f"[{','.join(batch)}]"
        size = len(body.encode())
        if size > LARGEST_ITEM:
            raise faults.batch_too_large(size, LARGEST_ITEM)
        total += size
        if total > LARGEST or len(made) == MOST:
            raise _too_much()
        made.append(body)
    if not made:
        raise faults.no_files()
    return made


def _items(source: Lister, files: Iterator[Found]) -> Iterator[str]:
    if source.delimited:
        yield from _contents(files)
    else:
        for file in files:
            yield json.dumps(file.path, ensure_ascii=False)


def _contents(files: Iterator[Found]) -> Iterator[str]:
    left = LARGEST
    for file in files:
        data = file.read(left + 1)
        left -= len(data)
        if left < 0:
            raise _too_much()
        try:
            yield from _values(data.decode("utf-8", "replace"))
        except Fault as fault:
            raise fault.within(file.path) from None


def _values(text: str) -> Iterator[str]:
    """One after the other, with or without space between, each as it was written."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refused)
    at, index = 0, 0
    while (at := _after_space(text, at)) < len(text):
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as problem:
            why = problem.msg if isinstance(problem, json.JSONDecodeError) else str(problem)
            raise Fault("error", f"item {index}: {why}") from None
        size = len(text[at:end].encode())
        if size > LARGEST_ITEM:
            raise faults.item_too_large(index, size, LARGEST_ITEM)
        yield text[at:end]
        at, index = end, index + 1


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _refused(word: str) -> Never:
    raise ValueError(f"invalid value {word}")


def _too_much() -> Fault:
    return Fault(
        "error",
        f"one job can have {MOST:,} batches of {LARGEST >> 20} MiB together: use a larger batch"
        " size, or several jobs",
    )
