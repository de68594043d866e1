"""JSON as it may arrive."""

import pytest

from windlass.coordinator.web import jsontext
from windlass.coordinator.web.reading import Flaw, Unreadable


def flaws(data: bytes) -> tuple[Flaw, ...]:
    with pytest.raises(Unreadable) as caught:
        jsontext.load(data)
    return caught.value.flaws


def test_a_document_is_read_with_or_without_a_byte_order_mark() -> None:
    assert jsontext.load(b'{"a": [1, 2.5, null, true, "x"]}') == {"a": [1, 2.5, None, True, "x"]}
    assert jsontext.load(b"\xef\xbb\xbf[]") == []


def test_a_number_remembers_how_it_was_written() -> None:
    assert [str(number) for number in jsontext.load(b"[1.10, 1e3, 2.5, 7]")] == [
        "1.10",
        "1e3",
        "2.5",
        "7",
    ]


def test_a_key_given_twice_is_refused_where_it_is() -> None:
    assert flaws(b'{"x": [{"a": 1, "a": 2}]}') == (
        Flaw(("x", 0, "a"), "is given more than once", "once"),
    )


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        (b'{"a": ["\\u0000"]}', ("a", 0), "holds a NUL character"),
        (b'{"a": "x\\ud800"}', ("a",), "holds half a surrogate pair"),
        (b'{"\\u0000": 1}', (), "holds a NUL character"),
    ],
)
def test_text_that_cannot_be_stored_is_refused_by_name(
    data: bytes, path: tuple[str | int, ...], message: str
) -> None:
    assert [(flaw.path, flaw.message) for flaw in flaws(data)] == [(path, message)]


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert jsontext.load(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1, 2",
        b'{"a" 1}',
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[" + b"9" * 5000 + b"]",
        b"[1] x",
        b"\xff\xfe",
        b'"a\nb"',
        b"'a'",
        b"[01]",
    ],
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    assert len(flaws(data)) == 1


def test_a_syntax_error_tells_its_place() -> None:
    (flaw,) = flaws(b'{\n  "a": 1,\n  "b" 2\n}')

    assert (flaw.line, flaw.column) == (3, 7)


def test_bad_utf_8_tells_its_place() -> None:
    (flaw,) = flaws(b'{\n"a": "\xe9"}')

    assert (flaw.line, flaw.column) == (2, 7)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"[" * 500_000 + b"]" * 500_000,
        b"[" * 60 + b'"' + b'\\"' * 400_000,
    ],
)
def test_a_megabyte_of_nesting_is_refused(data: bytes) -> None:
    (flaw,) = flaws(data)

    assert flaw.message == "nested too deeply"


def test_brackets_in_text_are_no_nesting() -> None:
    text = "[{" * 500

    assert jsontext.load(f'["{text}", "\\"{text}"]'.encode()) == [text, '"' + text]


def test_many_quotes_without_an_end_are_refused_in_linear_time() -> None:
    data = b"[" * 40 + b"{" * 20 + b'"' + b'\\"' * 2_000_000

    assert flaws(data)
