"""Numbers, times and ids as Go and Tork write them."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from windlass.coordinator.dialects.tork.show.gojson import encode, number
from windlass.coordinator.dialects.tork.show.ids import node_id, parse
from windlass.coordinator.dialects.tork.show.moments import moment
from windlass.coordinator.dialects.tork.show.redaction import Cover

UNKNOWN = UUID("2c3e02e7-4105-4136-a456-6522cec868c2")


@pytest.mark.parametrize(
    ("microsecond", "text"),
    [(0, "00Z"), (31900, "00.0319Z"), (500000, "00.5Z"), (1, "00.000001Z")],
)
def test_fractions_of_seconds_have_no_zeros_at_their_end(microsecond: int, text: str) -> None:
    at = datetime(2026, 1, 2, 3, 4, 0, microsecond, tzinfo=UTC)

    assert moment(at) == f"2026-01-02T03:04:{text}"


def test_times_of_other_zones_are_told_in_utc() -> None:
    east = timezone(timedelta(hours=2))

    assert moment(datetime(2026, 1, 1, 1, tzinfo=east)) == "2025-12-31T23:00:00Z"


@pytest.mark.parametrize(
    ("value", "text"), [(100.0, b"100"), (33.333, b"33.33"), (66.666, b"66.67"), (0, b"0")]
)
def test_numbers_have_two_decimals_at_most(value: float, text: bytes) -> None:
    assert encode(number(value)) == text + b"\n"


@pytest.mark.parametrize("text", ["", "x", str(UNKNOWN), UNKNOWN.hex.upper() + "g", "0" * 31])
def test_nothing_else_is_an_id(text: str) -> None:
    assert parse(text) is None


def test_a_nodes_id_is_the_same_every_time() -> None:
    assert node_id("a") == node_id("a") != node_id("b")
    assert len(node_id("a")) == 22


def test_redaction_may_be_switched_off() -> None:
    shown = Cover(("secret",), off=True)

    assert shown.map({"PASSWORD": "secret"}) == {"PASSWORD": "secret"}
    assert shown.secrets({"key": "secret"}) == {"key": "secret"}
