"""Days off of the user's own: how they are read, and what becomes of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.config import parse
from followupd.errors import ConfigError
from followupd.service.world import workdays_of
from tests.unit.test_config import SMALL

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(1990, 1, 1), TODAY + timedelta(days=5 * 366))


def with_days(*written: str, zone: str = "Europe/Berlin") -> str:
    """A configuration with these days off."""
    listed = ", ".join(f'"{one}"' for one in written)
    return SMALL.replace('"Europe/Berlin"', f'"{zone}"\ndays_off = [{listed}]')


def days(*written: str) -> tuple[tuple[date, date], ...]:
    """What is read."""
    return parse(with_days(*written), today=TODAY).user.days_off


def refusal(*written: str) -> str:
    """What is said of these days off, which are wrong in one way."""
    with pytest.raises(ConfigError) as refused:
        parse(with_days(*written), today=TODAY)
    (problem,) = refused.value.problems
    assert problem.where == "user.days_off"
    assert problem.line == 5
    return problem.what


def test_a_day_and_a_stretch_are_read_with_first_and_last() -> None:
    """As the example in the documentation writes them, in its order."""
    assert days("2026-12-24 to 2027-01-02", "2027-03-01") == (
        (date(2026, 12, 24), date(2027, 1, 2)),
        (date(2027, 3, 1), date(2027, 3, 1)),
    )


def test_without_days_off_there_are_none() -> None:
    """Neither where nothing is said nor where the list is empty."""
    assert parse(SMALL).user.days_off == ()
    assert days() == ()


@given(DAYS, DAYS)
def test_whatever_stretch_is_written_is_read_back_or_refused_for_its_order_or_length(
    one: date, other: date
) -> None:
    """No day is moved, swapped or left out; days that are past stay right."""
    written = f"{one} to {other}"
    if one <= other and (other - one).days <= 5 * 366:
        assert days(written) == ((one, other),)
    else:
        assert ("before it begins" if other < one else "lasts for more") in refusal(written)


@given(st.text(st.characters(exclude_characters='"\\', exclude_categories=["C", "Zl", "Zp"])))
def test_any_other_text_is_days_in_order_or_one_mistake(written: str) -> None:
    """Nothing else comes out, and what was written is shown."""
    try:
        found = parse(with_days(written), today=TODAY).user.days_off
    except ConfigError as refused:
        (problem,) = refused.problems
        assert problem.where.startswith("user.days_off")
    else:
        assert all(first <= last for first, last in found)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("Christmas", '"Christmas" is no day and no stretch of days; write for example'),
        ("2026-12-24 - 2027-01-02", "is no day and no stretch"),
        ("2026-12-24 to", "is no day and no stretch"),
        ("24.12.2026", "is no day and no stretch"),
        ("20261224", "is no day and no stretch"),
        ("2026-W52-4", "is no day and no stretch"),
        ("２０２６-12-24", "is no day and no stretch"),  # noqa: RUF001 - digits of another script
        ("2026-12-24T10:00", "is no day and no stretch"),
        ("2027-02-29", "names a day that no calendar has: 2027-02-29"),
        ("2026-12-24 to 2026-13-02", "names a day that no calendar has: 2026-13-02"),
        ("2027-01-02 to 2026-12-24", "ends before it begins"),
        ("2062-12-24", "is more than five years away; check the year"),
        ("9999-12-31", "is more than five years away; check the year"),
        ("2026-12-24 to 2207-01-02", "is more than five years away; check the year"),
        ("2006-12-24 to 2027-01-02", "lasts for more than five years; check the year"),
    ],
)
def test_a_slip_is_named_with_what_was_written(written: str, what: str) -> None:
    """A wrong year would silence the service for years."""
    said = refusal(written)
    assert what in said
    assert f'"{written}"' in said


def test_each_wrong_stretch_is_a_mistake_of_its_own() -> None:
    """The right one between them is none."""
    with pytest.raises(ConfigError) as refused:
        parse(with_days("soon", "2027-03-01", "2027-03-05 to 2027-03-01"), today=TODAY)
    assert len(refused.value.problems) == 2


def test_a_day_without_quotes_is_explained() -> None:
    """TOML has dates of its own, but no stretches of them."""
    text = with_days("2027-03-01").replace('["2027-03-01"]', "[2027-03-01]")
    with pytest.raises(ConfigError, match=r"days_off\[0\]: must be text in quotes"):
        parse(text, today=TODAY)


def test_without_a_day_given_the_machines_own_counts() -> None:
    """What lies a thousand years ahead is a slip on any day."""
    with pytest.raises(ConfigError, match="five years away"):
        parse(with_days("3026-12-24"))


def test_the_user_is_away_from_the_first_midnight_to_the_one_after_the_last_day() -> None:
    """In the user's zone, and not a moment longer."""
    workdays = workdays_of(parse(with_days("2026-12-24 to 2027-01-02"), today=TODAY))
    berlin = ZoneInfo("Europe/Berlin")
    (away,) = workdays.away
    assert away.since == datetime(2026, 12, 24, tzinfo=berlin)
    assert away.until == datetime(2027, 1, 3, tzinfo=berlin)


def test_nothing_is_open_on_a_day_off_and_it_counts_as_a_working_day() -> None:
    """Others work on it, so a wait runs on; the draft comes when the user is back."""
    workdays = workdays_of(parse(with_days("2027-03-02"), today=TODAY))
    monday, tuesday, wednesday = (date(2027, 3, day) for day in (1, 2, 3))
    assert workdays.add(monday, 1) == tuesday
    assert not workdays.is_open(workdays.opening(tuesday))
    assert workdays.next_open(workdays.opening(tuesday)) == workdays.opening(wednesday)


@pytest.mark.parametrize(
    ("zone", "written", "hours"),
    [
        ("Europe/Berlin", "2027-03-28", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Africa/Cairo", "2026-04-24", 23),
        ("America/Havana", "2026-11-01", 25),
    ],
)
def test_a_day_off_is_as_long_as_its_day_where_the_clocks_change(
    zone: str, written: str, hours: int
) -> None:
    """Also where it is midnight that the clocks jump over or strike twice."""
    (away,) = workdays_of(parse(with_days(written, zone=zone), today=TODAY)).away
    assert away.until is not None
    assert away.until.astimezone(UTC) - away.since.astimezone(UTC) == timedelta(hours=hours)
