"""Hurts the stack at random, as the seed has it."""

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from time import monotonic

from crash.members import Member
from crash.stack import Stack

_BETWEEN = (0.2, 1.6)  # seconds
_SHORT, _LONG = (0.5, 5.0), (17.0, 25.0)  # a lease lasts 15
_HTTP, _LOOPS = 0, 1  # a coordinator's children

Act = Callable[[], bool]


class Chaos:
    def __init__(self, stack: Stack, random: Random) -> None:
        self._stack = stack
        self._random = random
        self._due = monotonic() + 3.0
        self.kills: Counter[str] = Counter()
        self.freezes: Counter[str] = Counter()
        self._acts: Mapping[Act, int] = {
            self._kill_worker: 6,
            self._freeze_worker: 4,
            self._kill_coordinator: 3,
            self._kill_child: 6,
            self._freeze_coordinator: 2,
            self._freeze_child: 4,
            self._kill_redis: 2,
            self._empty_redis: 1,
            self._freeze_redis: 1,
            self._kill_postgres: 2,
        }

    def step(self) -> None:
        if monotonic() < self._due:
            return
        [act] = self._random.choices(list(self._acts), list(self._acts.values()))
        act()
        self._due = monotonic() + self._random.uniform(*_BETWEEN)

    def _kill_worker(self) -> bool:
        return self._kill(self._random.choice(self._stack.workers), self._rest(often_long=True))

    def _freeze_worker(self) -> bool:
        return self._freeze(self._random.choice(self._stack.workers), self._nap())

    def _kill_coordinator(self) -> bool:
        """The parent alone, or as when the machine dies."""
        member, family = self._coordinator(), self._random.random() < 0.5
        return self._kill(member, self._rest(), family=family)

    def _kill_child(self) -> bool:
        index = self._random.choice([_HTTP, _LOOPS, _LOOPS])
        killed = self._coordinator().kill_child(index)
        self.kills["coordinator's child"] += killed
        return killed

    def _freeze_coordinator(self) -> bool:
        return self._freeze(self._coordinator(), self._nap())

    def _freeze_child(self) -> bool:
        return self._freeze(
            self._coordinator(), self._nap(), index=self._random.choice([_HTTP, _LOOPS])
        )

    def _kill_redis(self) -> bool:
        return self._kill(self._stack.redis, self._rest())

    def _empty_redis(self) -> bool:
        killed = self._kill(self._stack.redis, self._rest())
        if killed:
            self._stack.forget_redis()
            self.kills["redis without its data"] += 1
            self.kills["redis"] -= 1
        return killed

    def _freeze_redis(self) -> bool:
        return self._freeze(self._stack.redis, self._nap())

    def _kill_postgres(self) -> bool:
        return self._kill(self._stack.postgres, self._rest())

    def _coordinator(self) -> Member:
        return self._random.choice(self._stack.coordinators)

    def _kill(self, member: Member, rest: float, *, family: bool = False) -> bool:
        killed = member.kill(rest, family=family)
        self.kills[member.name.partition("-")[0]] += killed
        return killed

    def _freeze(self, member: Member, seconds: float, index: int | None = None) -> bool:
        frozen = member.freeze(seconds, index)
        self.freezes[member.name.partition("-")[0]] += frozen
        return frozen

    def _rest(self, *, often_long: bool = False) -> float:
        long = often_long and self._random.random() < 0.15
        return self._random.uniform(*(_LONG if long else (0.0, 2.0)))

    def _nap(self) -> float:
        long = self._random.random() < 0.25
        return self._random.uniform(*(_LONG if long else _SHORT))
