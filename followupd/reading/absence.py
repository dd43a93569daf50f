"""The day on which the writer of an absence note is back.

A wrong day would hold a follow-up back or send it into an empty office, so only a day that is
written out counts, close to a word that says what the day means; anything else is None. The
words are data: `phrases/absence.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from followupd.reading.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

_FARTHEST = timedelta(days=120)
_TEXT_LIMIT = 8000
_BEFORE = 90
"""How many characters before a day may hold the word that says what it means."""


def _alternatives(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases, the longest first."""
    ordered = sorted({folded(phrase) for phrase in phrases}, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in ordered)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The data, compiled."""

    day: re.Pattern[str]
    until: re.Pattern[str]
    back: re.Pattern[str]
    starting: re.Pattern[str]
    coming_back: re.Pattern[str]
    denied: re.Pattern[str]
    months: tuple[tuple[str, int], ...]

    def month(self, name: str) -> int:
        return dict(self.months)[name]


@cache
def _phrases() -> _Phrases:
    source = resources.files("followupd.reading") / "phrases" / "absence.toml"
    data = tomllib.loads(source.read_text("utf-8"))
    fillers = rf"(?:[\s,.:;(]+(?:{_alternatives(data['fillers'])})(?!\w))*[\s,.:(]*$"
    ranges = "|".join(
        rf"{_alternatives([first])}\s[^\n]{{1,30}}?\s{_alternatives([last])}"
        for first, last in data["ranges"]
    )
    months = tuple(
        (folded(name), number)
        for number, names in enumerate(data["months"], start=1)
        for name in names
    )
    month = _alternatives(name for name, _ in months)
    day = re.compile(
        r"(?<![\w./-])(?:"
        r"(?P<iso_year>\d{4})-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)"
        r"|(?P<dot_day>\d{1,2})\.\s?(?P<dot_month>\d{1,2})\.(?:\s?(?P<dot_year>\d{4}|\d\d))?"
        r"|(?P<one>\d{1,2})/(?P<other>\d{1,2})(?:/(?P<slash_year>\d{4}|\d\d))?"
        rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|o|\.)?\s+(?:of\s+|de\s+)?(?P<month>{month})"
        r"(?!\w)\.?,?(?:\s+(?:del?\s+)?(?P<year>\d{4}))?"
        rf"|(?P<us_month>{month})\.?\s+(?:the\s+)?(?P<us_day>\d{{1,2}})(?!\d)(?:st|nd|rd|th)?"
        # In "mar. 12 janvier" the first word is a weekday.
        rf"(?!\.?\s+(?:de\s+)?(?:{month})(?!\w))"
        r"(?:,?\s+(?P<us_year>\d{4}))?"
        r")(?![\w/-])"
    )
    return _Phrases(
        day=day,
        until=re.compile(rf"(?<!\w)(?:{_alternatives(data['until'])}|{ranges})(?!\w){fillers}"),
        back=re.compile(rf"(?<!\w)(?:{_alternatives(data['back'])})(?!\w){fillers}"),
        starting=re.compile(rf"(?<!\w)(?:{_alternatives(data['from'])})(?!\w){fillers}"),
        coming_back=re.compile(rf"(?<!\w)(?:{_alternatives(data['coming_back'])})"),
        denied=re.compile(rf"(?<!\w)(?:{_alternatives(data['denied'])})(?!\w)"),
        months=months,
    )


def _full_year(written: str) -> int:
    year = int(written)
    return year if len(written) > 2 else 2000 + year  # noqa: PLR2004 - two digits


def _resolved(year: str | None, month: int, day: int, sent_on: date) -> date | None:
    """The day meant, or None when there is none within reach of `sent_on`."""
    years = [_full_year(year)] if year else [sent_on.year, sent_on.year + 1]
    for candidate in years:
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if found >= sent_on:
            return found
    return None


def _day(found: re.Match[str], sent_on: date) -> date | None:
    part = found.groupdict()
    if part["iso_year"]:
        return _resolved(part["iso_year"], int(part["iso_month"]), int(part["iso_day"]), sent_on)
    if part["dot_day"]:
        return _resolved(part["dot_year"], int(part["dot_month"]), int(part["dot_day"]), sent_on)
    if part["one"]:
        one, other = int(part["one"]), int(part["other"])
        if one <= 12 and other <= 12 and one != other:  # noqa: PLR2004 - either may be the month
            return None
        return _resolved(part["slash_year"], min(one, other), max(one, other), sent_on)
    name = part["month"] or part["us_month"]
    written = part["year"] or part["us_year"]
    day = int(part["day"] or part["us_day"])
    return _resolved(written, _phrases().month(name), day, sent_on)


def _sentence(text: str, start: int, end: int) -> str:
    """What stands around a day, up to the ends of its sentence."""
    before = re.split(r"[!?\n]|\.\s", text[max(0, start - _BEFORE) : start])[-1]
    after = re.split(r"[!?\n]|\.\s", text[end : end + _BEFORE])[0]
    return f"{before} {after}"


def _last_day_away(day: date | None) -> date | None:
    return day + timedelta(days=1) if day is not None else None


def return_day(text: str, sent_on: date) -> date | None:
    """The first day back that an absence note names, or None when that is not sure.

    "Until X" means that X is the last day away; "back on X" and "ab X" mean X itself. A day
    without a year is the next such day on or after `sent_on`. None also for a day in the past
    or more than 120 days ahead, for one like 05/06 that can be read two ways, and for notes that
    name several.

    Args:
        text: the note's subject and text.
        sent_on: the day it was written, as its own Date has it.
    """
    phrases = _phrases()
    own = "\n".join(line for line in text[:_TEXT_LIMIT].splitlines() if line[:1] != ">")
    note = folded(own).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    backs: set[date | None] = set()
    untils: set[date | None] = set()
    for found in phrases.day.finditer(note):
        before = note[max(0, found.start() - _BEFORE) : found.start()]
        day = _day(found, sent_on)
        if phrases.back.search(before):
            backs.add(day)
        elif phrases.until.search(before):
            untils.add(_last_day_away(day))
        elif phrases.starting.search(before):
            sentence = _sentence(note, found.start(), found.end())
            if phrases.coming_back.search(sentence) and not phrases.denied.search(sentence):
                backs.add(day)
    for days in (backs, untils):
        if days:
            day = days.pop() if len(days) == 1 else None
            return day if day is not None and day - sent_on <= _FARTHEST else None
    return None
