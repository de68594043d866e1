"""Sizes as people write them: ``"512m"``, ``"1.5g"``, ``1048576``. Bytes inside the program."""

import re

LARGEST = 1 << 50  # a pebibyte

_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,6})?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)


def parse_size(text: str | int) -> int:
    """Bytes; units are powers of 1024. ValueError, fit for a user, unless in 0 … 1 PiB."""
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise ValueError("must be a size such as 512m, 1.5g or a number of bytes")
    size = text if isinstance(text, int) else _parse(text)
    if not 0 <= size <= LARGEST:
        raise ValueError("must lie between 0 and 1024t")
    return size


def _parse(text: str) -> int:
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise ValueError("must be a size such as 512m, 1.5g or a number of bytes")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def show_size(size: float) -> str:
    """``1536`` as ``1.5 KiB``."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:  # noqa: PLR2004 - the step from unit to unit
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
