"""Strict YAML: plain data only, read event by event, so that neither depth nor aliases cost us.

Scalars are those of YAML 1.2: ``yes`` and ``on`` are text, ``012`` is twelve. Nothing is evaluated
that a document could make grow: no merges, no tags, and aliases only for doors whose clients write
them.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from windlass.coordinator.web.reading import (
    DEEPEST,
    MOST_FLAWS,
    Flaw,
    Path,
    Places,
    Unreadable,
    decode_text,
    written_float,
    written_int,
)
from windlass.coordinator.web.yamlaliases import written_out

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INT = re.compile(r"[-+]?[0-9]{1,40}|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,9})?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def load(data: bytes, *, aliases: bool = False) -> Any:
    """The value; Unreadable with everything that is wrong and where. ``aliases`` are taken where
    that is said, within bounds."""
    composer = _Composer()
    events = _events(decode_text(data))
    for event in written_out(events) if aliases else events:
        composer.take(event)
    if composer.flaws:
        raise Unreadable(*composer.flaws)
    return composer.value


def locate(data: bytes, paths: Iterable[Path]) -> Places:
    """Line and column, from 1, of each path that is in the document."""
    composer = _Composer(wanted=frozenset(paths))
    for event in _events(decode_text(data)):
        composer.take(event)
    return composer.places


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise Unreadable(_flaw((), *_in_words(problem), mark)) from None
    except yaml.YAMLError as problem:
        raise Unreadable(_reader_flaw(text, problem)) from None


def _in_words(problem: yaml.MarkedYAMLError) -> tuple[str, str]:
    """Message, and what is allowed; the C parser has a limit of depth, too, beyond ours."""
    if "maximum nesting depth" in (problem.problem or ""):
        return "nested too deeply", f"at most {DEEPEST} levels"
    return f"not valid YAML: {problem.problem}", ""


def _reader_flaw(text: str, problem: yaml.YAMLError) -> Flaw:
    """A character YAML does not allow; the reader tells its place in bytes or characters."""
    found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if found is None:
        return Flaw((), f"not valid YAML: {getattr(problem, 'reason', problem)}")
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - text.rfind("\n", 0, found.start())
    message = f"holds the control character U+{ord(found[0]):04X}"
    return Flaw((), message, "printable characters, tabs and newlines", line, column)


@dataclass
class _Frame:
    """A list or a mapping that is still open."""

    value: list[Any] | dict[str, Any]
    at: str | int  # its place in what is around it
    key: str | None = None  # of a mapping: what the next value belongs to
    repeated: bool = False  # that key was there before; its value is dropped

    def step(self) -> str | int:
        return len(self.value) if isinstance(self.value, list) else self.key or ""


@dataclass
class _Composer:
    wanted: frozenset[Path] = frozenset()
    value: Any = None
    flaws: list[Flaw] = field(default_factory=list)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _open: list[_Frame] = field(default_factory=list)
    _documents: int = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(
                event, "is an alias", "the value itself: anchors and aliases are not taken"
            )
            self._put(None, event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "a second document begins", "one document")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._check_properties(event)
        if "\0" in event.value:
            self._refuse(event, "holds a NUL character", "text without NUL")
        frame = self._open[-1] if self._open else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._key(frame, event)
        else:
            self._put(self._resolve(event), event)

    def _key(self, frame: _Frame, event: yaml.ScalarEvent) -> None:
        frame.key = event.value
        frame.repeated = event.value in frame.value
        if frame.repeated:
            self._refuse(event, "is given more than once", "once")
        self._note(event)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= DEEPEST:
            self._stop(event, "nested too deeply", f"at most {DEEPEST} levels")
        frame = self._open[-1] if self._open else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._stop(event, "a list or mapping is used as a key", "text as keys")
        self._check_properties(event)
        at = frame.step() if frame else ""
        opened = _Frame([] if isinstance(event, yaml.SequenceStartEvent) else {}, at)
        self._put(opened.value, event)
        self._open.append(opened)

    def _put(self, value: Any, event: yaml.NodeEvent) -> None:
        """``value`` takes its place in what is open."""
        if not self._open:
            self.value = value
            self._note(event)
            return
        frame = self._open[-1]
        if isinstance(frame.value, list):
            self._note(event)
            frame.value.append(value)
            return
        if frame.key is not None and not frame.repeated:
            frame.value[frame.key] = value
        frame.key = None

    def _resolve(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if not event.implicit[0]:  # quoted
            return text
        if text in _NULL:
            return None
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if _INT.fullmatch(text):
            return written_int(text)
        if _FLOAT.fullmatch(text):
            return self._float(written_float(text), event)
        if _NO_NUMBER.fullmatch(text):
            self._refuse(event, f"{text} is not a number", "a finite number, or text in quotes")
        return text

    def _float(self, number: float, event: yaml.ScalarEvent) -> float:
        if not math.isfinite(number):
            self._refuse(event, f"{event.value} is too large for a number", "a finite number")
        return number

    def _check_properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse(event, "has an anchor", "no anchors and aliases: write it out")
        if event.tag is not None:
            self._refuse(event, f"has the tag {event.tag}", "plain data without tags")

    def _path(self) -> Path:
        """Of the node that is being read."""
        if not self._open:
            return ()
        return (*(frame.at for frame in self._open[1:]), self._open[-1].step())

    def _note(self, event: yaml.NodeEvent) -> None:
        if self.wanted and (path := self._path()) in self.wanted:
            self.places.setdefault(path, _place(event.start_mark))

    def _refuse(self, event: yaml.Event, message: str, allowed: str) -> None:
        self.flaws.append(_flaw(self._path(), message, allowed, event.start_mark))
        if len(self.flaws) >= MOST_FLAWS:
            raise Unreadable(*self.flaws)

    def _stop(self, event: yaml.Event, message: str, allowed: str) -> None:
        raise Unreadable(*self.flaws, _flaw((), message, allowed, event.start_mark))


def _flaw(path: Path, message: str, allowed: str, mark: Any) -> Flaw:
    if mark is None:
        return Flaw(path, message, allowed)
    return Flaw(path, message, allowed, *_place(mark))


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1
