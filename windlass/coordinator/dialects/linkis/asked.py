"""What a client asks for, and what is kept of it: the document of a job of this door."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

QUEUE_FULL = 12001  # as a fault's code
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Wishes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Labels and runtime parameters that change how a task is run. Seconds."""

    running_timeout: float | None = None
    queuing_timeout: float | None = None
    retries: int = 0
    retry_delay: float = 10.0
    rank: int = 100  # in its group, the highest first
    arguments: tuple[str, ...] = ()
    directory: str = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why it was taken down as failed, and never ran."""

    code: int
    text: str


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``code`` as it came; ``script`` with its variables replaced, which is what runs."""

    code: str
    run_type: str
    engine: str  # its type, as the label says it
    version: str = ""
    creator: str = "IDE"
    submit_user: str = ""
    execute_user: str = ""
    label_user: str = ""  # of the label userCreator
    labels: dict[str, str] = {}
    params: dict[str, Any] = {}
    source: dict[str, str] = {}
    wishes: Wishes = Wishes()
    script: str = ""
    variables: dict[str, str] = {}
    fault: Fault | None = None

    @property
    def engine_label(self) -> str:
        return f"{self.engine}-{self.version}" if self.version else self.engine

    @property
    def label_list(self) -> Sequence[str]:
        """As the history shows them."""
        named = {
            **self.labels,
            "engineType": self.engine_label,
            "userCreator": f"{self.execute_user}-{self.creator}",
            "codeType": self.run_type,
        }
        return [f"{name}:{value}" for name, value in named.items()]


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Asked).decode


def milliseconds(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // timedelta(milliseconds=1)
