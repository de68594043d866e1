"""The command against a stub of the API, with no configuration of this machine in the way."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.stub_api import StubApi, serving
from windlass.cli.main import main

Windlass = Callable[..., Result]


@pytest.fixture
def api() -> Iterator[StubApi]:
    with serving() as stub:
        yield stub


@pytest.fixture
def nothing_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SERVER", "TOKEN", "PROFILE", "DATABASE_URL", "RUNTIME"):
        monkeypatch.delenv(f"WINDLASS_{name}", raising=False)
    monkeypatch.setenv("WINDLASS_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("WINDLASS_DATA", str(tmp_path / "data"))


@pytest.fixture
def windlass(api: StubApi, nothing_configured: None, monkeypatch: pytest.MonkeyPatch) -> Windlass:
    """The command, with the stub as its server."""
    monkeypatch.setenv("WINDLASS_SERVER", api.url)

    def call(*words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, words, input=stdin)

    return call
