"""Text that cannot be stored, anywhere in a spec: NUL and lone surrogates. Pure."""

from collections.abc import Iterator

import msgspec

from windlass.coordinator.engine.notes import Notes, Path
from windlass.shared.text import is_clean

_encode = msgspec.json.Encoder().encode


def note_unstorable(notes: Notes, value: object) -> None:
    """Encoding finds out fast whether there is anything to look for."""
    try:
        if b"\\u0000" not in _encode(value):
            return
    except UnicodeEncodeError:
        pass
    for place in _unstorable((), value):
        notes.add(place, "holds NUL or half a surrogate pair", "any other text")


def _unstorable(path: Path, value: object) -> Iterator[Path]:
    if isinstance(value, str):
        if not is_clean(value):
            yield path
        return
    for name, item in _parts(value):
        yield from _unstorable((*path, name), item)


def _parts(value: object) -> Iterator[tuple[str | int, object]]:
    match value:
        case msgspec.Struct():
            yield from ((name, getattr(value, name)) for name in value.__struct_fields__)
        case dict():
            yield from ((key, key) for key in value)
            yield from value.items()
        case tuple() | list():
            yield from enumerate(value)
