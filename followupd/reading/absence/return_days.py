"""The first day back that an absence note tells, in whichever way it tells it.

Only a day that is written out counts, close to words that say what it means. "Until" means the
last day away. Months and holidays are too long to name a day; what lasts until a day and is no
absence, such as an application period or the writer's being there, tells nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from followupd.domain.workdays import Workdays
from followupd.reading.absence.phrases import absence_phrases
from followupd.reading.dates.calendar_days import ONE_DAY, ONE_WEEK
from followupd.reading.dates.grammar import NamedDay, named_days
from followupd.reading.dates.phrases import LANGUAGES, Modifier, Rule, bare, unstopped
from followupd.reading.dates.rules import Setting, order_of

if TYPE_CHECKING:
    from followupd.reading.absence.phrases import AbsencePhrases
    from followupd.reading.sentences import Sentence

_FARTHEST = timedelta(days=120)
_BEFORE = 90
"""How many characters before a day may hold the word that says what it means."""

_BEHIND = 70
"""How many characters behind a day may say that it is one of coming back."""

_AWAY_NOW = frozenset({Rule.TODAY, Rule.TOMORROW, Rule.THIS_WEEK})
_MONTHS = frozenset({Rule.MONTH, Rule.THIS_MONTH, Rule.NEXT_MONTH, Rule.NEW_YEAR})
"""Too long for their first day to be the first one back."""

_ADVERBS = frozenset({Rule.TOMORROW, Rule.DAY_AFTER_TOMORROW, Rule.NEXT_WEEK, Rule.NEXT_WEEKDAY})
"""Days that need no "on" or "from" before them."""

_VAGUE = frozenset({Rule.IN_UNITS, Rule.LASTING, Rule.TODAY})
"""An answer "within two days" or "today" tells no day of return."""

_BORDER = re.compile(r"[,;:()\u2013]|\s(?:and|but|und|aber|et|mais|y|pero|e|o|ou|oder|or)\s")
_BETWEEN_DAYS = re.compile(
    r"[\s,)]{0,3}(?:-|\u2013|\u2014|to|through|thru|until|till|til|up to|bis|bis zum|au|jusqu'au"
    r"|bis einschl\.?|bis einschliesslich|al|hasta|hasta el|a)[\s,(]{0,3}(?:and including )?"
)
"""What stands between the first and the last of several days."""

_DASH = re.compile(
    r"\s[-\u2013\u2014]\s|(?<=\d)[-\u2013\u2014](?=\d{1,2}[./]\s?\d)|(?<=\d\.)[-\u2013\u2014](?=\d)"
)
_DASHED = re.compile(r"(?<![\w./])\d{1,2}\.?\s?(?:to|[-\u2013\u2014])\s?\Z")
"""A first day, as in "5-18 December"."""

_WEEKENDS = Workdays(ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Told:
    """The first days back that a note tells, by how it tells them; None for an unsure one.

    Attributes:
        backs: "back on Monday".
        starts: "from Monday", in a thought that speaks of coming back.
        untils: "until Friday".
        now: "out today".
        answers: "I will answer on Monday".
    """

    backs: set[date | None] = field(default_factory=set)
    starts: set[date | None] = field(default_factory=set)
    untils: set[date | None] = field(default_factory=set)
    now: set[date | None] = field(default_factory=set)
    answers: set[date | None] = field(default_factory=set)


def told_days(note: str, parts: list[Sentence], sent_on: date) -> Told:
    """What a note tells about when its writer is back.

    Args:
        note: its subject and text.
        parts: the same in sentences.
        sent_on: the day it was written.
    """
    noon = datetime.combine(sent_on, time(12), tzinfo=UTC)
    setting = Setting(noon, _WEEKENDS, order_of(note, noon))
    told = Told()
    if setting.usable:
        for sentence in parts:
            for language in LANGUAGES:
                # a dash between two days would else join a day and a month
                text = _DASH.sub(" to ", bare(sentence.plain))
                _read(text, absence_phrases(language), setting, told)
    return told


def day_of(told: Told, sent_on: date) -> date | None:
    """The first day back, by the surest of the ways in which a note tells it."""
    for days in (told.backs, told.starts, told.untils, told.now, told.answers):
        # a day that can be read two ways may be told again in full
        sure = {day for day in days if day is not None}
        if days:
            day = sure.pop() if len(sure) == 1 else None
            return day if day is not None and sent_on <= day <= sent_on + _FARTHEST else None
    return None


def _read(text: str, phrases: AbsencePhrases, setting: Setting, told: Told) -> None:
    days = [day for day in named_days(text, phrases.language, setting) if day.rule is not Rule.NONE]
    if not days:
        return
    said = unstopped(text)
    if phrases.hours.search(said):
        days = [day for day in days if _back_at(day, said, phrases)]
    now = [day.span.last for day in days if day.rule in _AWAY_NOW and day.span is not None]
    before: NamedDay | None = None
    for day in days:
        _read_day(day, before, said, phrases, setting, told)
        before = day
    if now and phrases.away.search(said) and len(now) == len(days):
        told.now.add(max(now) + ONE_DAY)


def _before(day: NamedDay, text: str) -> tuple[str, str]:
    """What stands before a day, and before the word that changes it."""
    return (
        text[max(0, day.start - _BEFORE) : day.start],
        text[max(0, day.modified_from - _BEFORE) : day.modified_from],
    )


def _back_at(day: NamedDay, text: str, phrases: AbsencePhrases) -> re.Match[str] | None:
    to_day, to_modifier = _before(day, text)
    return phrases.back.search(to_modifier) or phrases.back.search(to_day)


def _read_day(
    day: NamedDay,
    before: NamedDay | None,
    text: str,
    phrases: AbsencePhrases,
    setting: Setting,
    told: Told,
) -> None:
    to_day, to_modifier = _before(day, text)
    back = _back_at(day, text, phrases)
    answers = phrases.answers.search(to_modifier) or phrases.answers.search(to_day)
    if _DASHED.search(to_day) or _ends_range(day, before, text, phrases):
        told.untils.add(_day_after(day))
    elif back and not (answers and answers.start() < back.start()):
        told.backs.add(_first_day_back(day, text, phrases, setting))
    elif _is_of_something_else(day, text, phrases):
        pass
    elif phrases.until.search(to_day) or day.modifier is Modifier.UNTIL:
        told.untils.add(_day_after(day))
    elif (day.rule in _ADVERBS or phrases.starting.search(to_day)) and _comes_back(
        day, text, phrases
    ):
        told.starts.add(_first_day_back(day, text, phrases, setting))
    elif answers and day.rule not in _VAGUE and day.modifier is not Modifier.BY:
        told.answers.add(_first_day_back(day, text, phrases, setting))


def _ends_range(day: NamedDay, before: NamedDay | None, text: str, phrases: AbsencePhrases) -> bool:
    """Whether a day is the last of several; two weekdays alone are mostly working days."""
    if before is None or not _BETWEEN_DAYS.fullmatch(text, before.end, day.start):
        return False
    weekdays = day.rule is before.rule is Rule.WEEKDAY
    return not weekdays or phrases.away.search(text) is not None


def _comes_back(day: NamedDay, text: str, phrases: AbsencePhrases) -> bool:
    """Whether the thought around a day speaks of coming back, and denies nothing.

    "Not in the office, and from Monday available again": the denial is another thought.
    """
    behind = text[day.end : day.end + _BEHIND].lstrip(" ,)")
    found = phrases.coming_back.search(behind)
    if found is not None:
        border = _BORDER.search(behind, found.end())
        return not phrases.denied.search(behind[: border.start() if border else len(behind)])
    thought = _thought_before(day, text)
    return bool(phrases.coming_back.search(thought)) and not phrases.denied.search(thought)


def _thought_before(day: NamedDay, text: str) -> str:
    begins = 0
    for border in _BORDER.finditer(text, 0, day.modified_from):
        begins = border.end()
    return text[begins : day.start]


def _is_of_something_else(day: NamedDay, text: str, phrases: AbsencePhrases) -> bool:
    """Whether a day ends or begins something else: "I'm in the office until Friday"."""
    thought = _thought_before(day, text)
    until = phrases.until.search(thought)
    lead = thought[: until.start()] if until else thought
    return phrases.lasts.search(lead) is not None and not phrases.denied.search(lead)


def _day_after(day: NamedDay) -> date | None:
    if day.span is None:
        return None
    # the end of a month is a day; "until March" and "until mid-March" are not
    is_end = day.span.first.day > 1 and (day.span.last + ONE_DAY).day == 1
    return day.span.last + ONE_DAY if is_end or day.rule not in _MONTHS else None


def _first_day_back(
    day: NamedDay, text: str, phrases: AbsencePhrases, setting: Setting
) -> date | None:
    if day.modifier is Modifier.AFTER:
        # the day behind the one that is named, be it a working day or not
        named = named_days(text[day.start : day.end], phrases.language, setting)
        if not named or named[0].span is None:
            return None
        is_from = phrases.starting.search(text[max(0, day.start - _BEFORE) : day.start])
        return named[0].span.first if is_from else named[0].span.last + ONE_DAY
    if day.span is None or day.rule in _MONTHS:
        return None
    if day.rule is Rule.WEEKDAY and day.span.first == setting.sent:
        return day.span.first + ONE_WEEK
    return max(day.span.first, setting.sent)
