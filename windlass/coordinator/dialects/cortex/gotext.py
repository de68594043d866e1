"""Values and lists as Cortex writes them into its messages."""

import json
from collections.abc import Sequence
from typing import Any

_LONGEST = 1_000  # characters of a value that a message repeats


def shown(value: Any) -> str:
    """Text in quotes, everything else as it was written."""
    text = value if isinstance(value, _Written) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


class _Written(str):
    """Shown as it is."""

    __slots__ = ()


def plain(text: str) -> str:
    """Of a value that is no text, such as a quantity: without quotes."""
    return _Written(text)


def sentence(words: Sequence[str], join: str) -> str:
    if len(words) <= 2:  # noqa: PLR2004 - no comma between two
        return f" {join} ".join(words)
    return f"{', '.join(words[:-1])}, {join} {words[-1]}"


def either(values: Sequence[Any]) -> str:
    return sentence([shown(value) for value in values], "or")
