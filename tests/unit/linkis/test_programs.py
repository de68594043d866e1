"""What runs beside a user's code, as a node runs it: in an interpreter of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from windlass.coordinator.dialects.linkis import programs

PLACE = Path(programs.__file__).parent


def run(
    program: str, code: str, directory: Path, *arguments: str, **env: str
) -> "subprocess.CompletedProcess[str]":
    file = directory / "code"
    file.write_text(code)
    return subprocess.run(
        [sys.executable, str(PLACE / program), str(file), *arguments],
        env={**os.environ, **env},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


def table(done: "subprocess.CompletedProcess[str]") -> tuple[dict[str, str], list[Any]]:
    """Types by column, and rows."""
    assert done.returncode == 0, done.stderr
    first, *rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {each["name"]: each["type"] for each in first["columns"]}, rows


def python(code: str, directory: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return run("windlass_python.py", code, directory, *arguments)


def sqlite(code: str, directory: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    return run("windlass_sqlite.py", code, directory, **env)


def test_python_runs_as_a_script_of_its_own(tmp_path: Path) -> None:
    code = "import sys\nprint(__name__, sys.argv[1:])\nif __name__ == '__main__': print('main')"

    done = python(code, tmp_path, "a b", "c")

    assert done.stdout == "__main__ ['a b', 'c']\nmain\n"


def test_a_failure_of_python_is_told_with_the_users_lines_only(tmp_path: Path) -> None:
    done = python("def f():\n    1 / 0\nf()", tmp_path)

    assert done.returncode == 1
    assert "line 3" in done.stderr
    assert done.stderr.rstrip().endswith("ZeroDivisionError: division by zero")
    assert "windlass_python" not in done.stderr


@pytest.mark.parametrize(("call", "status"), [("sys.exit(7)", 7), ("sys.exit()", 0)])
def test_python_ends_with_the_status_it_wants(tmp_path: Path, call: str, status: int) -> None:
    assert python(f"import sys\n{call}", tmp_path).returncode == status


def test_python_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    done = python("x = (", tmp_path)

    assert done.returncode == 1
    assert "SyntaxError" in done.stderr


@pytest.mark.parametrize(
    "shown",
    [
        "[{'id': 1, 'name': 'one'}, {'id': 2, 'name': None}]",
        "[(1, 'one'), (2, None)], columns=['id', 'name']",
        "Frame()",
    ],
)
def test_show_takes_what_is_like_a_table(tmp_path: Path, shown: str) -> None:
    frame = (
        "class Frame:\n"
        "    columns = ['id', 'name']\n"
        "    def itertuples(self, index):\n"
        "        return iter([(1, 'one'), (2, float('nan'))])\n"
    )

    done = python(f"{frame}show({shown})\nprint('talk')", tmp_path)

    assert table(done) == ({"id": "bigint", "name": "string"}, [["1", "one"], ["2", None]])
    assert done.stderr == "talk\n"


def test_show_tells_types_that_clients_know(tmp_path: Path) -> None:
    done = python("show([(1, 1.5, True, 'x', None, 1)], 'abcdef')", tmp_path)

    kinds, rows = table(done)
    assert list(kinds.values()) == ["bigint", "double", "boolean", "string", "string", "bigint"]
    assert rows == [["1", "1.5", "True", "x", None, "1"]]


@pytest.mark.parametrize(
    "code",
    [
        "print('before')\nshow([{'a': 1}])",
        "show([])",
        "show([(1, 2)], columns=['a'])",
        "show([{'a': 1}])\nshow([{'b': 1}])",
    ],
)
def test_show_refuses_what_would_be_no_table(tmp_path: Path, code: str) -> None:
    done = python(code, tmp_path)

    assert done.returncode == 1
    assert "show: " in done.stderr


def test_more_rows_of_the_same_columns_may_be_shown_later(tmp_path: Path) -> None:
    done = python("show([{'a': 1}])\nshow([{'a': 2}])", tmp_path)

    assert table(done)[1] == [["1"], ["2"]]


def test_sql_runs_every_statement_and_shows_the_rows_of_the_last(tmp_path: Path) -> None:
    code = (
        "create table t (id integer, name text, x real);\n"
        "insert into t values (1, 'a;b', 0.5), (9223372036854775807, null, 2); -- a comment; too\n"
        "select id, name, x from t order by id"
    )

    kinds, rows = table(sqlite(code, tmp_path))

    assert kinds == {"id": "bigint", "name": "string", "x": "double"}
    assert rows == [["1", "a;b", "0.5"], ["9223372036854775807", None, "2.0"]]


def test_sql_without_rows_keeps_its_columns_and_without_a_query_shows_nothing(
    tmp_path: Path,
) -> None:
    assert table(sqlite("select 1 as one where 0", tmp_path)) == ({"one": "string"}, [])
    assert sqlite("create table t (id)", tmp_path).stdout == ""
    assert sqlite("-- nothing at all\n;;", tmp_path).returncode == 0


def test_columns_of_several_kinds_are_of_one_that_holds_them_all(tmp_path: Path) -> None:
    code = "select 1 as n, 1 as m, x'00ff' as b union all select 2.5, 'x', null"

    kinds, rows = table(sqlite(code, tmp_path))

    assert kinds == {"n": "double", "m": "string", "b": "string"}
    assert rows == [["1", "1", "00ff"], ["2.5", "x", None]]


def test_sql_that_is_wrong_is_told_with_the_statement(tmp_path: Path) -> None:
    done = sqlite("select 1;\nselect * from nowhere", tmp_path)

    assert done.returncode == 1
    assert "no such table: nowhere" in done.stderr
    assert "select * from nowhere" in done.stderr


def test_a_database_may_be_a_file_that_the_next_task_finds_again(tmp_path: Path) -> None:
    place = str(tmp_path / "kept.db")
    sqlite("create table t (id); insert into t values (7)", tmp_path, SQLITE_DATABASE=place)

    done = sqlite("select id from t", tmp_path, SQLITE_DATABASE=place)

    assert table(done)[1] == [["7"]]
