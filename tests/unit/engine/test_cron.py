"""When a schedule is due, and what is refused because it never is."""

from datetime import UTC, datetime, timedelta

import pytest

from windlass.coordinator.engine.cron import LONGEST, parse

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "due"),
    [
        ("*/15 * * * *", "2026-03-14T12:15"),
        ("0 9 * * MON-FRI", "2026-03-16T09:00"),
        ("30 1 1 jan *", "2027-01-01T01:30"),
        ("@hourly", "2026-03-14T13:00"),
        ("@Daily", "2026-03-15T00:00"),
        ("@weekly", "2026-03-15T00:00"),
        ("@monthly", "2026-04-01T00:00"),
        ("@yearly", "2027-01-01T00:00"),
        ("@every 90m", "2026-03-14T13:30"),
        ("TZ=Asia/Tokyo 0 0 * * *", "2026-03-14T15:00"),
        ("CRON_TZ=Asia/Tokyo @daily", "2026-03-14T15:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
    ],
)
def test_the_next_time(cron: str, due: str) -> None:
    assert parse(cron).after(NOON) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_the_fields_are_read_in_the_zone_unless_a_prefix_says_otherwise() -> None:
    assert parse("0 0 * * *", "Asia/Tokyo").after(NOON).hour == 15
    assert parse("TZ=UTC 0 0 * * *", "Asia/Tokyo").after(NOON).hour == 0


def test_an_hour_that_a_change_of_clocks_takes_away_is_not_lost() -> None:
    berlin = parse("30 2 * * *", "Europe/Berlin")
    assert berlin.after(datetime(2026, 3, 29, 0, 0, tzinfo=UTC)).hour == 1


@pytest.mark.parametrize(
    "cron",
    [
        "",
        "nonsense",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
        "0 0 * 2 MON#6",
        "*/0 * * * *",
        "@reboot",
        "@every",
        "@every 1ms",
        "@every -5s",
        "@every 900000h",
        "TZ=Nowhere/Town * * * * *",
        "TZ=../../etc/passwd * * * * *",
        "TZ=Europe * * * * *",
        "* * * * *" + " " * LONGEST,
    ],
)
def test_what_can_never_be_due_is_refused(cron: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse(cron)


@pytest.mark.parametrize("cron", ["*/5 * * * *", "@every 5m"])
def test_the_newest_of_many_missed_times(cron: str) -> None:
    week = NOON - timedelta(days=7)
    assert parse(cron).newest(week, NOON, 3) == [
        NOON - timedelta(minutes=10),
        NOON - timedelta(minutes=5),
        NOON,
    ]


@pytest.mark.parametrize("cron", ["*/5 * * * *", "@every 5m"])
def test_nothing_was_missed(cron: str) -> None:
    assert parse(cron).newest(NOON, NOON + timedelta(minutes=4), 3) == []
