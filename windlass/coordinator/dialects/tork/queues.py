"""Tork takes any text as the name of a queue, the broker only some: others are spelled in it."""

import re

from windlass.shared.queues import is_queue_name

MARK = "tork."
_PLAIN = re.compile(r"[A-Za-z0-9.-]")
_SPELLED = re.compile(r"(?:_[0-9a-f]{2})+")


def to_engine(name: str) -> str:
    """One to one. A name that needs too many letters gives none that the broker takes."""
    if is_queue_name(name) and not name.startswith(MARK):
        return name
    return MARK + "".join(map(_spell, name))


def to_tork(name: str) -> str:
    if not name.startswith(MARK):
        return name
    return _SPELLED.sub(_read, name.removeprefix(MARK))


def _spell(char: str) -> str:
    if _PLAIN.fullmatch(char):
        return char
    return "".join(f"_{byte:02x}" for byte in char.encode())


def _read(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("_", "")).decode("utf-8", "replace")
