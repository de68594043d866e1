"""Tickets, leases and verdicts: who may start an attempt, who runs it, what it should do.

A ticket makes an attempt start at most once; a lease says that it is alive; a verdict is what the
engine has decided about it. Losing all of Redis loses none of it for good: the engine issues
tickets again from Postgres, holders renew leases that are gone, and the engine repeats verdicts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from redis import Redis

from windlass.shared import keys
from windlass.shared.durations import parse_duration

TICKET_TTL = timedelta(days=30)
VERDICT_TTL = timedelta(days=1)
SETTLED_TTL = timedelta(minutes=10)  # a holder that slept longer finds neither ticket nor lease
LEASE_TTL = timedelta(seconds=15)
LEASES = (timedelta(seconds=3), timedelta(hours=1))  # from, to; renewing takes a while
RENEWALS = 3  # in the time of a lease
NOBODYS = UUID(int=0)
_DRAINED = -1

# Once an operator wants a node empty nothing starts there, not even what was on its way.
# KEYS: ticket, lease, verdict, drain, hold    ARGV: holder, lease ttl in ms, ticket ttl in s
# returns: 1 if claimed, -1 if the holder is being drained, else 0
_CLAIM = """
if redis.call("exists", KEYS[4]) == 1 then return -1 end
if redis.call("exists", KEYS[5]) == 1 then return 0 end
if redis.call("get", KEYS[1]) ~= "open" then return 0 end
if redis.call("exists", KEYS[3]) == 1 then return 0 end
redis.call("set", KEYS[1], "spent", "ex", ARGV[3])
redis.call("set", KEYS[2], ARGV[1], "px", ARGV[2])
return 1
"""

# Renewing also sets a lease that is gone: a Redis that forgot everything learns it again. It never
# takes a lease from another holder.
# KEYS: ticket, lease, verdict    ARGV: holder, lease ttl in ms, ticket ttl in s
# returns: "stolen", or the verdict, or "" when all is well
_RENEW = """
local holder = redis.call("get", KEYS[2])
if holder and holder ~= ARGV[1] then return "stolen" end
local verdict = redis.call("get", KEYS[3])
if verdict == "settled" or verdict == "lost" then return verdict end
redis.call("set", KEYS[2], ARGV[1], "px", ARGV[2])
if not holder then redis.call("set", KEYS[1], "spent", "ex", ARGV[3]) end
return verdict or ""
"""

# Asked again, by one who was cut short or by two at once, it answers the same.
# KEYS: ticket    ARGV: ticket ttl in s    returns: 1 if nobody has started it and nobody will
_REVOKE = """
if redis.call("get", KEYS[1]) == "spent" then return 0 end
redis.call("set", KEYS[1], "revoked", "ex", ARGV[1])
return 1
"""

# KEYS: verdict    ARGV: what was carried out    returns: 1 if that was still what was wanted
_CARRIED_OUT = """
if redis.call("get", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("del", KEYS[1])
"""


class Verdict(StrEnum):
    NONE = ""  # go on
    CANCEL = "cancel"  # stop, report, and wait for settled
    LOST = "lost"  # given up on; stop, report nothing
    RESEND = "resend"  # part of the log was lost on the way: publish it again from the first byte
    SETTLED = "settled"  # the final report is committed; clean up
    STOLEN = "stolen"  # somebody else holds the lease; stop, report nothing


class Drained(Exception):
    """An operator wants this node empty."""


@dataclass(frozen=True)
class Standing:
    """What Redis knows of an attempt."""

    ticket: str | None  # "open", "spent", "revoked" or None
    holder: str | None


class Leases:
    """Both sides' view. Every method may raise ``redis.RedisError``."""

    def __init__(self, redis: "Redis", ttl: timedelta = LEASE_TTL) -> None:
        self._redis = redis
        self._ttl_ms = int(ttl.total_seconds() * 1000)
        self._ticket_s = int(TICKET_TTL.total_seconds())
        self._claim = redis.register_script(_CLAIM)
        self._renew = redis.register_script(_RENEW)
        self._revoke = redis.register_script(_REVOKE)
        self._carried_out = redis.register_script(_CARRIED_OUT)

    # The engine's side

    def issue(self, attempt_ids: Sequence[UUID]) -> None:
        """Open tickets; a spent or revoked one stays as it is."""
        with self._redis.pipeline(transaction=False) as pipe:
            for id in attempt_ids:
                pipe.set(keys.ticket(id), "open", nx=True, ex=TICKET_TTL)
            pipe.execute()

    def revoke(self, attempt_ids: Sequence[UUID]) -> list[bool]:
        """Take back tickets nobody has claimed; True where the attempt can no longer start."""
        with self._redis.pipeline(transaction=False) as pipe:
            for id in attempt_ids:
                self._revoke(keys=[keys.ticket(id)], args=[self._ticket_s], client=pipe)
            return [bool(answer) for answer in pipe.execute()]

    def judge(self, attempt_ids: Sequence[UUID], verdict: Verdict, nodes: Sequence[str]) -> None:
        """Tell holders what was decided, and nudge the nodes to look."""
        with self._redis.pipeline(transaction=False) as pipe:
            for id in attempt_ids:
                if verdict is Verdict.SETTLED:  # final in Postgres: nobody issues a ticket again
                    pipe.delete(keys.ticket(id), keys.lease(id), keys.log_position(id))
                ttl = SETTLED_TTL if verdict is Verdict.SETTLED else VERDICT_TTL
                pipe.set(keys.verdict(id), verdict.value, ex=ttl)
            for node in sorted(set(nodes)):
                pipe.publish(keys.node_channel(node), verdict.value)
            pipe.execute()

    def standings(self, attempt_ids: Sequence[UUID]) -> list[Standing]:
        with self._redis.pipeline(transaction=False) as pipe:
            for id in attempt_ids:
                pipe.mget(keys.ticket(id), keys.lease(id))
            return [Standing(_text(t), _text(h)) for t, h in pipe.execute()]

    # The worker's side

    def claim(self, attempt_id: UUID, holder: str, job_id: UUID = NOBODYS) -> bool:
        """True exactly once per ticket, and not while its job is held. ``Drained``: it is for
        another node to start."""
        touched = [*_keys(attempt_id), keys.drain(holder), keys.hold(job_id)]
        answer = self._claim(keys=touched, args=self._args(holder))
        if answer == _DRAINED:
            raise Drained(holder)
        return bool(answer)

    def renew(self, attempt_ids: Sequence[UUID], holder: str) -> list[Verdict]:
        """Renew all, in one round trip, and hear what was decided of each."""
        with self._redis.pipeline(transaction=False) as pipe:
            for id in attempt_ids:
                self._renew(keys=_keys(id), args=self._args(holder), client=pipe)
            return [Verdict(_text(answer) or "") for answer in pipe.execute()]

    def carried_out(self, attempt_id: UUID, verdict: Verdict) -> None:
        """Hear no more of it, unless something else was decided meanwhile."""
        self._carried_out(keys=[keys.verdict(attempt_id)], args=[verdict.value])

    def _args(self, holder: str) -> list[str | int]:
        return [holder, self._ttl_ms, self._ticket_s]


def parse_lease(text: str) -> timedelta:
    """ValueError, in words fit for a user."""
    lease = timedelta(seconds=parse_duration(text))
    shortest, longest = LEASES
    if not shortest <= lease <= longest:
        raise ValueError("must lie between 3 seconds and an hour")
    return lease


def _keys(attempt_id: UUID) -> list[str]:
    return [keys.ticket(attempt_id), keys.lease(attempt_id), keys.verdict(attempt_id)]


def _text(value: object) -> str | None:
    return value.decode() if isinstance(value, bytes) else value if isinstance(value, str) else None
