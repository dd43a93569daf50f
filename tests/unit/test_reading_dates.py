"""The day until which a decision is promised is read from a mail, or there is none."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.domain.workdays import Workdays
from followupd.reading.dates import Promised, promised_day
from followupd.reading.dates.phrases import LANGUAGES, day_phrases, day_rule

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = Workdays(BERLIN)
SENT = datetime(2026, 12, 2, 10, 0, tzinfo=timezone(timedelta(hours=1)))
"""A Wednesday."""

CASES = Path(__file__).with_name("promised_days")


def said(name: str) -> list[tuple[str, str]]:
    """What is said, and the day as month-day of the winter 2026/27."""
    data = tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))
    return [(text, day) for day, text in data["said"]]


IN_ONE_LANGUAGE = [one for name in ("en", "de", "fr", "es") for one in said(name)]
MAILS = said("mails")


def wanted(written: str) -> date | None:
    if written == "none":
        return None
    month, day = (int(part) for part in written.split("-"))
    return date(2026 if month == 12 else 2027, month, day)


def told(text: str, sent_at: datetime = SENT, workdays: Workdays = WORKDAYS) -> date | None:
    found = promised_day(text, sent_at, workdays)
    return found.day if found is not None else None


@pytest.mark.parametrize(("text", "day"), said("en"))
def test_a_day_promised_in_english(text: str, day: str) -> None:
    """Written on a Wednesday in December."""
    assert told(text) == wanted(day)


@pytest.mark.parametrize(("text", "day"), said("de"))
def test_a_day_promised_in_german(text: str, day: str) -> None:
    """Written on a Wednesday in December."""
    assert told(text) == wanted(day)


@pytest.mark.parametrize(("text", "day"), said("fr"))
def test_a_day_promised_in_french(text: str, day: str) -> None:
    """Written on a Wednesday in December."""
    assert told(text) == wanted(day)


@pytest.mark.parametrize(("text", "day"), said("es"))
def test_a_day_promised_in_spanish(text: str, day: str) -> None:
    """Written on a Wednesday in December."""
    assert told(text) == wanted(day)


@pytest.mark.parametrize(("text", "day"), MAILS)
def test_a_day_promised_in_a_whole_mail(text: str, day: str) -> None:
    """Holding answers, and offers, invitations and newsletters that promise nothing."""
    assert told(text) == wanted(day)


@pytest.mark.parametrize(("text", "day"), IN_ONE_LANGUAGE)
def test_accents_and_capitals_make_no_difference(text: str, day: str) -> None:
    """People write in capitals; typographic apostrophes come from mail programs."""
    assert told(text.upper().replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")) == wanted(day)


@pytest.mark.parametrize(("hour", "day"), [(9, 4), (17, 4), (18, 11), (23, 11)])
@pytest.mark.parametrize("text", ["You will hear by Friday.", "Wir melden uns bis Freitag."])
def test_a_weekday_written_on_its_own_evening_is_a_week_ahead(
    text: str, hour: int, day: int
) -> None:
    """Nobody promises on Friday at nine in the evening what was due that day."""
    sent = datetime(2026, 12, 4, hour, tzinfo=SENT.tzinfo)
    assert told(text, sent) == date(2026, 12, day)


def test_the_words_and_their_line_are_told() -> None:
    """A promise can be shown with the place it stands at."""
    text = "Dear Robin,\n\nthank you for coming.\nWe will let you know by Friday.\n\nDana"
    assert promised_day(text, SENT, WORKDAYS) == Promised(
        date(2026, 12, 4), "We will let you know by Friday.", 4
    )


def test_the_words_are_one_clean_line() -> None:
    """What a stranger wrote is printed in a terminal."""
    text = "\x1b[31mRobin\u202e, " + "dear " * 40 + "Robin, we will let you know by Friday."
    found = promised_day(text, SENT, WORKDAYS)
    assert found is not None
    assert found.words.isprintable()
    assert len(found.words) <= 120


def test_the_latest_of_several_days_counts() -> None:
    """A first word by Friday, the decision a week later."""
    text = "You will hear from us by Friday. We will decide by 11 December."
    assert told(text) == date(2026, 12, 11)


def test_a_promise_runs_over_a_line_break() -> None:
    """Mail programs wrap lines."""
    text = "We are still talking to others and will let you know by Friday, 11\nDecember."
    assert told(text) == date(2026, 12, 11)


@pytest.mark.parametrize(
    ("sent_at", "text", "day"),
    [
        (datetime(2026, 12, 2, 23, 30, tzinfo=timezone(timedelta(hours=-8))), "tomorrow", "12-03"),
        (datetime(2026, 12, 3, 0, 30, tzinfo=timezone(timedelta(hours=9))), "today", "12-03"),
        (datetime(2026, 12, 4, 17, 0, tzinfo=timezone(timedelta(hours=-8))), "by Friday", "12-04"),
        (datetime(2026, 12, 5, 1, 0, tzinfo=timezone(timedelta(hours=5.5))), "by Friday", "12-11"),
    ],
)
def test_a_day_is_the_senders_own(sent_at: datetime, text: str, day: str) -> None:
    """Just before and after midnight, west and east of Greenwich."""
    assert told(f"We will let you know {text}.", sent_at) == wanted(day)


@pytest.mark.parametrize(
    ("sent_on", "text", "day"),
    [
        (date(2026, 12, 4), "by Friday", "12-04"),
        (date(2026, 12, 4), "next Friday", "12-11"),
        (date(2026, 12, 5), "by the end of the week", "12-11"),
        (date(2026, 12, 6), "next week", "12-11"),
        (date(2026, 12, 31), "by the end of the month", "12-31"),
        (date(2026, 12, 31), "by Friday", "01-01"),
        (date(2026, 12, 31), "in two weeks", "01-14"),
        (date(2026, 12, 30), "next week", "01-08"),
        (date(2026, 12, 30), "by 4 January", "01-04"),
        (date(2026, 12, 20), "the first week of January", "01-08"),
        (date(2026, 12, 28), "in calendar week 1", "01-08"),
        (date(2026, 12, 28), "in calendar week 53", "01-01"),
        (date(2026, 12, 20), "early next year", "01-10"),
        (date(2026, 12, 20), "after New Year", "01-04"),
        (date(2026, 12, 31), "in a month", "01-31"),
    ],
)
def test_weeks_months_and_the_turn_of_the_year(sent_on: date, text: str, day: str) -> None:
    """Written on the day itself, at the weekend and between the years."""
    sent_at = datetime(sent_on.year, sent_on.month, sent_on.day, 9, tzinfo=BERLIN)
    assert told(f"We will let you know {text}.", sent_at) == wanted(day)


def test_after_thanksgiving_is_the_monday_after() -> None:
    """The fourth Thursday of November; offices open again on Monday."""
    sent_at = datetime(2026, 11, 18, 9, tzinfo=timezone(timedelta(hours=-5)))
    assert told("We will be in touch after Thanksgiving.", sent_at) == date(2026, 11, 30)


def test_business_days_leave_out_the_users_holidays() -> None:
    """The recruiter's holidays are most likely the user's."""
    workdays = Workdays(BERLIN, frozenset({date(2026, 12, 3), date(2026, 12, 4)}))
    text = "We will let you know within two business days."
    assert told(text, workdays=workdays) == date(2026, 12, 8)


def test_a_calendar_without_working_days_gives_no_day() -> None:
    """Nothing escapes from an odd calendar."""

    class EveryDay(frozenset[date]):
        def __contains__(self, day: object) -> bool:
            return True

    workdays = Workdays(BERLIN, EveryDay())
    assert told("We will let you know within two business days.", workdays=workdays) is None
    assert told("We will let you know after Christmas.", workdays=workdays) is not None


@pytest.mark.parametrize(
    ("hours", "text", "day"),
    [
        (-5, "by 12/3", "12-03"),
        (0, "by 12/3", None),
        (1, "by 12/3", "03-12"),
        (8, "by 12/3", None),
        (0, "by 12/25", "12-25"),
        (0, "by 25/12", "12-25"),
        (0, "by 12/12", "12-12"),
        (0, "by 1/12/2026", None),
        (-5, "by 12/8/2026", "12-08"),
        (0, "by 8/12 (your interview was on 25/11)", "12-08"),
        (1, "by 2026-12-08", "12-08"),
    ],
)
def test_a_date_in_figures_is_read_one_way_or_not_at_all(
    hours: int, text: str, day: str | None
) -> None:
    """The sender's zone and the other dates of the mail tell which number is the day."""
    sent_at = datetime(2026, 12, 2, 10, tzinfo=timezone(timedelta(hours=hours)))
    assert told(f"We will let you know {text}.", sent_at) == (wanted(day) if day else None)


def test_a_date_out_of_any_calendar_is_no_day() -> None:
    """A mail's own Date may be anything."""
    for year in (1, 9999):
        assert told("We decide by Friday.", datetime(year, 12, 31, tzinfo=UTC)) is None


TEXTS = [text for text, _ in IN_ONE_LANGUAGE + MAILS]
MOMENTS = st.datetimes(
    datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None),
    datetime(2040, 1, 1, tzinfo=UTC).replace(tzinfo=None),
    timezones=st.timezones(),
)


@settings(deadline=None)
@given(st.sampled_from(TEXTS), MOMENTS)
def test_no_day_lies_in_the_past_or_far_ahead(text: str, sent_at: datetime) -> None:
    """Whenever it was written."""
    day = told(text, sent_at)
    assert day is None or timedelta() <= day - sent_at.date() <= timedelta(days=180)


@settings(deadline=None)
@given(
    st.sampled_from(["next Friday", "early next week", "in ten days", "by Monday", "tomorrow"]),
    st.integers(min_value=-500, max_value=500),
)
def test_a_week_later_the_same_words_mean_a_week_later(text: str, weeks: int) -> None:
    """Nothing but the day of writing counts."""
    words = f"We will let you know {text}."
    later = SENT + timedelta(weeks=weeks)
    first, second = told(words), told(words, later)
    assert first is not None
    assert second == first + timedelta(weeks=weeks)


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(TEXTS), MOMENTS)
def test_any_text_gives_a_day_within_reach_or_none(
    noise: str, text: str, sent_at: datetime
) -> None:
    """Nothing escapes."""
    for hostile in (noise, noise + text, f"We decide by {noise}", f"by 3 {noise} December {noise}"):
        day = told(hostile, sent_at)
        assert day is None or day >= sent_at.date()


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "not ",
            "(",
            "a",
            "by Friday ",
            "we will ",
            "12 ",
            "1/",
            "1.",
            "1. ",
            "3.12. ",
            "Dec. 3. ",
        ),
        *("in the next about ", "one to ", "we decide by friday.\n", "a.\n", "e\u0301\u0300", " "),
        *(
            "-",
            "early in the ",
            "we will not ' ",
            "en el transcurso de la ",
            "bitte no will ne pas ",
        ),
        *("we will let you know by friday the 3 december, ", "\u0661\u0662.", "\u00b2/"),
    ],
)
def test_hostile_text_takes_no_longer_than_other_text(piece: str) -> None:
    """Sentences are bounded, and what is searched in them has no nested repeats."""
    told("We decide by Friday.")
    begun = process_time()
    told((piece * (64 * 1024))[: 64 * 1024])
    assert process_time() - begun < 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_data_file_can_be_read(language: str) -> None:
    """Each phrase is one, and every day has its words."""
    phrases = day_phrases(language)
    assert phrases.language == language
    for number in range(1, 8):
        assert any(value == number for _, value in phrases.weekdays.values)
    for number in range(1, 13):
        assert any(value == number for _, value in phrases.months.values)


def test_a_rule_for_a_holiday_that_is_none_is_told() -> None:
    """A contributor reads what is wrong."""
    with pytest.raises(ValueError, match="no rule for a day"):
        day_rule("full moon")
