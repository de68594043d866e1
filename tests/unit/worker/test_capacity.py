from threading import Thread

from windlass.worker.capacity import Capacity, Hold


def test_slots_run_out_and_come_back() -> None:
    capacity = Capacity(2)

    assert capacity.take()
    assert capacity.take()
    assert not capacity.take()
    capacity.give_back()

    assert capacity.room() == 1


def test_nothing_is_taken_while_anything_holds_it() -> None:
    capacity = Capacity(2)
    capacity.hold(Hold.REDIS)
    capacity.hold(Hold.DRAINING)
    capacity.release(Hold.REDIS)

    assert not capacity.take()
    assert capacity.room() == 0

    capacity.release(Hold.DRAINING)
    assert capacity.take()


def test_what_was_here_before_counts_even_beyond_the_slots() -> None:
    capacity = Capacity(1)
    capacity.occupy()
    capacity.occupy()

    assert capacity.room() == 0
    capacity.give_back()
    assert not capacity.take()


def test_every_change_is_told() -> None:
    capacity, told = Capacity(1), []
    capacity.listen(lambda: told.append(capacity.room()))

    capacity.take()
    capacity.give_back()
    capacity.hold(Hold.BACKLOG)
    capacity.release(Hold.BACKLOG)

    assert told == [0, 1, 0, 1]


def test_threads_never_take_more_than_there_is() -> None:
    capacity, taken = Capacity(5), []
    threads = [Thread(target=lambda: taken.append(capacity.take())) for _ in range(20)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(taken) == 5


def test_idle_waits_for_the_last_one() -> None:
    capacity = Capacity(1)
    assert capacity.idle(0.0)

    capacity.take()
    assert not capacity.idle(0.0)
    Thread(target=capacity.give_back).start()
    assert capacity.idle(5.0)
