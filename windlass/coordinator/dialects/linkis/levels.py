"""Lines of a log in Linkis' four streams: error, warn, info and all. Pure.

The two readers of a log tell levels in two ways: pages go line by line, while in the whole text a
line without a header belongs to the one before it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

ERROR, WARN, INFO, ALL = range(4)
LEVELS = ("error", "warn", "info", "all")

_HEADER = r"[0-9\-/]{10} [0-9:]{8}.?\d{0,3} "
_ERROR = re.compile(rf"{_HEADER}(?:SYSTEM-)?ERROR ", re.ASCII)
_WARN = re.compile(rf"{_HEADER}(?:SYSTEM-)?WARN ", re.ASCII)
_OPENED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s*(ERROR|WARN|INFO)", re.ASCII)
_NOISE = "com.netflix"


def page(lines: Iterable[str]) -> list[str]:
    """Each stream's lines, with newlines between. Blank lines are counted but not shown."""
    streams: list[list[str]] = [[], [], [], []]
    for line in lines:
        level = _level(line)
        if not line.strip() or (level != ERROR and _NOISE in line):
            continue
        streams[level].append(line)
        streams[ALL].append(line)
    return ["\n".join(stream) for stream in streams]


def marked(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Each line of a whole text with its level."""
    level = INFO
    for line in lines:
        if found := _OPENED.search(line):
            level = (ERROR, WARN, INFO)[("ERROR", "WARN", "INFO").index(found[1])]
        yield level, line


def whole(lines: Iterable[str], only: str = "all") -> Sequence[str]:
    """Each stream's lines, with a newline after each; only one of them where one is named.

    ``all`` begins with an empty line: linkis-cli, which has counted lines from 1, leaves out as
    many of the whole as the number of the next.
    """
    streams: list[list[str]] = [[], [], [], [""]]
    for level, line in marked(lines):
        streams[level].append(line)
        streams[ALL].append(line)
    texts = ["".join(f"{line}\n" for line in stream) for stream in streams]
    if only in LEVELS[:ALL]:
        return [text if name == only else "" for name, text in zip(LEVELS, texts, strict=True)]
    return texts


def _level(line: str) -> int:
    if _ERROR.search(line):
        return ERROR
    return WARN if _WARN.search(line) else INFO
