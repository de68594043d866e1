"""Which server is talked to, and who gets to see a token."""

from pathlib import Path

import pytest

from windlass.cli.failures import Failure
from windlass.cli.profiles import Given, configured

pytestmark = pytest.mark.usefixtures("nothing_configured")

CONFIG = """
profile = "home"
[profiles.home]
server = "http://home:7070"
[profiles.work]
server = "https://work"
token = "of work"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    file.chmod(0o600)
    return file


def test_nobody_named_a_server() -> None:
    assert configured(Given()) is None


@pytest.mark.usefixtures("config")
def test_the_files_own_choice_is_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(configured(Given())) == "Target(server='http://home:7070', token=None)"

    monkeypatch.setenv("WINDLASS_PROFILE", "work")
    assert str(configured(Given())) == "Target(server='https://work', token='of work')"

    monkeypatch.setenv("WINDLASS_SERVER", "http://env")
    assert str(configured(Given())) == "Target(server='http://env', token=None)"

    named = configured(Given(profile="work"))
    assert str(named) == "Target(server='https://work', token='of work')"

    said = configured(Given(server="http://said", profile="work"))
    assert str(said) == "Target(server='http://said', token=None)"


@pytest.mark.usefixtures("config")
def test_the_environments_token_wins_over_the_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDLASS_TOKEN", "of env")

    target = configured(Given(profile="work"))

    assert target is not None
    assert target.token == "of env"


def test_a_profile_that_is_not_there_is_named(config: Path) -> None:
    with pytest.raises(Failure, match=r"has no \[profiles.moon\]"):
        configured(Given(profile="moon"))


def test_a_token_that_others_may_read_is_refused(config: Path) -> None:
    config.chmod(0o644)

    with pytest.raises(Failure, match="chmod 600"):
        configured(Given(profile="work"))


def test_a_token_may_stand_in_a_file_of_its_own(tmp_path: Path, config: Path) -> None:
    (tmp_path / "secret").write_text("of file\n")
    config.write_text(f'[profiles.a]\nserver = "http://a"\ntoken_file = "{tmp_path}/secret"\n')

    target = configured(Given(profile="a"))

    assert target is not None
    assert target.token == "of file"


def test_a_broken_file_is_named(config: Path) -> None:
    config.write_text("profile = \n")

    with pytest.raises(Failure, match=str(config)):
        configured(Given())
