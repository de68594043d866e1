"""Says that this node lives and what runs on it; hears in return whether it may take more."""

import shutil
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

from windlass.shared import keys, logs
from windlass.shared.clock import Clock
from windlass.shared.events import NodeBeat, NodeLeft
from windlass.shared.streams import Outlet
from windlass.worker.capacity import Capacity, Hold
from windlass.worker.identity import Ownership
from windlass.worker.pump import LOG_BACKLOG
from windlass.worker.ticker import Ticker

EVERY = 3.0  # seconds
_GAP = 0.5  # between two beats, however much changes
_HEALTHY = frozenset({Hold.DRAINING, Hold.ENDING, Hold.BACKLOG, Hold.FULL})
EVENT_BACKLOG = 50_000  # events the engine may be behind before nothing new is taken

log = logs.logger("heartbeat")


@dataclass(frozen=True, kw_only=True)
class Node:
    """What does not change about this node."""

    name: str
    queues: tuple[str, ...]
    runtime: str
    version: str
    state_dir: Path
    clock: Clock
    health_file: Path | None = None


class Heartbeat:
    def __init__(
        self,
        redis: "Redis",
        node: Node,
        ownership: Ownership,
        capacity: Capacity,
        leased: Callable[[], Iterable[UUID]],
    ) -> None:
        self._redis = redis
        self._outlet = Outlet(redis)
        self._node = node
        self._ownership = ownership
        self._capacity = capacity
        self._leased = leased
        self._ticker = Ticker("heartbeat", self.beat, every=EVERY, gap=_GAP)

    def start(self) -> None:
        self._ticker.start()
        self._capacity.listen(self._ticker.wake)

    def stop(self) -> None:
        self._ticker.stop()

    def nudge(self) -> None:
        """Look at the drain flag now."""
        self._ticker.wake()

    def beat(self) -> None:
        try:
            self._look_around()
            self._outlet.publish([self._describe()])
        except RedisError as problem:
            if Hold.REDIS not in self._capacity.holds:
                log.warning("redis.away", problem=str(problem))
            self._capacity.hold(Hold.REDIS)
        else:
            self._show_health()

    def leave(self) -> None:
        """The last word of a worker that ends in order."""
        self._outlet.publish([NodeLeft(node=self._node.name, at=self._node.clock.now())])
        self._ownership.give_up()

    def _look_around(self) -> None:
        drain = bool(self._redis.exists(keys.drain(self._node.name)))
        events, chunks = self._outlet.lengths()
        self._set(Hold.REDIS, wanted=False)
        self._set(Hold.NAME, wanted=not self._ownership.renew())
        self._set(Hold.DRAINING, wanted=drain)
        self._set(Hold.BACKLOG, wanted=events > EVENT_BACKLOG or chunks > LOG_BACKLOG)

    def _show_health(self) -> None:
        """To whatever watches over this process; a worker that takes nothing for good reasons is
        healthy."""
        file = self._node.health_file
        if file is not None and self._capacity.holds <= _HEALTHY:
            with suppress(OSError):
                file.touch()

    def _set(self, reason: Hold, *, wanted: bool) -> None:
        if wanted != (reason in self._capacity.holds):
            log.info("hold.begins" if wanted else "hold.ends", reason=reason.value)
            self._capacity.set(reason, wanted)

    def _describe(self) -> NodeBeat:
        holds = self._capacity.holds
        return NodeBeat(
            node=self._node.name,
            at=self._node.clock.now(),
            queues=self._node.queues,
            slots=self._capacity.slots,
            running=tuple(self._leased()),
            runtime=self._node.runtime,
            version=self._node.version,
            hostname=socket.gethostname(),
            draining=Hold.DRAINING in holds or Hold.ENDING in holds,
            cpus=self._capacity.cpus,
            memory=self._capacity.memory,
            disk_free=shutil.disk_usage(self._node.state_dir).free,
        )
