"""Whatever stands in a code: it is replaced or refused in words, and in one pass."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windlass.coordinator.dialects.linkis.variables.failures import Unsubstitutable
from windlass.coordinator.dialects.linkis.variables.substitution import (
    LONGEST,
    Users,
    substitute,
)

NOW = datetime(2020, 2, 29, 13, 0, tzinfo=UTC)
WORDS = ["${", "}", "&{", "{", "%", "+", "-", "*", "/", " ", "\n", "'", "=", "#@set ", "--@set "]
WORDS += ["run_date", "run_mon_end", "run_today_h", "user", "x", "y", "n", "1", "0", "yyyy", "M"]
WORDS += ["${run_date", "${x", "${n", "&{yyyy", "%-1d", "99999999", ".", "\r", "\0", "\u0663", "é"]
MEGABYTES = 10_000_000  # as many characters
codes = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=12).map("".join)
types = st.sampled_from(["sql", "shell", "python", "scala", "java", "json", "none", ""])
names = st.sampled_from(["x", "y", "n", "run_date", "run_today", "user", ""]) | st.text(max_size=3)
values = st.none() | st.booleans() | st.integers() | st.floats() | codes


@given(code=codes, code_type=types, variables=st.dictionaries(names, values, max_size=4))
def test_any_code_is_replaced_or_refused(
    code: str, code_type: str, variables: dict[str, object]
) -> None:
    with suppress(Unsubstitutable):
        found = substitute(code, code_type, variables, Users("alice", "bob"), NOW)
        assert len(found.code) <= LONGEST


@given(code=st.text(st.characters(exclude_characters="$&#"), max_size=50))
def test_code_without_a_place_is_only_stripped(code: str) -> None:
    assert substitute(code, "shell", {}, Users("a", "a"), NOW).code == code.strip()


@pytest.mark.parametrize(
    "piece",
    ["${", "${a", "a", "{", "${ ", "&{", "&{yyyy", "&{yyyy%", "#@set ", "${x", "'", "${x+"],
)
def test_ten_hostile_megabytes_without_an_end_are_looked_at_once(piece: str) -> None:
    """Trying again from each of its beginnings would take days."""
    code = "${" + piece * (MEGABYTES // len(piece))

    assert substitute(code, "shell", {"x": "1"}, Users("a", "a"), NOW).code == code.strip()
