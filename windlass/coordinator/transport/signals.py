"""The engine's word to workers and to its own kind, through Redis."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any, cast
from uuid import UUID

from redis import Redis, RedisError

from windlass.coordinator.engine.endings import Endings, Listener
from windlass.coordinator.engine.ports import Away, Watch
from windlass.coordinator.transport.herald import Herald
from windlass.coordinator.transport.nudges import Nudges
from windlass.shared import keys
from windlass.shared.lease import LEASE_TTL, TICKET_TTL, Leases, Standing, Verdict

HELD_FOR = timedelta(hours=1)  # unless reminded of
SLOW = 2.0  # a call that takes longer shows that holders, too, may have waited

# KEYS: epoch    returns: seconds since it was first set, and the name of this run of Redis
_AGE = """
local now = redis.call("time")[1]
redis.call("set", KEYS[1], now, "nx")
return now - redis.call("get", KEYS[1])
"""


def youth_of(lease: timedelta) -> float:
    """So long after its start Redis may not know of all who hold a lease: its uptime is told in
    whole seconds."""
    return lease.total_seconds() + 1


YOUTH = youth_of(LEASE_TTL)


class RedisSignals:
    """``hasty`` is a client that gives up early: for nudges, of which the next is as good.
    ``counts`` hears what has ended, in this process."""

    def __init__(
        self,
        redis: Redis,
        hasty: Redis,
        nudges: Nudges,
        youth: float = YOUTH,
        counts: Listener | None = None,
    ) -> None:
        self._counts = counts
        self._redis = redis
        self._herald = Herald(hasty)
        self._nudges = nudges
        self._youth = youth
        self._leases = Leases(redis)
        self._age = redis.register_script(_AGE)
        self._run = ""
        self._troubled_at = float("-inf")

    def close(self) -> None:
        self._herald.close()

    def wake_dispatch(self) -> None:
        self._herald.say(keys.DISPATCH_NUDGE)

    def changed(self, job_ids: Sequence[UUID]) -> None:
        if job_ids:
            self._herald.say(keys.JOBS_NUDGE, [id.bytes for id in job_ids])

    def ended(self, endings: Endings) -> None:
        if self._counts is not None:
            self._counts(endings)

    def watch(self, job_ids: Sequence[UUID]) -> AbstractContextManager[Watch]:
        return self._nudges.watch(job_ids)

    def revoke(self, attempt_ids: Sequence[UUID]) -> Sequence[bool]:
        with self._careful():
            return self._leases.revoke(attempt_ids)

    def judge(self, attempt_ids: Sequence[UUID], verdict: Verdict, nodes: Sequence[str]) -> None:
        with self._careful():
            self._leases.judge(attempt_ids, verdict, nodes)

    def standings(self, attempt_ids: Sequence[UUID]) -> Sequence[Standing]:
        with self._careful():
            return self._leases.standings(attempt_ids)

    def hold(self, job_ids: Sequence[UUID], held: bool) -> None:
        with self._careful(), self._redis.pipeline(transaction=False) as pipe:
            for id in job_ids:
                if held:
                    pipe.set(keys.hold(id), "1", ex=HELD_FOR)
                else:
                    pipe.delete(keys.hold(id))
            pipe.execute()

    def drain(self, node: str, wanted: bool) -> None:
        with self._careful():
            if wanted:
                self._redis.set(keys.drain(node), "1", ex=TICKET_TTL)
            else:
                self._redis.delete(keys.drain(node))
            self._redis.publish(keys.node_channel(node), "drain")

    def young(self) -> bool:
        """Also after a call that failed or was slow, and when another Redis answers."""
        with self._careful(), self._redis.pipeline(transaction=False) as pipe:
            self._age(keys=[keys.EPOCH], client=pipe)
            pipe.info("server")
            age, server = pipe.execute()
        earlier, self._run = self._run, server["run_id"]
        if earlier not in {"", self._run}:
            self._troubled_at = monotonic()
        since = min(int(age), server["uptime_in_seconds"], monotonic() - self._troubled_at)
        return bool(since < self._youth)

    def backlog(self) -> int:
        with self._careful():
            return int(cast(Any, self._redis.xlen(keys.EVENTS)))

    def log_delay(self) -> float:
        with self._careful(), self._redis.pipeline(transaction=False) as pipe:
            pipe.time()
            pipe.xrange(keys.LOGS, count=1)
            (seconds, _), oldest = pipe.execute()
        return max(0.0, seconds - int(oldest[0][0].split(b"-")[0]) / 1000) if oldest else 0.0

    def horizon(self) -> str:
        with self._careful():
            newest = cast(Any, self._redis.xrevrange(keys.EVENTS, count=1))
            return newest[0][0].decode() if newest else "0-0"

    def committed(self, horizon: str) -> bool:
        with self._careful():
            return not self._redis.xrange(keys.EVENTS, max=horizon, count=1)

    @contextmanager
    def _careful(self) -> Iterator[None]:
        started = monotonic()
        try:
            yield
        except RedisError as problem:
            self._troubled_at = monotonic()
            raise Away(f"Redis: {problem}") from problem
        if monotonic() - started > SLOW:
            self._troubled_at = monotonic()
