from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from tests.support.clocks import HandClock
from windlass.coordinator.engine import access
from windlass.coordinator.engine.access import Callers
from windlass.coordinator.engine.errors import Conflict, Invalid, NotFound
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database

pytestmark = pytest.mark.postgres


def test_a_secret_is_told_once_and_only_its_digest_is_kept(db: Database, engine: Engine) -> None:
    token, secret = engine.create_token("ci", "submit")

    assert secret.startswith("wl_")
    assert len(secret) == 46
    known = engine.token(secret)
    assert known is not None
    assert (known.id, known.name, known.scope) == (token.id, "ci", "submit")
    with db.transaction() as tx:
        assert secret not in str(tx.all("SELECT * FROM token"))


def test_what_is_no_secret_opens_nothing(engine: Engine) -> None:
    _, secret = engine.create_token("ci", "read")

    for wrong in ("", "wl_", secret[:-1], secret + "x", secret.lower() + "\n", "\0", "é" * 46):
        assert engine.token(wrong) is None


def test_a_token_expires_by_the_clock_of_postgres(db: Database, engine: Engine) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    _, secret = engine.create_token("short", "read", soon)
    assert engine.token(secret) is not None

    with db.transaction() as tx:
        tx.run("UPDATE token SET expires_at = now() - interval '1 second'")

    assert Callers(db).verify(secret) is None


def test_a_token_is_trusted_for_some_seconds_without_asking(db: Database, engine: Engine) -> None:
    clock = HandClock()
    callers = Callers(db, clock)
    _, secret = engine.create_token("ci", "read")
    assert callers.verify(secret) is not None
    engine.revoke_token("ci")

    assert callers.verify(secret) is not None
    clock.pass_(access.TRUSTED_FOR)
    assert callers.verify(secret) is None


def test_a_token_that_is_about_to_expire_is_trusted_no_longer_than_that(
    db: Database, engine: Engine
) -> None:
    clock = HandClock()
    callers = Callers(db, clock)
    soon = datetime.now(UTC) + timedelta(hours=1)
    _, secret = engine.create_token("ci", "read", soon)
    with db.transaction() as tx:
        tx.run("UPDATE token SET expires_at = now() + interval '2 seconds'")
    assert callers.verify(secret) is not None
    with db.transaction() as tx:
        tx.run("DELETE FROM token")

    clock.pass_(2.0)

    assert callers.verify(secret) is None


def test_a_token_that_was_revoked_here_is_refused_at_once(engine: Engine) -> None:
    _, secret = engine.create_token("ci", "read")
    assert engine.token(secret) is not None

    engine.revoke_token("ci")

    assert engine.token(secret) is None
    assert engine.tokens() == []


def test_the_last_use_is_noted_at_most_once_a_minute(db: Database, engine: Engine) -> None:
    _, secret = engine.create_token("ci", "read")

    assert Callers(db).verify(secret) is not None
    (first,) = engine.tokens()
    assert Callers(db).verify(secret) is not None
    (second,) = engine.tokens()
    with db.transaction() as tx:
        tx.run("UPDATE token SET used_at = now() - interval '2 minutes'")
    assert Callers(db).verify(secret) is not None
    (third,) = engine.tokens()

    assert first.used_at is not None
    assert second.used_at == first.used_at
    assert third.used_at is not None
    assert third.used_at > first.used_at


def test_noting_the_last_use_waits_for_nobody(db: Database, engine: Engine) -> None:
    _, secret = engine.create_token("ci", "read")
    with db.transaction() as tx:
        tx.all("SELECT FROM token FOR UPDATE")
        other = Thread(target=Callers(db).verify, args=(secret,), daemon=True)
        other.start()
        other.join(20)

        assert not other.is_alive()


def test_a_name_is_taken_only_once(engine: Engine) -> None:
    engine.create_token("ci", "read")

    with pytest.raises(Conflict):
        engine.create_token("ci", "admin")


@pytest.mark.parametrize(
    ("name", "scope", "field"),
    [
        ("", "read", "name"),
        ("a b", "read", "name"),
        ("a\0", "read", "name"),
        ("x" * 64, "read", "name"),
        ("ci\n", "read", "name"),
        ("ci", "root", "scope"),
        ("ci", "", "scope"),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    engine: Engine, name: str, scope: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        engine.create_token(name, scope)

    assert [problem.path for problem in refused.value.problems] == [(field,)]


def test_a_token_cannot_begin_expired(engine: Engine) -> None:
    with pytest.raises(Invalid):
        engine.create_token("ci", "read", datetime.now(UTC) - timedelta(seconds=1))

    assert engine.tokens() == []


@pytest.mark.parametrize("name", ["nobody", "", "\0", "\ud800"])
def test_a_token_that_there_is_not_cannot_be_revoked(engine: Engine, name: str) -> None:
    with pytest.raises(NotFound):
        engine.revoke_token(name)


def test_a_scope_includes_those_before_it() -> None:
    allowed = {
        (scope, wanted)
        for scope in access.SCOPES
        for wanted in access.SCOPES
        if access.includes(scope, wanted)
    }

    assert allowed == {
        ("read", "read"),
        ("submit", "read"),
        ("submit", "submit"),
        ("admin", "read"),
        ("admin", "submit"),
        ("admin", "admin"),
    }


def test_the_first_token_may_have_a_secret_of_the_operators_choice(
    db: Database, engine: Engine
) -> None:
    secret = "wl_" + "a" * 43

    assert access.bootstrap(db, secret)

    token = engine.token(secret)
    assert token is not None
    assert (token.name, token.scope) == ("bootstrap", "admin")


def test_a_chosen_secret_opens_nothing_once_there_is_a_token(db: Database, engine: Engine) -> None:
    secret = "wl_" + "a" * 43
    engine.create_token("ci", "read")

    assert not access.bootstrap(db, secret)
    assert engine.token(secret) is None


@pytest.mark.parametrize("secret", ["", "changeme", "wl_short", "wl_" + "a" * 44])
def test_a_chosen_secret_that_could_be_guessed_is_refused(db: Database, secret: str) -> None:
    with pytest.raises(ValueError, match="at random"):
        access.bootstrap(db, secret)
