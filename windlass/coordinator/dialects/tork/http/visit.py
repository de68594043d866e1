"""One request: who asks, and with what it is answered."""

from dataclasses import dataclass

from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.dialects.tork.show.users import Creator
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.streams import Streams


@dataclass(frozen=True, kw_only=True)
class Visit:
    """``engine`` as this caller sees it; ``owner`` of what it submits."""

    engine: Engine
    settings: Settings
    streams: Streams
    creator: Creator
    owner: str = ""
