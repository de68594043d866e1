"""One request: who asks, and with what it is answered."""

from dataclasses import dataclass

from windlass.coordinator.dialects.tork.http.creators import Creators
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import Gate
from windlass.coordinator.web.streams import Streams


@dataclass(frozen=True, kw_only=True)
class Visit:
    """``engine`` as this caller sees it; ``everything`` is for what they made just now, which they
    need not be able to see afterwards; ``owner`` of what they submit."""

    engine: Engine
    everything: Engine
    gate: Gate
    settings: Settings
    streams: Streams
    creator: Creators
    owner: str = ""
