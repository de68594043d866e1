"""Which engine a label means, and the file that configures them."""

from pathlib import Path

import pytest
from environs import Env, EnvValidationError
from msgspec.structs import replace

from windlass.coordinator.dialects.linkis.engines import (
    DEFAULT,
    Engine,
    find_engine,
    in_image,
    program,
    read_engines,
)
from windlass.coordinator.dialects.linkis.settings import Settings

SPARK = Engine(command=("spark", "{code}"), versions=("3.5",), image="spark:3.5")
ENGINES = {**DEFAULT, "spark": SPARK, "spark-2.4.3": replace(SPARK, image="old")}

FILE = """
[engines.duckdb]
image = "duckdb/duckdb:1.1.3"
command = ["duckdb", "-json", "-f", "{code}"]
file = "code.sql"
tabular = true
env = { HOME = "/tmp" }
cpus = 1.5
memory = 1073741824
timeout = 60.0
running = 2
waiting = 3
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "engines.toml"


@pytest.mark.parametrize(
    ("type", "version", "image"),
    [
        ("spark", "2.4.3", "old"),
        ("SPARK", "3.5", "spark:3.5"),
        ("spark", "", "spark:3.5"),
        ("spark", "9", None),
        ("flink", "1", None),
    ],
)
def test_a_version_of_its_own_comes_before_the_type(
    type: str, version: str, image: str | None
) -> None:
    found = find_engine(ENGINES, type, version)

    assert (found.image if found else None) == image


def test_an_engine_without_an_image_runs_in_that_of_all_commands() -> None:
    found = in_image(ENGINES, "all:1")

    assert {found["shell"].image, found["python"].image, found["sql"].image} == {"all:1"}
    assert found["spark"].image == "spark:3.5"
    assert in_image(DEFAULT, None)["shell"].image is None


@pytest.mark.parametrize(
    ("code", "is_banned"),
    [
        ("rm -rf /", True),
        ("ls; rm x", True),
        ("x=$(spark-sql -e 1)", True),
        ("rm", True),
        ("echo form; rm_all; rm-all; /x/term", False),
        ("spark-sqlx; my-spark-sql", False),
    ],
)
def test_words_are_banned_where_they_stand_alone(code: str, is_banned: bool) -> None:
    shell = replace(DEFAULT["shell"], banned=("rm", "spark-sql"))

    assert shell.bans(code) is is_banned
    assert not DEFAULT["shell"].bans(code)


def test_a_file_adds_engines_and_changes_those_there_are(file: Path) -> None:
    file.write_text(FILE + '[engines.Shell]\ncommand = ["bash", "{code}"]')

    engines = read_engines(str(file))

    assert engines["duckdb"].command == ("duckdb", "-json", "-f", "{code}")
    assert (engines["duckdb"].running, engines["duckdb"].waiting) == (2, 3)
    assert engines["shell"].command == ("bash", "{code}")
    assert engines["python"] == DEFAULT["python"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[engines", "Expected"),
        ("[engine.x]", "unknown field `engine`"),
        ("[engines.x]", "required field `command`"),
        ('[engines.x]\ncommand = ["x"]', "one of its words must be {code}"),
        ('[engines.x]\ncommand = ["{code}"]\ncolour = 1', "unknown field `colour`"),
        ('[engines.x]\ncommand = ["{code}"]\nprograms = ["../x"]', "there is no program"),
        ('[engines.x]\ncommand = ["{code}"]\nrunning = "ten"', "Expected `int`"),
        ('[engines.x]\ncommand = ["{code}"]\nrunning = 0', "Expected `int` >= 1"),
    ],
)
def test_a_file_that_is_wrong_stops_the_coordinator_and_says_where(
    file: Path, text: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(text)
    monkeypatch.setenv("WINDLASS_LINKIS_ENGINES", str(file))

    with pytest.raises(EnvValidationError) as refused:
        Settings.from_env(Env(eager=False))

    assert problem in str(refused.value)
    assert str(file) in str(refused.value)


def test_a_file_that_is_not_there_is_told_by_its_name(file: Path) -> None:
    with pytest.raises(ValueError, match=str(file)):
        read_engines(str(file))


def test_programs_of_ours_are_read_by_name_only() -> None:
    assert "def main" in program("windlass_python.py")
    with pytest.raises(ValueError, match="there is no program"):
        program("nothing.py")


@pytest.mark.parametrize("users", ["alice", "alice=secret", "=pbkdf2:x$y$z"])
def test_users_need_a_name_and_a_hash(users: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDLASS_LINKIS_USERS", users)

    with pytest.raises(EnvValidationError, match="name=hash"):
        Settings.from_env(Env(eager=False))


def test_what_an_operator_says_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDLASS_LINKIS_USERS", "Alice=scrypt:1$a$b\n bob=pbkdf2:x$y$z")
    monkeypatch.setenv("WINDLASS_LINKIS_ADMINS", "Root, ops")
    monkeypatch.setenv("WINDLASS_LINKIS_SESSION", "60")

    settings = Settings.from_env(Env(eager=False))

    assert settings.users == {"alice": "scrypt:1$a$b", "bob": "pbkdf2:x$y$z"}
    assert settings.admins == {"root", "ops"}
    assert settings.session == 60
