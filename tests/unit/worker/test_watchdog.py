from redis import Redis
from redis.exceptions import ConnectionError as Gone

from tests.support.clocks import HandClock
from windlass.worker.watchdog import EXIT_STUCK, Pulse, Watchdog


class FakeRedis(Redis):
    def __init__(self) -> None:
        self.up = True

    def ping(self, **_: object) -> bool:
        if not self.up:
            raise Gone("away")
        return True

    def __del__(self) -> None:
        """Nothing was opened."""


class Kennel:
    def __init__(self) -> None:
        self.clock, self.redis = HandClock(), FakeRedis()
        self.pulse, self.barks = Pulse(self.clock), list[int]()
        self.dog = Watchdog(self.redis, self.pulse, self.barks.append, silence=30.0)


def test_a_consumer_that_falls_silent_is_ended() -> None:
    kennel = Kennel()

    kennel.clock.pass_(31)
    kennel.dog.look()

    assert kennel.barks == [EXIT_STUCK]


def test_a_consumer_that_asks_is_left_alone() -> None:
    kennel = Kennel()

    for _ in range(10):
        kennel.clock.pass_(20)
        kennel.pulse.beat()
        kennel.dog.look()

    assert kennel.barks == []


def test_silence_is_excused_while_redis_is_away_and_a_while_longer() -> None:
    kennel = Kennel()
    kennel.redis.up = False
    kennel.clock.pass_(300)
    kennel.dog.look()
    kennel.redis.up = True

    kennel.clock.pass_(29)
    kennel.dog.look()
    assert kennel.barks == []

    kennel.clock.pass_(2)
    kennel.dog.look()
    assert kennel.barks == [EXIT_STUCK]
