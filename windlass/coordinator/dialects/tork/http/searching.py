"""What somebody typed to find jobs or logs."""

from dataclasses import dataclass

_TAG, _TAGS = "tag:", "tags:"


@dataclass(frozen=True)
class Query:
    """``tags`` None: none were asked for. ``words`` None: likewise."""

    tags: tuple[str, ...] | None
    words: str | None


def parse(text: str) -> Query:
    """Words, and of tags any: ``tag:one``, ``tags:one,two``."""
    tags: list[str] = []
    words: list[str] = []
    for token in text.split():
        if token.startswith(_TAG):
            tags.append(token.removeprefix(_TAG))
        elif token.startswith(_TAGS):
            tags += token.removeprefix(_TAGS).split(",")
        else:
            words.append(token)
    return Query(tuple(tags) or None, " ".join(words) or None)
