import signal
import socket
from collections.abc import Iterator
from os import kill
from pathlib import Path

import pytest

from tests.support.coordinator import Coordinator, a_coordinator
from tests.support.engine import is_completed, submit_chain
from tests.support.fake_worker import a_worker
from tests.support.fakes import FakeSignals
from tests.support.postgres import admin, other_database
from tests.support.waiting import until
from windlass.coordinator.store.db import Database
from windlass.embedded.stack import is_taken
from windlass.embedded.valkey import free_port

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def coordinator(database_url: str, redis_url: str) -> Iterator[Coordinator]:
    with a_coordinator(free_port(), DATABASE_URL=database_url, REDIS_URL=redis_url) as started:
        until(lambda: started.answers("/-/ready"))
        yield started


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "\nState:\tZ" not in status.read_text()


def last_words(started: Coordinator) -> str:
    _, errors = started.process.communicate(timeout=60)
    return errors


def test_a_scrape_tells_the_system_once_however_often_it_is_told(coordinator: Coordinator) -> None:
    coordinator.get("/-/metrics")

    told = (coordinator.get("/-/metrics") or "").splitlines()

    assert [line for line in told if line.startswith('windlass_jobs{state="running"')] != []
    assert not [line for line in told if "pid=" in line]


@pytest.mark.parametrize("name", ["http", "loops"])
def test_a_killed_child_is_replaced(
    coordinator: Coordinator, db: Database, redis_url: str, name: str
) -> None:
    victim = coordinator.children()[name]
    kill(victim, signal.SIGKILL)
    until(lambda: not is_alive(victim))

    with a_worker(redis_url):
        id = submit_chain(db, FakeSignals(), 1)
        until(lambda: is_completed(db, id))
    until(coordinator.answers)


def test_sigterm_ends_everything_in_order(coordinator: Coordinator) -> None:
    children = coordinator.children().values()

    coordinator.process.terminate()

    assert coordinator.process.wait(20) == 0
    assert not any(map(is_alive, children))


def test_a_killed_parent_leaves_nobody_behind(coordinator: Coordinator) -> None:
    children = coordinator.children().values()

    coordinator.process.kill()

    until(lambda: not any(map(is_alive, children)))
    until(lambda: not coordinator.answers())


def test_an_address_in_use_is_refused_in_one_line(database_url: str, redis_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with a_coordinator(port, DATABASE_URL=database_url, REDIS_URL=redis_url) as started:
            errors = last_words(started)

    assert started.process.returncode == 1
    assert len(errors.splitlines()) == 1
    assert f"127.0.0.1:{port}" in errors


def test_other_machines_are_not_let_in_without_tokens(database_url: str, redis_url: str) -> None:
    bind = f"0.0.0.0:{free_port()}"
    with a_coordinator(0, DATABASE_URL=database_url, REDIS_URL=redis_url, BIND=bind) as started:
        errors = last_words(started)

    assert started.process.returncode == 1
    assert "token" in errors
    assert "--insecure" in errors


def test_unless_the_operator_insists(database_url: str, redis_url: str) -> None:
    port = free_port()
    urls = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with a_coordinator(port, **urls, BIND=f"0.0.0.0:{port}", INSECURE="true") as started:
        until(started.answers)


def test_an_empty_database_is_brought_up_to_date(postgres_server: str, redis_url: str) -> None:
    admin(postgres_server, "CREATE DATABASE fresh")
    url = other_database(postgres_server, "fresh")
    try:
        with a_coordinator(free_port(), DATABASE_URL=url, REDIS_URL=redis_url) as started:
            until(lambda: started.answers("/-/ready"))
    finally:
        admin(postgres_server, "DROP DATABASE fresh WITH (FORCE)")


def test_without_redis_it_still_answers(database_url: str) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    with a_coordinator(free_port(), DATABASE_URL=database_url, REDIS_URL=nowhere) as started:
        until(lambda: started.answers("/-/ready"))


def test_the_first_token_may_come_from_a_file(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("wl_" + "a" * 43)
    port = free_port()
    urls = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    where = {"BIND": f"0.0.0.0:{port}", "BOOTSTRAP_TOKEN_FILE": str(file)}

    with a_coordinator(port, **urls, **where) as started:
        until(lambda: started.answers("/-/ready"))


def test_a_first_token_that_could_be_guessed_is_refused(database_url: str, redis_url: str) -> None:
    given = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}

    with a_coordinator(free_port(), BOOTSTRAP_TOKEN="changeme", **given) as started:
        errors = last_words(started)

    assert started.process.returncode == 1
    assert "WINDLASS_BOOTSTRAP_TOKEN must be" in errors


def test_a_killed_parent_leaves_its_address_to_the_next(database_url: str, redis_url: str) -> None:
    port = free_port()
    environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with a_coordinator(port, **environment) as first:
        until(lambda: first.answers("/-/ready"))
        loops = first.children()["loops"]
        kill(loops, signal.SIGSTOP)
        first.process.kill()

        until(lambda: not is_taken(port))

        kill(loops, signal.SIGCONT)
        until(lambda: not is_alive(loops))
