"""What reading a document yields: its value, or every flaw in it with its place."""

from collections.abc import Mapping
from dataclasses import dataclass

DEEPEST = 50
MOST_FLAWS = 100  # more would help nobody
_LONGEST_NAME = 100  # characters of a field's name that a message repeats

Path = tuple[str | int, ...]
Places = Mapping[Path, tuple[int, int]]


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with what was sent; ``allowed`` says what would have been right."""

    path: Path
    message: str
    allowed: str = ""
    line: int | None = None
    column: int | None = None


class Unreadable(Exception):
    """The text is no document we take; all that is wrong with it."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__("; ".join(flaw.message for flaw in flaws))
        self.flaws = flaws


class WrittenInt(int):
    """A number that remembers how it was written: an env value ``0644`` stays ``0644``."""

    text: str

    def __str__(self) -> str:
        return self.text


class WrittenFloat(float):
    text: str

    def __str__(self) -> str:
        return self.text


def written_int(text: str) -> int:
    plain = int(text, 0) if text[:2].lower() in {"0x", "0o"} else int(text)
    if str(plain) == text:
        return plain
    number = WrittenInt(plain)
    number.text = text
    return number


def written_float(text: str) -> float:
    plain = float(text)
    if str(plain) == text:
        return plain
    number = WrittenFloat(plain)
    number.text = text
    return number


def decode_text(data: bytes) -> str:
    """UTF-8, with or without its mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        before = data[: problem.start]
        raise Unreadable(
            Flaw(
                (),
                f"byte {problem.start} is not valid UTF-8",
                "text encoded in UTF-8",
                before.count(b"\n") + 1,
                problem.start - (before.rfind(b"\n") + 1) + 1,
            )
        ) from None


def show_path(path: Path) -> str:
    """``("tasks", 2, "needs")`` as ``tasks[2].needs``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if len(step) <= _LONGEST_NAME else step[: _LONGEST_NAME - 1] + "…"
            text += f".{name}" if text else name
    return text
