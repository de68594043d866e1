"""What holds for every door that is there, the next one included."""

from dataclasses import replace
from typing import Any, cast

import pytest
from flask import Flask
from redis import Redis

from tests.support.http import an_app, an_engine
from tests.support.people import a_user, basic
from windlass.coordinator.app import mounted
from windlass.coordinator.dialects import discover
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.coordinator.web.dialect import Dialect
from windlass.coordinator.web.failures import Failure
from windlass.coordinator.web.settings import DoorSettings, HttpSettings

DOORS = discover()

each_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)


def app(**settings: Any) -> Flask:
    return an_app(cast(Engine, None), **settings)  # nothing here gets as far as the engine


def rules(app: Flask, door: Dialect) -> set[str]:
    return {r.rule for r in app.url_map.iter_rules() if r.endpoint.startswith(f"{door.name}.")}


def test_our_own_door_is_among_them() -> None:
    assert "native" in [door.name for door in DOORS]


def test_no_two_doors_claim_an_address() -> None:
    claimed = [
        (rule.rule, method)
        for rule in app().url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]

    assert len(claimed) == len(set(claimed))


@each_door
def test_an_address_nobody_serves_is_answered_in_the_doors_words(door: Dialect) -> None:
    response = app().test_client().get(f"{door.prefix}{door.paths[-1]}/no/such/~address")

    expected = door.envelope(Failure(status=404, message="there is nothing at this address"))
    assert response.status_code == 404
    assert response.data == expected.data
    assert response.content_type == expected.content_type


@each_door
def test_a_method_nobody_serves_is_answered_with_those_that_are(door: Dialect) -> None:
    for rule in rules(app(), door):
        if "<" not in rule:
            response = app().test_client().open(rule, method="PURGE")
            assert response.status_code == 405
            assert response.headers["Allow"]


@each_door
def test_a_door_can_be_shut(door: Dialect) -> None:
    shut = app(doors={door.name: DoorSettings(enabled=False)})

    assert rules(shut, door) == set()
    assert rules(app(), door)


@each_door
def test_a_door_can_be_put_elsewhere(door: Dialect) -> None:
    moved = app(doors={door.name: DoorSettings(prefix="/else/where")})

    assert all(rule.startswith("/else/where/") for rule in rules(moved, door))


def test_a_bug_is_answered_without_telling_of_it() -> None:
    response = app().test_client().get("/-/metrics")  # there is no engine to ask

    assert response.status_code == 500
    assert response.json is not None
    assert response.json["error"]["code"] == "internal"
    assert "NoneType" not in response.text


@pytest.mark.parametrize("path", ["/windlass/v1/jobs", "/jobs", "/api/jobs/", "/v1/dagruns"])
def test_every_door_takes_a_users_password_where_tokens_are_asked_for(
    db: Database, redis: Redis, path: str
) -> None:
    with an_engine(db, redis) as engine:
        ada = a_user(engine, "ada", scope="read")
        engine.create_token("root", "admin")
        client = an_app(engine).test_client()

        assert client.get(path).status_code == 401
        assert client.get(path, headers=basic("ada", "wrong")).status_code == 401
        assert client.get(path, headers=ada).status_code == 200


def test_two_doors_at_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="both claim"):
        mounted([DOORS[0], replace(DOORS[0], name="other")], HttpSettings())


def test_two_doors_share_a_place_as_long_as_their_paths_differ() -> None:
    whole = replace(DOORS[0], name="whole", prefix="", paths=("",))
    part = replace(DOORS[0], name="part", prefix="", paths=("/ready", "/v1"))

    doors = mounted([whole, part], HttpSettings(doors={"part": DoorSettings(prefix="/p/")}))

    assert doors == {"": whole, "/p/ready": part, "/p/v1": part}
    assert mounted([whole, part], HttpSettings()) == {"": whole, "/ready": part, "/v1": part}
