"""YAML as it may arrive."""

import pytest

from windlass.coordinator.web import yamltext
from windlass.coordinator.web.reading import MOST_FLAWS, Flaw, Unreadable


def flaws(data: bytes) -> tuple[Flaw, ...]:
    with pytest.raises(Unreadable) as caught:
        yamltext.load(data)
    return caught.value.flaws


def test_scalars_are_those_of_yaml_1_2() -> None:
    document = b"""
    nothing: [~, null, ""]
    truth: [true, False, yes, on, n]
    numbers: [1, -2, 0x1F, 0o17, 012, 1.5, 1e3, 1_000, "5"]
    text: [1:30, 2026-11-25, =, <<, plain words]
    """

    assert yamltext.load(document) == {
        "nothing": [None, None, ""],
        "truth": [True, False, "yes", "on", "n"],
        "numbers": [1, -2, 31, 15, 12, 1.5, 1000.0, "1_000", "5"],
        "text": ["1:30", "2026-11-25", "=", "<<", "plain words"],
    }


def test_a_number_remembers_how_it_was_written() -> None:
    numbers = yamltext.load(b"[0644, 1.10, 0x1F, 7, 1e3]")

    assert [str(number) for number in numbers] == ["0644", "1.10", "0x1F", "7", "1e3"]


def test_everything_wrong_is_told_at_once_with_its_place() -> None:
    found = flaws(b"a: 1\na: 2\nb:\n  - *x\n  - c: !!str q\nd: .nan\ne: &q '\\'\nf: \"\\0\"\n")

    assert [(flaw.path, flaw.message, flaw.line, flaw.column) for flaw in found] == [
        (("a",), "is given more than once", 2, 1),
        (("b", 0), "is an alias", 4, 5),
        (("b", 1, "c"), "has the tag tag:yaml.org,2002:str", 5, 8),
        (("d",), ".nan is not a number", 6, 4),
        (("e",), "has an anchor", 7, 4),
        (("f",), "holds a NUL character", 8, 4),
    ]


def test_a_billion_laughs_are_refused_unexpanded() -> None:
    bomb = b"a: &a [x, x]\n" + b"".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n".encode()
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert {flaw.message for flaw in flaws(bomb)} == {"has an anchor", "is an alias"}


def test_no_more_flaws_are_told_than_help() -> None:
    assert len(flaws(b"- *x\n" * 10_000)) == MOST_FLAWS


@pytest.mark.parametrize(
    "data", [b"[" * 1_000_000, b"{a: " * 300_000, b"- " * 500_000, b"? " * 500_000]
)
def test_a_megabyte_of_nesting_is_refused(data: bytes) -> None:
    assert flaws(data)


def test_a_tag_that_makes_objects_is_refused() -> None:
    (flaw,) = flaws(b'a: !!python/object/apply:os.system ["true"]')

    assert flaw.path == ("a",)


@pytest.mark.parametrize(
    "data",
    [
        b"a: b: c",
        b"a: 'x",
        b"a:\n\tb: 1",
        b"a: \x00",
        b"\xff",
        b"--- 1\n--- 2",
        b"? [1]\n: 2",
        b"[1, 2",
        b"a: 1e999",
        b"%YAML 9.9\n--- a",
        b'a: "\\ud800"',
    ],
)
def test_what_is_no_document_is_refused_with_its_place(data: bytes) -> None:
    assert all(flaw.line for flaw in flaws(data))


def test_places_are_those_of_keys_and_list_items() -> None:
    data = b"a: 1\ntasks:\n  - name: x\n    needs: [a, b]\n"

    assert yamltext.locate(data, [("tasks", 0, "needs", 1), ("tasks", 0), ("tasks",), ("z",)]) == {
        ("tasks",): (2, 1),
        ("tasks", 0): (3, 5),
        ("tasks", 0, "needs", 1): (4, 16),
    }
