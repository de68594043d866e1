"""What marshmallow says about a document, as flaws with a path."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from marshmallow import Schema, ValidationError
from marshmallow.exceptions import SCHEMA

from windlass.coordinator.web.reading import MOST_FLAWS, Flaw, Path, Unreadable

_LONGEST_GUESS = 50  # characters: comparing takes the square of it


@dataclass(frozen=True)
class Said:
    """A message of a validator, with what would have been right."""

    message: str
    allowed: str = ""


@dataclass(frozen=True)
class Unknown(Said):
    """A field that does not exist; ``known`` do."""

    known: tuple[str, ...] = ()


def refuse(message: str, allowed: str = "") -> ValidationError:
    return ValidationError([Said(message, allowed)])


class Strict(Schema):
    """Refuses fields it does not know, and names those it does."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = tuple(field.data_key or name for name, field in self.load_fields.items())
        # Our messages carry more than text; marshmallow only hands them on.
        messages: dict[str, Any] = {
            "type": Said("must be a mapping", "fields and their values"),
            "unknown": Unknown("is not a known field", ", ".join(sorted(known)), known),
        }
        self.error_messages = messages


def loaded(schema: Schema, document: Any) -> Any:
    """Unreadable, with all that is wrong."""
    try:
        return schema.load(document)
    except ValidationError as error:
        raise Unreadable(*flaws(error)[:MOST_FLAWS]) from None


def flaws(error: ValidationError) -> list[Flaw]:
    """One more than are told, where there are so many."""
    return list(islice(_walk(error.messages, ()), MOST_FLAWS + 1))


def _walk(messages: Any, path: Path) -> Iterator[Flaw]:
    if isinstance(messages, Mapping):
        for step, inner in messages.items():
            yield from _walk(inner, path if step == SCHEMA else (*path, step))
    elif isinstance(messages, Sequence) and not isinstance(messages, str):
        for inner in messages:
            yield from _walk(inner, path)
    else:
        yield _flaw(messages, path)


def _flaw(said: object, path: Path) -> Flaw:
    if isinstance(said, Unknown):
        said = _with_guess(said, str(path[-1]))
    if isinstance(said, Said):
        return Flaw(path, said.message, said.allowed)
    return Flaw(path, str(said))


def _with_guess(unknown: Unknown, written: str) -> Said:
    close = difflib.get_close_matches(written[:_LONGEST_GUESS], unknown.known, n=1)
    if not close:
        return unknown
    return replace(unknown, message=f"{unknown.message}; did you mean {close[0]}?")
