"""What an operator may say of the Cortex door."""

from pathlib import Path

import pytest
from environs import EnvValidationError

from windlass.coordinator.dialects.cortex.settings import S3, Settings

HERE = "WINDLASS_CORTEX_"


def test_nothing_is_open_unless_it_is_said() -> None:
    settings = Settings.from_env()

    assert (settings.version, settings.files, settings.s3) == ("0.27.0", (), None)


def test_everything_can_be_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden\n")
    monkeypatch.setenv(f"{HERE}FILES", "/data,/more data")
    monkeypatch.setenv(f"{HERE}S3_ENDPOINT", "https://store:9000/")
    monkeypatch.setenv(f"{HERE}S3_ACCESS_KEY", "key")
    monkeypatch.setenv(f"{HERE}S3_SECRET_KEY_FILE", str(secret))

    settings = Settings.from_env()

    assert settings.files == (Path("/data"), Path("/more data"))
    assert settings.s3 == S3(endpoint="https://store:9000/", access_key="key", secret_key="hidden")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VERSION", "0.26.0"),
        ("VERSION", "latest"),
        ("FILES", "data"),
        ("FILES", "/data/../etc"),
        ("S3_ENDPOINT", "store:9000"),
        ("S3_ENDPOINT", "ftp://store"),
        ("S3_ENDPOINT", "http://user@store"),
        ("S3_ENDPOINT", "http://store/bucket"),
        ("S3_ENDPOINT", "http://store:port"),
    ],
)
def test_what_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(HERE + name, value)

    with pytest.raises(EnvValidationError, match=HERE + name):
        Settings.from_env()
