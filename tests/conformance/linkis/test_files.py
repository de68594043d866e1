"""Results as files of rows, under paths that lead nowhere but into our store."""

import json
from typing import Any

import pytest

from tests.conformance.linkis.client import Linkis, code

COLUMN = [{"columnName": "stdout", "comment": "", "dataType": "string"}]
SQL = code("select 1", "sql", engineType="sql")
TABLE = '{"columns":[{"name":"id","type":"bigint"},{"name":"name","type":"string"}]}\n'


def leaves(linkis: Linkis, task: Any) -> list[Any]:
    tree = linkis.get("filesystem/getDirFileTrees", path=task["resultLocation"])["dirFileTrees"]
    assert (tree["isLeaf"], tree["path"]) == (False, task["resultLocation"])
    return list(tree["children"])


def opened(linkis: Linkis, path: str, **asked: Any) -> Any:
    return linkis.get("filesystem/openFile", path=path, **asked)


def test_text_has_a_column_as_a_list_and_a_row_for_each_line(linkis: Linkis) -> None:
    (leaf,) = leaves(linkis, linkis.done(text="one\n\nthree"))

    assert leaf["name"] == "_0.dolphin"
    assert leaf["isLeaf"] is True
    assert leaf["properties"]["size"].isdecimal()
    assert leaf["properties"]["modifytime"].isdecimal()
    told = opened(linkis, leaf["path"], charset="utf8")
    assert told == {
        "metadata": COLUMN,
        "fileContent": [["one"], [""], ["three"]],
        "type": "1",
        "totalLine": 3,
        "page": 1,
        "totalPage": 0,
        "totalColumn": 1,
    }


@pytest.mark.parametrize("body", [None, SQL])
def test_a_task_that_printed_nothing_has_one_file_without_rows(linkis: Linkis, body: Any) -> None:
    (leaf,) = leaves(linkis, linkis.done(body))

    told = opened(linkis, leaf["path"])
    assert (told["metadata"], told["fileContent"], told["totalLine"]) == (COLUMN, [], 0)


def test_a_task_that_goes_on_has_no_files_yet(linkis: Linkis) -> None:
    linkis.submit()
    linkis.started()

    assert leaves(linkis, linkis.task(1)) == []


def test_a_long_result_is_files_of_five_thousand_rows_and_their_pages_end(linkis: Linkis) -> None:
    task = linkis.done(text="".join(f"{number}\n" for number in range(12_001)))
    found = leaves(linkis, task)

    assert [leaf["name"] for leaf in found] == ["_0.dolphin", "_1.dolphin", "_2.dolphin"]
    rows = [row for leaf in found for (row,) in opened(linkis, leaf["path"])["fileContent"]]
    assert rows == [str(number) for number in range(12_001)]
    last = found[-1]["path"]
    sizes = [opened(linkis, last, page=page, pageSize=900)["totalLine"] for page in (1, 2, 3, 4)]
    assert sizes == [900, 900, 201, 0]
    past = opened(linkis, last, page=10**8)
    assert (past["metadata"], past["fileContent"]) == (COLUMN, [])


def test_cells_of_a_table_are_strings_and_null_is_as_the_client_wants_it(linkis: Linkis) -> None:
    task = linkis.done(SQL, TABLE + '[1,"one"]\n[2,null]\n')
    (leaf,) = leaves(linkis, task)

    told = opened(linkis, leaf["path"])
    assert told["type"] == "2"
    assert told["metadata"] == [
        {"columnName": "id", "comment": "", "dataType": "bigint"},
        {"columnName": "name", "comment": "", "dataType": "string"},
    ]
    assert told["fileContent"] == [["1", "one"], ["2", "NULL"]]
    assert opened(linkis, leaf["path"], nullValue="-")["fileContent"][1] == ["2", "-"]
    kept = opened(linkis, leaf["path"], nullValue="LINKIS_NULL")["fileContent"]
    assert kept[1] == ["2", None]


def test_files_of_a_long_table_have_the_same_columns(linkis: Linkis) -> None:
    task = linkis.done(SQL, TABLE + "".join(json.dumps([n, "x"]) + "\n" for n in range(5001)))

    columns = [opened(linkis, leaf["path"])["metadata"] for leaf in leaves(linkis, task)]

    assert len(columns) == 2
    assert columns[0] == columns[1]


def test_what_is_told_to_stderr_is_no_result(linkis: Linkis) -> None:
    task = linkis.done(code("1/0", "python", engineType="python"), "4\n")

    assert leaves(linkis, task)[0]["properties"]["size"] == "2"


@pytest.mark.parametrize("what", ["openFile", "openLog", "getDirFileTrees"])
def test_no_path_but_those_that_were_given_leads_anywhere(linkis: Linkis, what: str) -> None:
    task = linkis.done(text="mine\n")
    own = task["logPath"] if what == "openLog" else task["resultLocation"]
    wrong = [
        "/etc/passwd",
        "file:///etc/passwd",
        "hdfs:///x/1",
        f"{own}/../../../etc/passwd",
        own.replace("alice", "bob"),
        own.replace("/1", "/2"),
        f"{own}\x00",
        "x" * 5000,
    ]

    for path in wrong:
        refused = linkis.ask("GET", f"filesystem/{what}", query_string={"path": path})
        assert (refused.status_code, refused.json["status"]) == (400, 1)
        assert refused.json["data"]["errorMsg"]["errCode"] in {80010, 80012, 80018}
        assert "mine" not in refused.text


@pytest.mark.parametrize("what", ["openFile", "openLog", "getDirFileTrees"])
def test_without_a_path_there_is_an_error(linkis: Linkis, what: str) -> None:
    for asked in ("", "?path=", "?path=%20"):
        refused = linkis.refused("GET", f"filesystem/{what}{asked}")
        assert refused["data"]["errorMsg"]["errCode"] == 80004


def test_nobody_reads_the_result_of_somebody_else(linkis: Linkis) -> None:
    task = linkis.done(text="private\n")
    mallory = linkis.another("mallory")

    for what, path in (
        ("getDirFileTrees", task["resultLocation"]),
        ("openFile", f"{task['resultLocation']}/_0.dolphin"),
    ):
        theirs = mallory.refused("GET", f"filesystem/{what}?path={path}")
        none = mallory.refused("GET", f"filesystem/{what}?path={path.replace('/1', '/9')}")
        assert theirs["message"].replace("/1", "") == none["message"].replace("/9", "")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"pageSize": 5001}, 80034),
        ({"page": "x"}, 80036),
        ({"pageSize": "9" * 30}, 80036),
        ({"charset": "klingon"}, 80036),
    ],
)
def test_a_page_that_cannot_be_shown_is_refused(
    linkis: Linkis, asked: dict[str, Any], error: int
) -> None:
    path = f"{linkis.done()['resultLocation']}/_0.dolphin"

    query = {"path": path, **asked}
    refused = linkis.refused("GET", "filesystem/openFile", query_string=query)
    assert refused["data"]["errorMsg"]["errCode"] == error
