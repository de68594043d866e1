"""Nobody who reads Postgres or Redis reads a secret, unless they have its key."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from click.testing import CliRunner
from redis import Redis

from tests.support.builders import a_job, a_submission, a_task
from tests.support.coordinator import a_coordinator
from tests.support.fakes import FakeSignals
from tests.support.rows import row
from tests.support.waiting import until
from windlass.cli.main import main
from windlass.coordinator.engine import activate, dispatch, schedules, submit
from windlass.coordinator.engine.schedule_views import ScheduleSubmission
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.template_views import NewTemplate
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.resealing import reseal
from windlass.coordinator.store.safe import Safe
from windlass.coordinator.transport.publisher import CeleryPublisher
from windlass.embedded.valkey import free_port
from windlass.shared.ids import JobId
from windlass.shared.lease import Leases
from windlass.shared.sealing import Ring, Unreadable
from windlass.shared.spec import Each, JobSpec, Registry, Subjob, Webhook

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

HIDDEN = "xyzzy"
OLD, NEW, TRANSIT = "o" * 32, "n" * 32, "t" * 32
_LINES = 'SELECT "{name}"::text AS line FROM "{name}"'

SAFE = Safe(Ring.of([OLD]), Ring.of([TRANSIT]))

_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)


@contextmanager
def keyed(url: str, safe: Safe) -> Iterator[Database]:
    with closing(Database(url, pool_size=2, safe=safe)) as db:
        yield db


def a_secretive_job() -> JobSpec:
    """With tasks, of this job and of one within it, that are told its secret under plain names."""
    told = Webhook(url="https://example.com", headers={"X-Key": f"{HIDDEN}-in-header"})
    task = a_task(env={"KEY": "{{ secrets.key }}"})
    within = a_job(a_task(env={"KEY": "{{ inputs.k }}"}), inputs={"k": "{{ secrets.key }}"})
    item = a_task(env={"KEY": "{{ item.value }}"})
    return a_job(
        task,
        a_task("within", subjob=Subjob(job=within)),
        a_task("of each", each=Each(list="{{ [secrets.key] }}", task=item)),
        a_task("by login", registry=Registry(username="ann", password=HIDDEN)),
        secrets={"key": HIDDEN},
        webhooks=(told,),
    )


def given_all_kinds(db: Database, redis_url: str) -> JobId:
    """A job on its way to a worker, a schedule and a template."""
    job, document = a_secretive_job(), json.dumps({"password": HIDDEN})
    id = submit.submit(db, FakeSignals(), a_submission(job, document=document)).job_id
    again = ScheduleSubmission(spec=job, door="native", cron="@every 1h", document=document)
    schedules.create(db, again)
    Engine(db, FakeSignals()).templates.save(
        NewTemplate(door="native", name="kept", owner="", spec=job, document=document, digest="d")
    )
    hand_out(db, redis_url, 4)
    return id


def hand_out(db: Database, redis_url: str, count: int) -> None:
    while activate.activate_ready(db, FakeSignals(), 10):
        pass
    with closing(Redis.from_url(redis_url)) as redis:
        publisher = CeleryPublisher(redis_url, Leases(redis))
        assert dispatch.dispatch_due(db, publisher, 10) == count
        publisher.close()


def everything_in(db: Database) -> str:
    with db.transaction() as tx:
        tables = [found["relname"] for found in tx.all(_TABLES)]
        rows = [tx.all(_LINES.format(name=name)) for name in tables]
    return "\n".join(found["line"] for table in rows for found in table)


def everything_on_its_way(redis: Redis) -> str:
    """Kombu's messages, whose bodies are base64 of JSON."""
    queues = [key for key in redis.scan_iter() if redis.type(key) == b"list"]
    messages = [json.loads(text) for key in queues for text in redis.lrange(key, 0, -1)]
    assert messages
    return "\n".join(b64decode(message["body"]).decode() for message in messages)


def test_without_keys_a_secret_is_there_for_all_to_read(
    db: Database, redis_url: str, redis: Redis
) -> None:
    given_all_kinds(db, redis_url)

    assert HIDDEN in everything_in(db)
    assert HIDDEN in everything_on_its_way(redis)


def test_with_keys_no_secret_is_to_be_read(database_url: str, redis_url: str, redis: Redis) -> None:
    with keyed(database_url, SAFE) as db:
        given_all_kinds(db, redis_url)

        assert HIDDEN not in everything_in(db)
        assert HIDDEN not in everything_on_its_way(redis)


def test_what_speaks_of_no_secret_is_stored_and_told_as_it_is(
    database_url: str, redis_url: str, redis: Redis
) -> None:
    task = a_task("plain", env={"WORD": "{{ inputs.word }}"})
    with keyed(database_url, SAFE) as db:
        job = a_job(task, inputs={"word": HIDDEN})
        submit.submit(db, FakeSignals(), a_submission(job, document=HIDDEN))
        hand_out(db, redis_url, 1)

        assert "\\x01" not in everything_in(db)
        assert HIDDEN in everything_on_its_way(redis)


def test_who_has_the_keys_reads_all_of_it(database_url: str, redis_url: str, db: Database) -> None:
    with keyed(database_url, SAFE) as keys:
        id = given_all_kinds(keys, redis_url)
        engine = Engine(keys, FakeSignals())

        assert engine.job(id).spec.secrets == {"key": HIDDEN}
        assert engine.document(id) == json.dumps({"password": HIDDEN})
        told = [executed.order for executed in engine.outlook.executions(id)]
        assert [order.container.env.get("KEY") for order in told if order] == [HIDDEN, HIDDEN, None]
    with pytest.raises(Unreadable):
        Engine(db, FakeSignals()).document(id)


def test_an_old_key_is_needed_no_more_once_all_is_sealed_anew(
    database_url: str, redis_url: str
) -> None:
    with keyed(database_url, SAFE) as db:
        id = given_all_kinds(db, redis_url)
    both = replace(SAFE, rest=Ring.of([NEW, OLD]))
    with keyed(database_url, both) as db:
        assert reseal(db, both) > 0
        assert reseal(db, both) == 0

    new = replace(SAFE, rest=Ring.of([NEW]))
    with keyed(database_url, new) as db:
        assert Engine(db, FakeSignals()).job(id).spec.secrets == {"key": HIDDEN}


def test_what_was_stored_before_there_was_a_key_is_read_and_can_be_sealed(
    db: Database, database_url: str, redis_url: str
) -> None:
    id = given_all_kinds(db, redis_url)
    with keyed(database_url, SAFE) as keys:
        assert Engine(keys, FakeSignals()).job(id).spec.secrets == {"key": HIDDEN}

        reseal(keys, SAFE)

        assert HIDDEN not in everything_in(keys)
        assert Engine(keys, FakeSignals()).job(id).spec.secrets == {"key": HIDDEN}


def test_the_command_seals_anew_with_what_the_coordinator_is_told(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with keyed(database_url, SAFE) as db:
        given_all_kinds(db, redis_url)
    told = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ORDER_KEYS": TRANSIT}
    for name, value in told.items():
        monkeypatch.setenv(f"WINDLASS_{name}", value)

    monkeypatch.setenv("WINDLASS_SECRET_KEYS", NEW)
    refused = CliRunner().invoke(main, ["reseal"])
    monkeypatch.setenv("WINDLASS_SECRET_KEYS", f"{NEW},{OLD}")
    done = CliRunner().invoke(main, ["reseal"])
    monkeypatch.setenv("WINDLASS_SECRET_KEYS", NEW)
    again = CliRunner().invoke(main, ["reseal"])

    assert refused.exit_code == 2
    assert Ring.of([OLD]).names[0] in refused.stderr
    assert (done.exit_code, done.stdout) == (0, "14 sealed anew\n")
    assert (again.exit_code, again.stdout) == (0, "0 sealed anew\n")


def test_a_row_that_somebody_holds_is_sealed_anew_when_it_is_free(
    db: Database, database_url: str, redis_url: str
) -> None:
    id = given_all_kinds(db, redis_url)
    with keyed(database_url, SAFE) as keys:
        with db.transaction() as tx:
            tx.all("SELECT id FROM job FOR UPDATE")
            reseal(keys, SAFE)
        assert row(db, "job", id)["spec"].startswith("{")

        reseal(keys, SAFE)

    with pytest.raises(Unreadable):
        row(db, "job", id)


def test_a_coordinator_without_a_key_that_is_in_use_does_not_start(
    database_url: str, redis_url: str
) -> None:
    where = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    port = free_port()
    with a_coordinator(port, **where, SECRET_KEYS=OLD) as first:
        until(lambda: first.answers("/-/ready"))

    with a_coordinator(port, **where, SECRET_KEYS=NEW) as second:
        _, errors = second.process.communicate(timeout=60)

    assert second.process.returncode == 1
    assert Ring.of([OLD]).names[0] in errors
    assert OLD not in errors


def test_a_key_that_is_too_short_is_a_setting_that_is_wrong(
    database_url: str, redis_url: str
) -> None:
    where = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}

    with a_coordinator(free_port(), **where, SECRET_KEYS="changeme") as started:
        _, errors = started.process.communicate(timeout=60)

    assert started.process.returncode != 0
    assert "WINDLASS_SECRET_KEYS" in errors
    assert "changeme" not in errors
