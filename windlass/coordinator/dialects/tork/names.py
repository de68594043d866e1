"""Names and tags in the bounds the engine has for them."""

from collections.abc import Iterable, Sequence

_NAME = 256
_TAG = 128
_MOST_TAGS = 100
_BLANK = "\u2423"  # an open box: a space one can see


def shown(name: str) -> str:
    """Tork takes names of blanks; nobody could see them."""
    return name if name.strip() else _BLANK * len(name)


def posted(name: str) -> str:
    """As it was before ``shown``."""
    return " " * len(name) if name and not name.strip(_BLANK) else name


def keys(names: Sequence[str]) -> list[str]:
    """The names, numbered where one comes again."""
    given, taken = dict.fromkeys(names, 1), set(names)
    seen: set[str] = set()
    found = []
    for name in names:
        key = name
        while key in seen or (key is not name and key in taken):
            given[name] += 1
            ending = f" ({given[name]})"
            key = name[: _NAME - len(ending)] + ending
        seen.add(key)
        found.append(key)
    return found


def tags(given: Iterable[str]) -> tuple[str, ...]:
    """Those a list can be narrowed to; the document keeps them all."""
    kept = [tag[:_TAG] for tag in given if tag.strip()]
    return tuple(kept[:_MOST_TAGS])
