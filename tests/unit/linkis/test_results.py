"""Results as files, rows and pages: as openFile and getDirFileTrees tell them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from windlass.coordinator.dialects.linkis.results.model import ROWS, Column, Kind, Layout
from windlass.coordinator.dialects.linkis.results.pieces import LONGEST, lines
from windlass.coordinator.dialects.linkis.results.query import BadQuery, Query, read_query
from windlass.coordinator.dialects.linkis.results.reading import show, tree
from windlass.coordinator.dialects.linkis.results.survey import survey

HEADER = '{"columns": [{"name": "id", "type": "int"}, {"name": "name", "comment": "whose"}]}\n'
STDOUT = [{"columnName": "stdout", "comment": "", "dataType": "string"}]


@dataclass(frozen=True)
class Part:
    first_byte: int
    data: bytes


def parts(data: bytes, size: int = 7, gap: int = 0, start: int = 0) -> Iterator[Part]:
    """From a place on, with ``gap`` bytes of another stream before each."""
    for at in range(0, len(data), size):
        place = at + gap * (at // size + 1)
        piece = data[at : at + size]
        if place + len(piece) > start:
            yield Part(max(place, start), piece[max(0, start - place) :])


def rows_of(data: bytes, layout: Layout, gap: int = 0, **asked: Any) -> list[list[str | None]]:
    """Of all files, one after the other, as the SDKs put them together."""
    found: list[list[str | None]] = []
    for file in layout.files:
        pieces = parts(data, gap=gap, start=file.start)
        found += show(layout, file, pieces, Query(**asked))["fileContent"]
    return found


def looked_at(data: bytes, tabular: bool = False, **asked: Any) -> dict[str, Any]:
    """The first file."""
    layout = survey(parts(data), tabular=tabular)
    file = layout.files[0]
    return show(layout, file, parts(data, start=file.start), Query(**asked))


def test_each_line_of_text_is_a_row_of_the_column_stdout() -> None:
    shown = looked_at(b"one\r\n\ntwo \xc3\xa9\xff\nrest")

    assert shown == {
        "metadata": STDOUT,
        "fileContent": [["one"], [""], ["two \u00e9\ufffd"], ["rest"]],
        "type": "1",
        "totalLine": 4,
        "page": 1,
        "totalPage": 0,
        "totalColumn": 1,
    }


@pytest.mark.parametrize("tabular", [False, True])
def test_a_result_without_a_line_is_one_file_without_a_row(tabular: bool) -> None:
    layout = survey([], tabular=tabular)
    shown = show(layout, layout.files[0], [], Query())

    assert [file.name for file in layout.files] == ["_0.dolphin"]
    assert (shown["metadata"], shown["fileContent"], shown["totalLine"]) == (STDOUT, [], 0)


def test_a_table_has_its_columns_and_cells_that_lose_nothing() -> None:
    row = '[12345678901234567890.10, "x\\"\\u00e9"]\n[null, true]\n[1.0, {"a": 1.50}]\n[1e400]\n'
    shown = looked_at((HEADER + row + "[1, 2, 3]\noops\n").encode(), tabular=True)

    assert shown["type"] == "2"
    assert shown["metadata"] == [
        {"columnName": "id", "comment": "", "dataType": "int"},
        {"columnName": "name", "comment": "whose", "dataType": "string"},
    ]
    assert shown["fileContent"] == [
        ["12345678901234567890.10", 'x"\u00e9'],
        ["NULL", "true"],
        ["1.0", '{"a": 1.50}'],
        ["1e400", "NULL"],
        ["1", "2"],
        ["oops", "NULL"],
    ]


@pytest.mark.parametrize(
    "first",
    [
        *("plain", "[]", "{}", "\0", "[" * 100_000, '{"columns": []}', '{"columns": [1]}'),
        *('{"columns": [{"type": "int"}]}', '{"columns": {"name": "x"}}'),
        '{"columns": ' + "[" * 100_000,
    ],
)
def test_what_does_not_begin_with_columns_is_text(first: str) -> None:
    shown = looked_at(f"{first}\n[1]\n".encode(), tabular=True)

    assert shown["type"] == "1"
    assert shown["fileContent"] == [[first], ["[1]"]]


def test_a_row_too_deep_to_be_read_is_shown_as_it_is() -> None:
    deep = "[" * 100_000
    shown = looked_at(f"{HEADER}{deep}\n".encode(), tabular=True)

    assert shown["fileContent"] == [[deep, "NULL"]]


def test_a_table_without_rows_keeps_its_columns() -> None:
    shown = looked_at(HEADER.encode(), tabular=True)

    assert [column["columnName"] for column in shown["metadata"]] == ["id", "name"]
    assert shown["fileContent"] == []


def test_a_null_is_what_the_client_wants_to_see() -> None:
    data = f"{HEADER}[null, null]\n".encode()

    assert looked_at(data, True, null_value="-")["fileContent"] == [["-", "-"]]
    assert looked_at(data, True, null_value="LINKIS_NULL")["fileContent"] == [[None, None]]


@pytest.mark.parametrize(
    ("lines", "files"),
    [(1, [1]), (4999, [4999]), (5000, [5000]), (5001, [5000, 1]), (12000, [5000, 5000, 2000])],
)
def test_a_long_result_is_several_files_and_nothing_is_cut(
    lines: int, files: Sequence[int]
) -> None:
    data = b"".join(b"%d\n" % number for number in range(lines))
    layout = survey(parts(data, 1000, gap=3), tabular=False)

    shown = [
        show(layout, file, parts(data, 1000, gap=3, start=file.start), Query())
        for file in layout.files
    ]

    assert [file.name for file in layout.files] == [f"_{at}.dolphin" for at in range(len(files))]
    assert [each["totalLine"] for each in shown] == files
    assert [row[0] for each in shown for row in each["fileContent"]] == [
        str(number) for number in range(lines)
    ]
    assert all(each["totalLine"] <= ROWS for each in shown)


def test_pages_end_with_one_that_is_empty_and_has_metadata_all_the_same() -> None:
    data = b"".join(b"%d\n" % number for number in range(10))
    pages = [looked_at(data, page=page, page_size=4) for page in (1, 2, 3, 4, 10**8)]

    assert [page["totalLine"] for page in pages] == [4, 4, 2, 0, 0]
    assert [page["fileContent"] for page in pages[3:]] == [[], []]
    assert all(page["metadata"] == STDOUT for page in pages)
    assert [page["page"] for page in pages] == [1, 2, 3, 4, 10**8]


def test_a_page_does_not_run_into_the_next_file() -> None:
    data = b"a\nb\nc\n"
    layout = survey(parts(data), tabular=False, rows=2)

    shown = show(layout, layout.files[0], parts(data), Query(page=1, page_size=5))

    assert shown["fileContent"] == [["a"], ["b"]]


def test_columns_come_in_pages_too() -> None:
    header = json.dumps({"columns": [{"name": name} for name in "abc"]})
    data = f"{header}\n[1, 2, 3]\n".encode()

    first = looked_at(data, True, column_page_size=2)
    second = looked_at(data, True, column_page_size=2, column_page=2)
    third = looked_at(data, True, column_page_size=2, column_page=3)

    assert first["fileContent"] == [["1", "2"]]
    assert [each["columnName"] for each in second["metadata"]] == ["c"]
    assert second["fileContent"] == [["3"]]
    assert (third["metadata"], third["totalColumn"]) == ([], 3)


def test_a_charset_says_how_bytes_are_read() -> None:
    data = "\u4f60\u597d\n".encode("gbk")

    assert looked_at(data, charset="gbk")["fileContent"] == [["\u4f60\u597d"]]


@pytest.mark.parametrize("size", [1, 2, 7, 100])
@pytest.mark.parametrize("gap", [0, 1, 5])
def test_files_begin_where_they_should_among_pieces_of_other_streams(size: int, gap: int) -> None:
    data = "\u00e9\n\nb\r\nlonger than a piece\nlast".encode()
    layout = survey(parts(data, size, gap), tabular=False, rows=1)

    found = [
        show(layout, file, parts(data, size, gap, file.start), Query())["fileContent"]
        for file in layout.files
    ]

    assert found == [[["\u00e9"]], [[""]], [["b"]], [["longer than a piece"]], [["last"]]]


def test_a_line_without_end_goes_on_in_the_next_row_between_two_characters() -> None:
    data = ("x" + "\u00e9" * LONGEST).encode()

    found = list(lines(parts(data, 65_536)))

    assert b"".join(line.data for line in found) == data
    assert all(len(line.data) <= LONGEST for line in found)
    assert "".join(line.data.decode() for line in found) == data.decode()
    assert found[-1].next == len(data)


def test_many_small_pieces_of_one_line_are_put_together_once() -> None:
    data = b"x" * 3_000_000 + b"\n"

    assert [len(line.data) for line in lines(parts(data, 3))] == [3_000_000]


def test_rows_of_megabytes_make_files_of_few_rows() -> None:
    data = (b"x" * 3_000_000 + b"\n") * 5
    layout = survey(parts(data, 100_000), tabular=False)

    assert [file.rows for file in layout.files] == [2, 2, 1]
    assert rows_of(data, layout) == [["x" * 3_000_000]] * 5


def test_a_directory_shows_its_files_with_their_paths_verbatim() -> None:
    layout = survey(parts(b"a\nb\nc"), tabular=False, rows=2)

    shown = tree(layout, "file:///windlass/7/", 1234)

    assert (shown["path"], shown["name"]) == ("file:///windlass/7", "7")
    assert (shown["isLeaf"], shown["parentPath"], shown["properties"]) == (False, None, None)
    assert shown["children"] == [
        {
            "name": name,
            "path": f"file:///windlass/7/{name}",
            "properties": {"size": size, "modifytime": "1234"},
            "children": None,
            "isLeaf": True,
            "parentPath": "file:///windlass/7",
        }
        for name, size in (("_0.dolphin", "4"), ("_1.dolphin", "1"))
    ]


def test_a_file_is_found_by_its_name_alone() -> None:
    layout = survey([], tabular=False)

    assert layout.file("_0.dolphin") is layout.files[0]
    assert layout.file("_1.dolphin") is None
    assert layout.file("../_0.dolphin") is None


def test_a_query_has_linkis_own_defaults() -> None:
    assert read_query({}) == Query(1, 5000, 1, None, "NULL", "utf-8")
    assert read_query({"page": "0", "pageSize": "-1", "charset": "", "nullValue": ""}) == Query(
        null_value=""
    )
    asked = {"page": "3", "pageSize": "5000", "columnPage": "2", "columnPageSize": "9"}
    assert read_query({**asked, "charset": "utf8", "nullValue": "LINKIS_NULL"}) == Query(
        3, 5000, 2, 9, "LINKIS_NULL", "utf-8"
    )


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("pageSize", "5001", 80034),
        ("pageSize", "x", 80036),
        ("page", "1.5", 80036),
        ("page", "9" * 10, 80036),
        ("page", "\u0663", 80036),
        ("columnPage", "-", 80036),
        ("charset", "klingon", 80036),
        ("charset", "zip", 80036),
        ("charset", "a\0b", 80036),
        ("charset", "punycode", 80036),
    ],
)
def test_what_no_client_asks_is_refused(name: str, value: str, code: int) -> None:
    with pytest.raises(BadQuery) as refused:
        read_query({name: value})

    assert refused.value.code == code


def test_what_a_layout_knows_of_a_table() -> None:
    found: Iterable[Column] = survey(parts(HEADER.encode()), tabular=True).columns

    assert list(found) == [Column("id", "int"), Column("name", comment="whose")]
    assert survey(parts(b"x"), tabular=False).kind is Kind.TEXT
