"""The first document of a YAML body as nodes with lines, or yaml.v3's words for what is wrong.

The scanner is libyaml's, which yaml.v3 was made from: texts and places are the same.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from windlass.coordinator.dialects.tork.yamltags import MERGE, STR, resolve, short

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_AHEAD = 2  # tokens
_TOO_DEEP = "nesting depth"

Kind = Literal["scalar", "map", "seq", "alias"]


class Wrong(Exception):
    """What yaml.v3 answers to this body."""


@dataclass(eq=False, slots=True)
class Node:
    """``value``: of a scalar its text, of an alias the anchor's name. ``content``: the elements,
    or keys and values by turns; of an alias the one node that is meant."""

    kind: Kind
    tag: str
    value: str
    line: int
    content: "list[Node]" = field(default_factory=list)

    @property
    def is_merge(self) -> bool:
        return self.kind == "scalar" and self.value == "<<" and self.tag == MERGE


def first_document(body: bytes) -> Node | None:
    """None: there is no document, only space and comments."""
    parser = _LOADER(body)
    try:
        return _compose(parser, body)
    except yaml.scanner.ScannerError as problem:
        raise Wrong(_in_words(problem)) from None
    except yaml.MarkedYAMLError as problem:
        _look_ahead(body, problem.problem_mark)
        raise Wrong(_in_words(problem)) from None
    except yaml.YAMLError as problem:
        raise Wrong(f"yaml: {getattr(problem, 'reason', problem)}") from None
    finally:
        parser.dispose()


def _in_words(problem: yaml.MarkedYAMLError) -> str:
    """The line of the context counts before the problem's own, and the first line not at all. What
    the parser (not the scanner) finds is told one line early."""
    marks = (problem.context_mark, problem.problem_mark)
    line = next((mark.line for mark in marks if mark is not None and mark.line), 0)
    text = problem.problem or "unknown problem parsing YAML content"
    if _TOO_DEEP in text:
        text = "exceeded max depth of 10000"
    if not line:
        return f"yaml: {text}"
    line += isinstance(problem, yaml.scanner.ScannerError)
    return f"yaml: line {line}: {text}"


def _compose(parser: Any, body: bytes) -> Node | None:
    composer = _Composer()
    event: Any
    while not isinstance(event := parser.get_event(), yaml.DocumentEndEvent | yaml.StreamEndEvent):
        try:
            composer.take(event)
        except Wrong:
            _look_ahead(body, event.start_mark)
            raise
    end: Any = event.end_mark
    if isinstance(event, yaml.DocumentEndEvent) and end.index < len(body):
        _look_ahead(body, end)
    return composer.root


def _look_ahead(body: bytes, mark: Any) -> None:
    """What the scanner finds wrong up to two tokens behind the one at ``mark``: yaml.v3 has
    scanned those before it comes to anything there."""
    ahead = 0
    try:
        token: Any
        for token in yaml.scan(body, Loader=_LOADER):
            here = token.start_mark.index >= mark.index
            ahead += here and (ahead > 0 or not isinstance(token, yaml.BlockEndToken))
            if ahead > _AHEAD:
                return
    except yaml.scanner.ScannerError as problem:
        raise Wrong(_in_words(problem)) from None
    except yaml.YAMLError:
        return


class _Composer:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._anchors: dict[str, Node] = {}

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._put(_scalar(event), event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)

    def _start(self, event: Any) -> None:
        kind: Kind = "seq" if isinstance(event, yaml.SequenceStartEvent) else "map"
        node = Node(kind, _tag(event.tag, f"!!{kind}"), "", event.start_mark.line + 1)
        self._put(node, event.anchor)
        self._open.append(node)

    def _alias(self, event: Any) -> None:
        meant = self._anchors.get(event.anchor)
        if meant is None:
            raise Wrong(f"yaml: unknown anchor '{event.anchor}' referenced")
        self._put(Node("alias", "", event.anchor, event.start_mark.line + 1, [meant]), None)

    def _put(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].content.append(node)
        else:
            self.root = node


def _scalar(event: Any) -> Node:
    text: str = event.value
    default = "" if event.style in {None, ""} else STR
    if not default and text == "<<":
        default = MERGE
    tag = _tag(event.tag, default) or resolve("", text)[0]
    return Node("scalar", tag, text, event.start_mark.line + 1)


def _tag(tag: str | None, default: str) -> str:
    return default if tag in {None, "", "!"} else short(tag or "")
