"""What is known of a result once it was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

ROWS = 5000  # of one file at most: the SDKs read no second page
BYTES = 8 << 20  # of one file, unless one row alone is longer


class Kind(StrEnum):
    """As openFile says it in ``type``."""

    TEXT = "1"
    TABLE = "2"


@dataclass(frozen=True)
class Column:
    name: str
    type: str = "string"
    comment: str = ""


STDOUT = Column("stdout")


@dataclass(frozen=True)
class ResultFile:
    """``_number.dolphin``: the rows between two places of the stream."""

    number: int
    start: int
    stop: int
    rows: int

    @property
    def name(self) -> str:
        return f"_{self.number}.dolphin"


@dataclass(frozen=True)
class Layout:
    """At least one file, be there a row or not: a succeeded task without files is an error to the
    SDKs."""

    kind: Kind
    columns: Sequence[Column]
    files: Sequence[ResultFile]

    def file(self, name: str) -> ResultFile | None:
        return next((file for file in self.files if file.name == name), None)
