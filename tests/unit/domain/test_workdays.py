"""Working days, sending hours, and the clocks of the world."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from followupd.domain.cadence import Wait, WaitUnit, parse_wait
from followupd.domain.workdays import public_holidays
from tests.support.stories import calendar

FRIDAY = date(2026, 11, 13)
UNITED_GERMANY = date(2026, 10, 3)


def test_two_working_days_after_friday_is_tuesday() -> None:
    """A weekend does not count."""
    assert calendar().add(FRIDAY, 2) == date(2026, 11, 17)


def test_two_working_days_after_a_friday_before_a_holiday_monday_is_wednesday() -> None:
    """A public holiday counts no more than a Sunday."""
    assert calendar(holidays=["2026-11-16"]).add(FRIDAY, 2) == date(2026, 11, 18)


def test_no_working_day_after_a_day_is_that_day() -> None:
    """A wait of nothing moves nothing, not even from a Sunday."""
    assert calendar().add(date(2026, 11, 15), 0) == date(2026, 11, 15)


def test_working_days_between_two_days_are_counted_like_waits() -> None:
    """From Friday to Tuesday two working days pass, and none backwards."""
    assert calendar().between(FRIDAY, date(2026, 11, 17)) == 2
    assert calendar().between(FRIDAY, FRIDAY) == 0
    assert calendar().between(FRIDAY, date(2026, 11, 2)) == 0


def test_sending_hours_begin_at_their_first_minute_and_end_before_their_last() -> None:
    """09:00 is open, 17:30 is closed."""
    days = calendar()
    zone = days.zone
    assert days.is_open(datetime(2026, 11, 13, 9, 0, tzinfo=zone))
    assert days.is_open(datetime(2026, 11, 13, 17, 29, 59, tzinfo=zone))
    assert not days.is_open(datetime(2026, 11, 13, 8, 59, 59, tzinfo=zone))
    assert not days.is_open(datetime(2026, 11, 13, 17, 30, tzinfo=zone))
    assert not days.is_open(datetime(2026, 11, 14, 12, 0, tzinfo=zone))


def test_sending_hours_may_last_until_midnight() -> None:
    """`24:00` leaves no moment of the evening out."""
    days = calendar(hours=(time(9), time.max))
    assert days.is_open(datetime(2026, 11, 13, 23, 59, 59, tzinfo=days.zone))


def test_what_is_too_late_for_friday_waits_for_monday() -> None:
    """The next open moment after Friday evening is Monday morning."""
    days = calendar()
    evening = datetime(2026, 11, 13, 18, 0, tzinfo=days.zone)
    assert days.next_open(evening) == datetime(2026, 11, 16, 9, 0, tzinfo=days.zone)


@pytest.mark.parametrize(
    ("zone", "today"),
    [
        ("Pacific/Honolulu", date(2026, 11, 12)),
        ("America/Los_Angeles", date(2026, 11, 12)),
        ("UTC", date(2026, 11, 13)),
        ("Asia/Tokyo", date(2026, 11, 13)),
        ("Pacific/Kiritimati", date(2026, 11, 13)),
    ],
)
def test_the_users_today_is_not_that_of_greenwich(zone: str, today: date) -> None:
    """At four in the morning in Greenwich it is still yesterday in the west."""
    assert calendar(zone).day_of(datetime(2026, 11, 13, 4, 0, tzinfo=UTC)) == today


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("America/Havana", date(2026, 3, 8), time(1, 0)),
        ("Africa/Cairo", date(2026, 4, 24), time(1, 0)),
        ("Asia/Beirut", date(2026, 3, 29), time(1, 0)),
        ("Europe/Berlin", date(2026, 3, 29), time(0, 0)),
    ],
)
def test_a_day_begins_after_midnight_where_the_clocks_jump_over_it(
    zone: str, day: date, begins: time
) -> None:
    """Where summer time begins at midnight, the day has no 00:00."""
    assert calendar(zone).at(day, time.min).time() == begins


def test_a_day_that_a_country_left_out_counts_as_the_next() -> None:
    """Samoa had no 30 December 2011."""
    days = calendar("Pacific/Apia")
    assert days.opening(date(2011, 12, 30)).date() == date(2011, 12, 31)
    friday = datetime(2011, 12, 29, 20, 0, tzinfo=days.zone)
    assert days.next_open(friday).date() == date(2012, 1, 2)


@pytest.mark.parametrize("day", [date(2026, 3, 30), date(2026, 10, 26)])
def test_sending_hours_follow_the_wall_clock_through_clock_changes(day: date) -> None:
    """Nine o'clock is nine o'clock on the Monday after the clocks changed."""
    days = calendar()
    opening = days.after(date(day.year, day.month, day.day - 3), Wait(1, WaitUnit.BUSINESS_DAYS))
    assert opening.date() == day
    assert opening.time() == time(9)


def test_hours_are_counted_from_the_end_of_the_day_and_through_a_clock_change() -> None:
    """24 hours after the end of the Saturday on which 25 hours lie before Monday."""
    days = calendar(hours=(time.min, time.max))
    due = days.after(date(2026, 10, 24), Wait(34, WaitUnit.HOURS))
    assert due == datetime(2026, 10, 26, 9, 0, tzinfo=days.zone)


def test_plain_days_are_moved_off_the_weekend() -> None:
    """Two plain days after a Friday are a Sunday, so Monday morning."""
    days = calendar()
    assert days.after(FRIDAY, Wait(2, WaitUnit.DAYS)).date() == date(2026, 11, 16)


def test_sending_hours_without_a_moment_are_refused() -> None:
    """A calendar in which nothing can ever be sent is an error, not an endless loop."""
    days = calendar(hours=(time(9), time(9)))
    with pytest.raises(ValueError, match="no moment"):
        days.next_open(datetime(2026, 11, 13, 12, 0, tzinfo=UTC))


def test_a_calendar_without_working_days_is_refused() -> None:
    """So is a year of nothing but holidays."""

    class Always(frozenset[date]):
        def __contains__(self, day: object) -> bool:
            return True

    days = calendar()
    idle = type(days)(days.zone, Always())
    with pytest.raises(ValueError, match="no working day"):
        idle.add(FRIDAY, 1)


def test_public_holidays_are_those_of_the_country_or_its_part() -> None:
    """Berlin keeps Women's Day; Germany as a whole does not."""
    womens_day = date(2027, 3, 8)
    assert UNITED_GERMANY in public_holidays("DE")
    assert womens_day in public_holidays("DE-BE")
    assert womens_day not in public_holidays("DE")
    assert UNITED_GERMANY not in public_holidays(None)


@pytest.mark.parametrize("code", ["XX", "DE-XX"])
def test_an_unknown_country_is_refused_by_name(code: str) -> None:
    """The sentence names what was written."""
    with pytest.raises(ValueError, match=code):
        public_holidays(code)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("2 business days", Wait(2, WaitUnit.BUSINESS_DAYS)),
        ("1 working day", Wait(1, WaitUnit.BUSINESS_DAYS)),
        (" 3 Days ", Wait(3, WaitUnit.DAYS)),
        ("0 days", Wait(0, WaitUnit.DAYS)),
        ("12 hours", Wait(12, WaitUnit.HOURS)),
    ],
)
def test_a_wait_is_read_as_people_write_it(text: str, wait: Wait) -> None:
    """Number, then unit, singular or plural."""
    assert parse_wait(text) == wait
    assert parse_wait(str(wait)) == wait


@pytest.mark.parametrize("text", ["", "two days", "-1 days", "2 weeks", "1.5 hours", "9999 days"])
def test_what_is_no_wait_is_refused_with_an_example(text: str) -> None:
    """The sentence says what to write instead."""
    with pytest.raises(ValueError, match="write for example"):
        parse_wait(text)
