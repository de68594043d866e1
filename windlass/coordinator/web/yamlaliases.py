"""Aliases of a YAML document written out, as events, so that what they stand for can grow only so
far."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import yaml

from windlass.coordinator.web.reading import Flaw, Unreadable

MOST = 100_000  # events of a document that has aliases, with these written out

_Start, _End = yaml.CollectionStartEvent, yaml.CollectionEndEvent


@dataclass
class _Recording:
    """Of a node that has an anchor, until it is whole."""

    anchor: str
    events: list[yaml.Event] = field(default_factory=list)
    depth: int = 0

    def take(self, event: yaml.Event) -> bool:
        """Whether it is whole."""
        self.events.append(event)
        self.depth += isinstance(event, _Start) - isinstance(event, _End)
        return self.depth == 0


def written_out(events: Iterable[yaml.Event]) -> Iterator[yaml.Event]:
    """Unreadable: an alias of nothing, or of what it is in; or there is too much."""
    known: dict[str, Sequence[yaml.Event]] = {}
    open: list[_Recording] = []
    count = 0
    for event in events:
        for each in _meant(event, known, open):
            count += 1
            if known and count > MOST:
                raise _flaw(event, "becomes too large by its aliases", f"at most {MOST:,} nodes")
            _record(each, known, open)
            yield each


def _meant(
    event: yaml.Event, known: dict[str, Sequence[yaml.Event]], open: list[_Recording]
) -> Sequence[yaml.Event]:
    if not isinstance(event, yaml.NodeEvent) or event.anchor is None:
        return [event]
    anchor = event.anchor
    if not isinstance(event, yaml.AliasEvent):
        event.anchor = None
        open.append(_Recording(anchor))
        return [event]
    if anchor in {one.anchor for one in open}:
        raise _flaw(event, "is an alias of what it is in", "other values")
    if anchor not in known:
        raise _flaw(event, "is an alias of nothing", "anchors that were given before")
    return known[anchor]


def _record(
    event: yaml.Event, known: dict[str, Sequence[yaml.Event]], open: list[_Recording]
) -> None:
    for one in list(open):
        if one.take(event):
            open.remove(one)
            known[one.anchor] = one.events


def _flaw(event: yaml.Event, message: str, allowed: str) -> Unreadable:
    mark = event.start_mark
    place = (mark.line + 1, mark.column + 1) if mark else ()
    return Unreadable(Flaw((), message, allowed, *place))
