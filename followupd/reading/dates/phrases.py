"""The words for days of one language, out of `phrases/dates/<language>.toml`.

A phrase there may hold names in braces; each stands for a table of words. Everything is compared
in lower case and without accents, since half of all mail leaves them out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from followupd.reading.data import read_data
from followupd.reading.dates.calendar_days import DayRule, Part
from followupd.reading.phrasing import phrase_pattern, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES = ("en", "de", "fr", "es")

_NUMERIC = (
    r"(?<![\w./-])(?:\d{4}-\d\d-\d\d"
    r"|\d{1,2}\.\s?\d{1,2}\.(?:\s?(?:\d{4}|\d\d)(?!\d))?"
    r"|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d\d))?"
    r"|\d{1,2}-\d{1,2}-\d{4})(?![\w/-])"
)
_BARE_NUMERIC = (
    r"|(?<![\w./-])\d{1,2}\.\d{1,2}(?![\w/-]|[.,]\d|\s?(?:uhr|h|%|\u20ac|eur|k|kg|km|mio)(?!\w))"
)
_SLOT = re.compile(r"\\\{(\w{1,20})\\\}")
_RULE = re.compile(
    r"(?:(?P<month>\d\d)-(?P<day>\d\d)|(?P<easter>easter)"
    r"|(?P<weekday>[a-z]+)(?: (?P<nth>-?\d) (?P<of>[a-z]+))?)(?P<offset>[+-]\d{1,2})?"
)
_WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


class Unit(StrEnum):
    """What a length of time is counted in."""

    HOUR = "hour"
    DAY = "day"
    WORKING_DAY = "working_day"
    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


class Modifier(StrEnum):
    """What the word right before a day makes of it."""

    BY = "by"
    UNTIL = "until"
    BEFORE = "before"
    AFTER = "after"
    OVER = "over"
    WEEK_OF = "week_of"


class Rule(StrEnum):
    """How the day is told from the words; the keys of the table [days]."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    DAY_AFTER_TOMORROW = "day_after_tomorrow"
    WEEKDAY = "weekday"
    COMING_WEEKDAY = "coming_weekday"
    NEXT_WEEKDAY = "next_weekday"
    WEEKDAY_IN_WEEKS = "weekday_in_weeks"
    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    WEEK_AFTER_NEXT = "week_after_next"
    ISO_WEEK = "iso_week"
    THIS_MONTH = "this_month"
    NEXT_MONTH = "next_month"
    MONTH = "month"
    NTH_WEEK = "nth_week"
    NTH_WEEK_OF_NEXT_MONTH = "nth_week_of_next_month"
    NTH_WEEK_OF_NEW_YEAR = "nth_week_of_new_year"
    NEW_YEAR = "new_year"
    YEAR_END = "year_end"
    QUARTER_END = "quarter_end"
    IN_UNITS = "in_units"
    LASTING = "lasting"
    DATE = "date"
    NUMERIC = "numeric"
    DAY_OF_MONTH = "day_of_month"
    DAY_OF_NEXT_MONTH = "day_of_next_month"
    HOLIDAY = "holiday"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days with a name."""

    first: DayRule
    last: DayRule


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Words(Generic[Value]):
    """Words that stand for values.

    Attributes:
        pattern: a regular expression for any of them.
        values: for each value an expression for its own words.
    """

    pattern: str
    values: tuple[tuple[re.Pattern[str], Value], ...]

    def value(self, written: str | None) -> Value | None:
        """What some words stand for; None for none."""
        if written is None:
            return None
        return next((value for own, value in self.values if own.fullmatch(written)), None)


@dataclass(frozen=True, slots=True)
class DayPhrase:
    """One way to say a day."""

    rule: Rule
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class DayPhrases:
    """One language's words for days.

    Attributes:
        language: its ISO 639-1 code.
        phrases: every way to say a day.
        modifiers: expressions that match up to the end of what stands before a day.
        abbreviation: an expression for the end of a text that stops at "Dec." or "Fr.".
    """

    language: str
    numbers: Words[int]
    ordinals: Words[int]
    weekdays: Words[int]
    months: Words[int]
    units: Words[Unit]
    parts: Words[Part]
    holidays: Words[Holiday]
    phrases: tuple[DayPhrase, ...]
    modifiers: tuple[tuple[Modifier, re.Pattern[str]], ...]
    abbreviation: re.Pattern[str]


def bare(text: str) -> str:
    """A text that went through `plain`, without accents and other marks on its letters."""
    if text.isascii():
        return text
    parted = unicodedata.normalize("NFD", text)
    return "".join(one for one in parted if not unicodedata.combining(one))


def unstopped(sentence: str) -> str:
    """A sentence without the full stops of dates and abbreviations, as long as before.

    Phrases end at a full stop; inside one sentence there is none that ends anything.
    """
    return sentence[:-1].replace(".", " ") + sentence[-1:]


def any_of(phrases: Iterable[str]) -> str:
    """A regular expression for any of some phrases, for text that went through `bare`."""
    # The border stands before all of them once: that lets the engine skip by the first letter.
    patterns = (phrase_pattern(bare(plain(one))).removeprefix(r"(?<!\w)") for one in phrases)
    # The longest first, so that "jours ouvrables" is not read as "jours".
    found = sorted(patterns, key=len, reverse=True)
    return rf"(?<!\w)(?:{'|'.join(found)})"


def read_table(language: str) -> dict[str, Any]:
    """The data file of a language."""
    return read_data("phrases", "dates", f"{language}.toml")


def _words(table: Iterable[tuple[list[str], Value]]) -> Words[Value]:
    table = list(table)
    return Words(
        any_of(phrase for phrases, _ in table for phrase in phrases),
        tuple((re.compile(any_of(phrases)), value) for phrases, value in table),
    )


def day_rule(written: str) -> DayRule:
    """Read a rule such as `easter+1`.

    Raises:
        ValueError: it is none.
    """
    found = _RULE.fullmatch(written)
    if found is None:
        raise ValueError(f"{written!r} is no rule for a day")
    offset = int(found["offset"] or 0)
    if found["month"]:
        return DayRule(int(found["month"]), int(found["day"]), 0, offset)
    if found["easter"]:
        return DayRule(0, 0, 0, offset)
    weekday = _WEEKDAY_NAMES.index(found["weekday"]) + 1
    month = _MONTH_NAMES.index(found["of"]) + 1 if found["of"] else 0
    return DayRule(month, int(found["nth"] or 0), weekday, offset)


def _slots(data: dict[str, Any], words: dict[str, str]) -> dict[str, str]:
    number = rf"(?:\d{{1,3}}(?!\w|[.,]\d)|{words['number']})"
    between = any_of(data["between"]["words"])
    numeric = _NUMERIC + (_BARE_NUMERIC if data["between"].get("bare_dates") else "")
    return {
        "weekday": rf"{words['weekday']}\.?",
        "month": rf"{words['month']}\.?",
        "unit": words["unit"],
        "part": words["part"],
        "ordinal": words["ordinal"],
        "holiday": words["holiday"],
        # of "two to three" the last number is kept
        "count": rf"(?:{number}\s?(?:[-/\u2013\u2014]|{between})\s?)?(?P<count>{number})",
        "number": r"\d{1,2}(?!\d)",
        "day": rf"(?:\d{{1,2}}(?!\d)(?:st|nd|rd|th|er|ere|o|\.?ten)?\.?|{words['first']})",
        "nth_day": r"\d{1,2}(?:st|nd|rd|th|er|\.?ten|ter|\.)",
        "year": r"\d{4}",
        "numeric": f"(?:{numeric})",
    }


def _day_pattern(phrase: str, slots: dict[str, str]) -> re.Pattern[str]:
    def slot(found: re.Match[str]) -> str:
        name = found[1]
        return slots[name] if name == "count" else f"(?P<{name}>{slots[name]})"

    return re.compile(_SLOT.sub(slot, phrase_pattern(bare(plain(phrase)))))


@cache
def day_phrases(language: str) -> DayPhrases:
    """The words for days of one of `LANGUAGES`."""
    data = read_table(language)
    numbers = _words((words, int(number)) for number, words in data["numbers"].items())
    ordinals = _words((words, int(number)) for number, words in data["ordinals"].items())
    weekdays = _words((words, int(number)) for number, words in data["weekdays"].items())
    months = _words((words, int(number)) for number, words in data["months"].items())
    units = _words((words, Unit(name)) for name, words in data["units"].items())
    parts = _words((words, Part(name)) for name, words in data["parts"].items())
    holidays = _words(
        (one["names"], Holiday(day_rule(one["from"]), day_rule(one["to"])))
        for one in data["holidays"]
    )
    slots = _slots(
        data,
        {
            "number": numbers.pattern,
            "ordinal": ordinals.pattern,
            "weekday": weekdays.pattern,
            "month": months.pattern,
            "unit": units.pattern,
            "part": parts.pattern,
            "holiday": holidays.pattern,
            "first": any_of(data["ordinals"]["1"]),
        },
    )
    return DayPhrases(
        language=language,
        numbers=numbers,
        ordinals=ordinals,
        weekdays=weekdays,
        months=months,
        units=units,
        parts=parts,
        holidays=holidays,
        phrases=tuple(
            DayPhrase(Rule(rule), _day_pattern(phrase, slots))
            for rule, phrases in data["days"].items()
            for phrase in phrases
        ),
        modifiers=tuple(
            (Modifier(name), re.compile(rf"{any_of(phrases)}[^\w.!?]{{1,4}}$"))
            for name, phrases in data["modifiers"].items()
        ),
        abbreviation=re.compile(rf"(?:{months.pattern}|{weekdays.pattern})\.$"),
    )
