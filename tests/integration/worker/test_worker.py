"""A real worker: Celery messages in, reports out."""

import signal
from pathlib import Path

import pytest
from redis import Redis

from tests.support.engine_side import EngineSide
from tests.support.orders import a_script
from tests.support.waiting import until
from tests.support.workers import NODE, Workers
from windlass.shared import keys
from windlass.shared.events import AttemptProgressed, NodeLeft
from windlass.shared.lease import Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.states import Reason
from windlass.worker.watchdog import SILENCE

pytestmark = pytest.mark.redis


def a_counted_script(path: Path, then: str = "true") -> RunAttempt:
    """Leaves a line in ``path`` each time it is started."""
    return a_script(f"echo started >> {path}; {then}", grace=1.0)


def starts(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_a_message_becomes_a_run_and_a_report(engine: EngineSide, workers: Workers) -> None:
    order = a_script("echo hello; echo oops >&2; printf answer > $WINDLASS_OUTPUT; exit 3")
    good = a_script("printf answer > $WINDLASS_OUTPUT")
    workers().start()

    engine.send(order, good)

    until(lambda: engine.finished(order) and engine.finished(good))
    end, fine = engine.finished(order), engine.finished(good)
    assert end is not None
    assert fine is not None
    assert (end.reason, end.exit_code, end.node) == (Reason.EXIT_CODE, 3, NODE)
    assert sorted(engine.log(order).splitlines()) == [b"hello", b"oops"]
    assert (fine.reason, fine.output) == (None, "answer")


def test_progress_is_reported_while_it_runs(engine: EngineSide, workers: Workers) -> None:
    order = a_script("echo 40% > $WINDLASS_PROGRESS; sleep 60", grace=1.0)
    workers().start()

    engine.send(order)

    until(
        lambda: any(
            isinstance(e, AttemptProgressed) and e.percent == 40.0 for e in engine.reports(order)
        )
    )


def test_a_message_delivered_twice_runs_once(
    engine: EngineSide, workers: Workers, tmp_path: Path
) -> None:
    order = a_counted_script(tmp_path / "starts")
    engine.send(order)
    engine.send(order)
    workers(concurrency=1).start()

    until(lambda: engine.finished(order) and engine.depth() == 0)
    marker = a_script("true")
    engine.send(marker)
    until(lambda: engine.finished(marker))

    assert starts(tmp_path / "starts") == 1
    assert engine.kinds(order).count("AttemptFinished") == 1


def test_higher_priorities_go_first(engine: EngineSide, workers: Workers, tmp_path: Path) -> None:
    orders = {n: a_script(f"echo {n} >> {tmp_path / 'order'}") for n in (0, 9, 4, 7)}
    for priority, order in orders.items():
        engine.send(order, priority=priority)

    workers(concurrency=1).start()

    until(lambda: all(engine.finished(order) for order in orders.values()))
    assert (tmp_path / "order").read_text().split() == ["9", "7", "4", "0"]


def test_cancel_stops_what_runs_at_once(engine: EngineSide, workers: Workers) -> None:
    order = a_script("sleep 600", grace=1.0)
    workers().start()
    engine.send(order)
    until(lambda: engine.kinds(order) == ["AttemptStarted"])

    engine.judge(order, Verdict.CANCEL)

    until(lambda: engine.finished(order))
    end = engine.finished(order)
    assert end is not None
    assert end.reason is Reason.CANCELLED


def test_a_message_that_is_no_order_is_dropped(engine: EngineSide, workers: Workers) -> None:
    order, broken = a_script("true"), a_script("true")
    workers(concurrency=1).start()

    engine.send_raw(broken, '{"attempt_id": "nonsense"}')
    engine.send_raw(broken, "\0 not JSON")
    engine.send(order)

    until(lambda: engine.finished(order) and engine.depth() == 0)
    assert engine.reports(broken) == []


def test_a_worker_takes_no_message_it_cannot_start(engine: EngineSide, workers: Workers) -> None:
    long, waiting = a_script("sleep 600", grace=1.0), [a_script("true") for _ in range(3)]
    workers(concurrency=1).start()
    engine.send(long)
    until(lambda: engine.kinds(long) == ["AttemptStarted"])

    engine.send(*waiting)
    other = workers(node="node-2")
    until(lambda: engine.depth() == 3)
    other.start()

    until(lambda: all(engine.finished(order) for order in waiting))
    assert {engine.reports(order)[0].node for order in waiting} == {"node-2"}


def test_nothing_is_taken_while_the_engine_is_behind(
    engine: EngineSide, workers: Workers, redis: Redis
) -> None:
    order = a_script("true")
    with redis.pipeline() as pipe:
        for _ in range(2001):
            pipe.xadd(keys.LOGS, {"d": b""})
        pipe.execute()
    workers().start()
    until(engine.beats)

    engine.send(order)
    beats = len(engine.beats())
    until(lambda: len(engine.beats()) > beats)
    assert engine.reports(order) == []
    assert engine.depth() == 1

    redis.delete(keys.LOGS)
    until(lambda: engine.finished(order))


def test_a_drained_node_takes_nothing_until_it_is_resumed(
    engine: EngineSide, workers: Workers, redis: Redis
) -> None:
    order = a_script("true")
    redis.set(keys.drain(NODE), "1")
    workers().start()
    until(lambda: any(beat.draining for beat in engine.beats()))

    engine.send(order)
    beats = len(engine.beats())
    until(lambda: len(engine.beats()) > beats)
    assert engine.depth() == 1

    redis.delete(keys.drain(NODE))
    redis.publish(keys.node_channel(NODE), "resume")
    until(lambda: engine.finished(order))


def test_sigterm_waits_for_what_runs_and_takes_no_more(
    engine: EngineSide, workers: Workers, tmp_path: Path
) -> None:
    running = a_script(f"while ! test -e {tmp_path / 'go'}; do sleep 0.05; done", grace=1.0)
    waiting = a_script("true")
    worker = workers().start()
    engine.send(running)
    until(lambda: engine.kinds(running) == ["AttemptStarted"])

    worker.signal(signal.SIGTERM)
    until(lambda: any(beat.draining for beat in engine.beats()))
    engine.send(waiting)
    (tmp_path / "go").touch()
    until(lambda: engine.finished(running))
    engine.judge(running, Verdict.SETTLED)

    assert worker.ended() == 0
    assert engine.depth() == 1
    assert isinstance(engine.seen()[-1], NodeLeft)


def test_what_outlasts_the_drain_is_left_to_the_next_worker(
    engine: EngineSide, workers: Workers, redis: Redis, tmp_path: Path
) -> None:
    order = a_counted_script(
        tmp_path / "starts", f"while ! test -e {tmp_path / 'go'}; do sleep 0.05; done; echo end"
    )
    worker = workers(drain_timeout="0s").start()
    engine.send(order)
    until(lambda: engine.kinds(order) == ["AttemptStarted"])

    worker.signal(signal.SIGTERM)
    assert worker.ended() == 0
    assert redis.pttl(keys.lease(order.attempt_id)) > 60_000

    worker.start()
    until(lambda: order.attempt_id in engine.running())
    (tmp_path / "go").touch()
    until(lambda: engine.finished(order))
    assert starts(tmp_path / "starts") == 1
    assert engine.log(order) == b"end\n"


def test_a_second_signal_ends_it_at_once_and_leaves_the_run(
    engine: EngineSide, workers: Workers, tmp_path: Path
) -> None:
    order = a_script(f"while ! test -e {tmp_path / 'go'}; do sleep 0.05; done", grace=1.0)
    worker = workers(drain_timeout="10m").start()
    engine.send(order)
    until(lambda: engine.kinds(order) == ["AttemptStarted"])

    worker.signal(signal.SIGTERM)
    until(lambda: any(beat.draining for beat in engine.beats()))
    worker.signal(signal.SIGTERM)

    assert worker.ended() == 128 + signal.SIGTERM
    worker.start()
    (tmp_path / "go").touch()
    until(lambda: engine.finished(order))


def test_a_name_that_is_taken_here_is_refused(engine: EngineSide, workers: Workers) -> None:
    workers().start()
    until(engine.beats)

    assert workers().start().ended() == 78


def test_a_consumer_that_falls_silent_ends_its_worker(redis: Redis, workers: Workers) -> None:
    worker = workers(module="tests.support.deaf_worker").start()

    assert worker.ended(timeout=SILENCE) == 75


def test_a_healthy_worker_shows_it_by_touching_a_file(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = tmp_path / "health"
    monkeypatch.setenv("WINDLASS_HEALTH_FILE", str(sign))

    workers().start()
    until(sign.exists)
    first = sign.stat().st_mtime_ns

    until(lambda: sign.stat().st_mtime_ns > first)
