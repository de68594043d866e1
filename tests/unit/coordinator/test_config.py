from math import inf

import pytest
from environs import EnvValidationError

from windlass.coordinator.config import Address, Config

NEEDED = {
    "WINDLASS_DATABASE_URL": "postgresql://localhost/windlass",
    "WINDLASS_REDIS_URL": "redis://localhost/0",
}


def config_from(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Config:
    for name, value in {**NEEDED, **variables}.items():
        monkeypatch.setenv(name, value)
    return Config.from_env()


def test_defaults_serve_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_from(monkeypatch)

    assert config.bind == Address("127.0.0.1", 7070)
    assert config.bind.is_loopback
    assert not config.insecure


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINDLASS_DATABASE_URL", raising=False)
    monkeypatch.setenv("WINDLASS_REDIS_URL", "redis://localhost/0")
    monkeypatch.setenv("WINDLASS_BIND", "7070")
    monkeypatch.setenv("WINDLASS_HTTP_WORKERS", "0")
    monkeypatch.setenv("WINDLASS_LOG_LEVEL", "loud")

    with pytest.raises(EnvValidationError) as caught:
        Config.from_env()

    assert set(caught.value.error_messages) == {
        "WINDLASS_DATABASE_URL",
        "WINDLASS_BIND",
        "WINDLASS_HTTP_WORKERS",
        "WINDLASS_LOG_LEVEL",
    }


def test_coordinators_of_one_machine_have_different_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = config_from(monkeypatch, WINDLASS_BIND="127.0.0.1:7070")
    other = config_from(monkeypatch, WINDLASS_BIND="127.0.0.1:7071")

    assert one.name != other.name
    assert config_from(monkeypatch, WINDLASS_BIND="127.0.0.1:7070").name == one.name


@pytest.mark.parametrize(
    ("text", "loopback"),
    [
        ("127.0.0.1:7070", True),
        ("localhost:0", True),
        ("[::1]:65535", True),
        ("0.0.0.0:7070", False),
        ("[::]:7070", False),
        ("example.org:80", False),
    ],
)
def test_an_address_survives_being_written_down(text: str, loopback: bool) -> None:
    address = Address.parse(text)

    assert str(address) == text
    assert address.is_loopback == loopback


@pytest.mark.parametrize("text", ["", "7070", ":7070", "host:", "host:http", "host:65536", "h:-1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        Address.parse(text)


@pytest.mark.parametrize("lease", ["0s", "1s", "2h"])
def test_a_lease_that_nobody_could_keep_is_refused(
    monkeypatch: pytest.MonkeyPatch, lease: str
) -> None:
    with pytest.raises(EnvValidationError, match="3 seconds and an hour"):
        config_from(monkeypatch, WINDLASS_LEASE=lease)


def test_ends_are_kept_for_a_year_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_from(monkeypatch)
    assert set(config.retention.values()) == {365 * 86_400.0}
    given = {"WINDLASS_RETENTION": "7d", "WINDLASS_RETENTION_FAILED": "never"}
    config = config_from(monkeypatch, **given, WINDLASS_RETENTION_CANCELLED="1m")
    assert config.retention == {"completed": 7 * 86_400.0, "cancelled": 60.0}


def test_logs_are_kept_as_long_as_their_jobs_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert config_from(monkeypatch).log_retention == inf
    config = config_from(monkeypatch, WINDLASS_RETENTION_LOGS="7d")
    assert config.log_retention == 7 * 86_400.0


@pytest.mark.parametrize("name", ["WINDLASS_RETENTION", "WINDLASS_RETENTION_LOGS"])
@pytest.mark.parametrize("text", ["59s", "soon", "-1d", "400d"])
def test_an_age_is_at_least_a_minute(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    with pytest.raises(EnvValidationError) as caught:
        config_from(monkeypatch, **{name: text})
    assert list(caught.value.error_messages) == [name]
