"""The three forms in which Linkis' clients name a task, and the one in which they get it. Pure.

New: ``exec_id`` + length of the application + length of the instances + both + short id. Old:
lengths of creator, application and instance + all three + short id without the engine. Bare: the
number of the task. The short id ends in that number, so an id leads back by itself.
"""

import re
from dataclasses import dataclass

APPLICATION = "linkis-cg-entrance"
INSTANCE = "windlass:9104"  # the same of every coordinator

_PREFIX = "exec_id"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_NEW = re.compile(r"exec_id(\d{3})(\d{3})(.*)", re.ASCII | re.DOTALL)
_OLD = re.compile(r"(\d{2})(\d{2})(\d{2})(.*)", re.ASCII | re.DOTALL)


class Malformed(ValueError):
    """This is none of the forms."""


@dataclass(frozen=True)
class Named:
    """A task as a client names it; ``short`` None: by its number alone."""

    task_id: int
    short: str | None = None


def safe(text: str) -> str:
    """Characters that addresses and patterns take as they are."""
    return _UNSAFE.sub("-", text)


def short_id(creator: str, user: str, engine: str, task_id: int) -> str:
    return f"{safe(creator)}_{safe(user)}_{safe(engine)}_{task_id}"


def exec_id(short: str) -> str:
    return f"{_PREFIX}{len(APPLICATION):03}{len(INSTANCE):03}{APPLICATION}{INSTANCE}{short}"


def read_id(text: str) -> Named:
    if _NUMBER.fullmatch(text):
        return Named(int(text))
    if match := _NEW.fullmatch(text):
        lengths, rest = [int(match[1]), int(match[2])], match[3]
    elif match := _OLD.fullmatch(text):
        lengths, rest = [int(match[1]), int(match[2]), int(match[3])], match[4]
    else:
        raise Malformed(f'NumberFormatException: For input string: "{text[:64]}"')
    return _short(rest[sum(lengths) :], text)


def is_meant(named: Named, short: str) -> bool:
    """Whether that is the task of this short id, which the old form tells without the engine."""
    group, _, number = short.rpartition("_")
    return named.short in {None, short, f"{group.rpartition('_')[0]}_{number}"}


def _short(short: str, text: str) -> Named:
    group, _, number = short.rpartition("_")
    if not group or not _NUMBER.fullmatch(number):
        raise Malformed(f'NumberFormatException: For input string: "{text[:64]}"')
    return Named(int(number), short)
