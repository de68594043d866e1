"""Servers that cannot start say why, in words and not in a traceback."""

import pytest

from tests.unit.cli.conftest import Windlass


@pytest.mark.parametrize("server", ["coordinator", "worker"])
def test_every_variable_that_is_wrong_is_named(
    windlass: Windlass, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv("WINDLASS_REDIS_URL", "nonsense")
    monkeypatch.setenv("WINDLASS_LOG_LEVEL", "loud")

    result = windlass(server)

    assert result.exit_code == 2
    assert "WINDLASS_REDIS_URL: must be an address such as redis://" in result.stderr
    assert "WINDLASS_LOG_LEVEL: " in result.stderr


def test_migrate_tells_a_server_that_is_away_from_an_address_that_is_none(
    windlass: Windlass,
) -> None:
    away = windlass("migrate", "--database-url", "postgresql://127.0.0.1:1/nowhere")
    wrong = windlass("migrate", "--database-url", "nowhere")

    assert (away.exit_code, wrong.exit_code) == (8, 2)
    assert away.stderr.startswith("error: Postgres: ")
    assert "--database-url must be an address" in wrong.stderr
