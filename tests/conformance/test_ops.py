"""For operators: alive, ready, metrics; and what happens while something is away."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from redis import Redis

from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, an_app, an_engine, sent
from windlass.coordinator.store.db import Database
from windlass.shared.redis import connect

NOBODY = "redis://127.0.0.1:1/0"
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def client(db: Database, redis: Redis) -> Iterator[Client]:
    with an_engine(db, redis) as engine:
        yield an_app(engine).test_client()


@pytest.fixture
def fleet(db: Database) -> Fleet:
    return Fleet(db)


@pytest.fixture
def without_redis(db: Database) -> Iterator[Client]:
    with connect(NOBODY) as redis, an_engine(db, redis) as engine:
        yield an_app(engine).test_client()


@pytest.fixture
def without_postgres(redis: Redis) -> Iterator[Client]:
    with closing(Database(NOWHERE, pool_size=1)) as db, an_engine(db, redis) as engine:
        yield an_app(engine).test_client()


def test_all_is_well(client: Client) -> None:
    assert client.get("/-/live").json == {"status": "live"}
    assert client.get("/-/ready").json == {"status": "ready", "postgres": "ok", "redis": "ok"}


def test_without_redis_jobs_are_taken_and_shown_and_it_says_so(without_redis: Client) -> None:
    ready = without_redis.get("/-/ready")

    assert ready.status_code == 200
    assert ready.json == {"status": "degraded", "postgres": "ok", "redis": "away"}
    job = sent(without_redis, a_document())
    assert without_redis.get(f"{BASE}/jobs/{job['id']}").json["state"] == "pending"


def test_without_postgres_it_is_alive_and_not_ready(without_postgres: Client) -> None:
    ready = without_postgres.get("/-/ready")

    assert without_postgres.get("/-/live").status_code == 200
    assert ready.status_code == 503
    assert ready.json == {"status": "unavailable", "postgres": "away", "redis": "ok"}
    assert "127.0.0.1" not in ready.text


@pytest.mark.parametrize("path", ["/jobs", "/nodes", "/queues", "/tokens", "/jobs/totals"])
def test_without_postgres_callers_are_asked_to_come_back(
    without_postgres: Client, path: str
) -> None:
    response = without_postgres.get(BASE + path)

    assert response.status_code == 503
    assert response.json["error"]["code"] == "unavailable"
    assert int(response.headers["Retry-After"]) > 0


def test_a_scrape_tells_of_requests_jobs_and_queues(client: Client, fleet: Fleet) -> None:
    sent(client, a_document(queue="gpu"))
    fleet.run()
    sent(client, a_document(queue="gpu"))

    scrape = client.get("/-/metrics")

    assert scrape.content_type.startswith("text/plain; version=0.0.4")
    assert 'windlass_jobs{state="completed"} 1.0' in scrape.text
    assert 'windlass_attempts{queue="gpu",state="pending"} 1.0' in scrape.text
    assert 'windlass_http_requests_total{door="native",method="POST",status="201"}' in scrape.text


def test_every_answer_carries_what_keeps_browsers_out(client: Client) -> None:
    for path in ("/-/live", "/nowhere", f"{BASE}/jobs", f"{BASE}/docs"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in headers


def test_another_name_for_us_is_refused(client: Client) -> None:
    response = client.get(f"{BASE}/jobs", headers={"Host": "evil.example"})

    assert response.status_code == 403
    assert response.json["error"]["code"] == "forbidden"


def test_another_sites_write_is_refused(client: Client) -> None:
    response = client.post(
        f"{BASE}/jobs", json=a_document(), headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert response.status_code == 403
    assert client.get(f"{BASE}/jobs").json["items"] == []


def test_a_method_nobody_knows_is_counted_under_one_name(client: Client) -> None:
    client.open(f"{BASE}/jobs", method="BREW")

    assert "BREW" not in client.get("/-/metrics").text


@pytest.mark.parametrize(("proxies", "server"), [(0, BASE), (1, f"/tools{BASE}")])
def test_headers_of_proxies_count_only_where_there_are_some(
    db: Database, redis: Redis, proxies: int, server: str
) -> None:
    with an_engine(db, redis) as engine:
        client: Client = an_app(engine, proxies=proxies).test_client()
        headers = {"X-Forwarded-Prefix": "/tools"}
        described = client.get(f"{BASE}/openapi.json", headers=headers).json

    assert described["servers"] == [{"url": server}]
