"""What an absence note says: when its writer is back, who stands in, and who has left for good.

A wrong day would hold a follow-up back or send it into an empty office, so only a day that is
written out counts, close to a word that says what the day means; anything else is None. The
words are data, `phrases/absence.toml`; the days are read by `day_grammar`, as promises are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from followupd.domain.workdays import Workdays
from followupd.reading.absence_phrases import absence_phrases
from followupd.reading.calendar_days import ONE_DAY, ONE_WEEK
from followupd.reading.day_grammar import NamedDay, named_days, parted
from followupd.reading.day_phrases import LANGUAGES, Modifier, Rule, bare, unstopped
from followupd.reading.day_rules import Setting, order_of
from followupd.reading.newtext import new_text
from followupd.reading.stand_in import StandIn, Writer, spelled, stand_in

if TYPE_CHECKING:
    from followupd.reading.absence_phrases import AbsencePhrases
    from followupd.reading.sentences import Sentence

__all__ = ["Absence", "StandIn", "Writer", "read_absence", "return_day"]

_FARTHEST = timedelta(days=120)
_TEXT_LIMIT = 8000
_BEFORE = 90
"""How many characters before a day may hold the word that says what it means."""

_BEHIND = 70
"""How many characters behind a day may say that it is one of coming back."""

_AWAY_NOW = frozenset({Rule.TODAY, Rule.TOMORROW, Rule.THIS_WEEK})
_VAGUE = frozenset({Rule.IN_UNITS, Rule.LASTING, Rule.TODAY})
"""An answer "within two days" or "today" tells no day of return."""

_BORDER = re.compile(r"[,;:()\u2013]|\s(?:and|but|und|aber|et|mais|y|pero|e|o|ou|oder|or)\s")
_BETWEEN_DAYS = re.compile(
    r"[\s,)]{0,3}(?:-|\u2013|\u2014|to|through|thru|until|till|til|up to|bis|bis zum|bis einschl\.?"
    r"|bis einschliesslich|au|jusqu'au|al|hasta|hasta el|a)[\s,(]{0,3}(?:and including |einschl\.? )?"
)
"""What stands between the first and the last of several days."""

_WEEKENDS = Workdays(ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Absence:
    """What an absence note says.

    Attributes:
        returns_on: the first day back, or None when that is not sure.
        stand_in: whom it names instead of its writer, or None.
        has_left: whether whoever was written to has left for good, such as into retirement.
        is_absence: whether its words alone say that somebody is away, is back on a day, or has
            left: mail by machines says much else.
    """

    returns_on: date | None
    stand_in: StandIn | None
    has_left: bool
    is_absence: bool = False


def read_absence(text: str, subject: str, sent_on: date, writer: Writer | None = None) -> Absence:
    """Read an absence note; never raises.

    Args:
        text: its text, lines parted by a line break; the first 8,000 characters count.
        subject: its subject.
        sent_on: the day it was written, as its own Date has it.
        writer: whom it came from, who is nobody's stand-in; None when not known.
    """
    note = f"{subject}\n\n{_own(text)}"
    parts = _parts(note)
    left = any(_says_left(sentence) for sentence in parts)
    told = _told(note, parts, sent_on)
    is_absence = left or bool(told.backs) or any(_says_away(sentence) for sentence in parts)
    return Absence(
        returns_on=None if left else _day_of(told, sent_on),
        stand_in=stand_in(_parts(_own(text)), writer or Writer(), is_absence=is_absence),
        has_left=left,
        is_absence=is_absence,
    )


def return_day(text: str, sent_on: date) -> date | None:
    """The first day back that an absence note names, or None when that is not sure.

    "Until X" means that X is the last day away; "back on X" and "ab X" mean X itself, and of
    several days in a row ("back next week") the first. A weekday is the next one; "back on
    Monday", written on a Monday, is a week ahead, since the note went out. A day without a year
    is the next such day on or after `sent_on`. None also for a day in the past or more than 120
    days ahead, for one like 05/06 that can be read two ways, and for notes that name several.

    Args:
        text: the note's subject and text.
        sent_on: the day it was written, as its own Date has it.
    """
    return _day_of(_told(text, _parts(text), sent_on), sent_on)


def _own(text: str) -> str:
    """What the writer of the note wrote, without signature and quotes, as far as it counts."""
    return spelled(new_text(text[:_TEXT_LIMIT]))


def _parts(note: str) -> list[Sentence]:
    own = "\n".join(line for line in note[:_TEXT_LIMIT].splitlines() if line[:1] != ">")
    return parted(own)


def _says_away(sentence: Sentence) -> bool:
    said = unstopped(bare(sentence.plain))
    return any(absence_phrases(language).away.search(said) for language in LANGUAGES)


def _says_left(sentence: Sentence) -> bool:
    said = unstopped(bare(sentence.plain))
    return any(
        (phrases.left.search(said) or _left_by_name(sentence, said, phrases))
        and not phrases.left_unless.search(said)
        for phrases in map(absence_phrases, LANGUAGES)
    )


def _left_by_name(sentence: Sentence, said: str, phrases: AbsencePhrases) -> bool:
    """Whether a name follows: "has left Acme", and not "has left a message"."""
    found = phrases.left_named.search(said)
    if found is None:
        return False
    following = said.count(" ", 0, found.end()) + 1
    return any(word[:1].isupper() for word in sentence.words[following : following + 1])


@dataclass(frozen=True, slots=True)
class _Told:
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


def _told(note: str, parts: list[Sentence], sent_on: date) -> _Told:
    noon = datetime.combine(sent_on, time(12), tzinfo=UTC)
    setting = Setting(noon, _WEEKENDS, order_of(note[:_TEXT_LIMIT], noon))
    told = _Told()
    if setting.usable:
        for sentence in parts:
            for language in LANGUAGES:
                _read(bare(sentence.plain), absence_phrases(language), setting, told)
    return told


def _day_of(told: _Told, sent_on: date) -> date | None:
    """The first day back, by the surest of the ways in which a note tells it."""
    for days in (told.backs, told.starts, told.untils, told.now, told.answers):
        # a day that can be read two ways may be told again in full
        sure = {day for day in days if day is not None}
        if days:
            day = sure.pop() if len(sure) == 1 else None
            return day if day is not None and sent_on <= day <= sent_on + _FARTHEST else None
    return None


def _read(text: str, phrases: AbsencePhrases, setting: Setting, told: _Told) -> None:
    days = [day for day in named_days(text, phrases.language, setting) if day.rule is not Rule.NONE]
    if not days:
        return
    said = unstopped(text)
    if phrases.hours.search(said):
        return
    now = [day.span.last for day in days if day.rule in _AWAY_NOW and day.span is not None]
    before: NamedDay | None = None
    for day in days:
        _read_day(day, before, said, phrases, setting, told)
        before = day
    if now and phrases.away.search(said) and len(now) == len(days):
        told.now.add(max(now) + ONE_DAY)


def _read_day(
    day: NamedDay,
    before: NamedDay | None,
    text: str,
    phrases: AbsencePhrases,
    setting: Setting,
    told: _Told,
) -> None:
    to_day = text[max(0, day.start - _BEFORE) : day.start]
    to_modifier = text[max(0, day.modified_from - _BEFORE) : day.modified_from]
    back = phrases.back.search(to_modifier) or phrases.back.search(to_day)
    answers = phrases.answers.search(to_modifier) or phrases.answers.search(to_day)
    if before is not None and _BETWEEN_DAYS.fullmatch(text, before.end, day.start):
        told.untils.add(_day_after(day))
    elif back and not (answers and answers.start() < back.start()):
        told.backs.add(_first_day_back(day, text, phrases, setting))
    elif phrases.until.search(to_day) or day.modifier is Modifier.UNTIL:
        told.untils.add(_day_after(day))
    elif phrases.starting.search(to_day) and _comes_back(day, text, phrases):
        told.starts.add(_first_day_back(day, text, phrases, setting))
    elif answers and day.rule not in _VAGUE:
        told.answers.add(_first_day_back(day, text, phrases, setting))


def _comes_back(day: NamedDay, text: str, phrases: AbsencePhrases) -> bool:
    """Whether the thought around a day speaks of coming back, and denies nothing.

    "Not in the office, and from Monday available again": the denial is another thought.
    """
    behind = text[day.end : day.end + _BEHIND].lstrip(" ,)")
    found = phrases.coming_back.search(behind)
    if found is not None:
        border = _BORDER.search(behind, found.end())
        return not phrases.denied.search(behind[: border.start() if border else len(behind)])
    begins = 0
    for border in _BORDER.finditer(text, 0, day.modified_from):
        begins = border.end()
    thought = text[begins : day.start]
    return bool(phrases.coming_back.search(thought)) and not phrases.denied.search(thought)


def _day_after(day: NamedDay) -> date | None:
    return day.span.last + ONE_DAY if day.span is not None else None


def _first_day_back(
    day: NamedDay, text: str, phrases: AbsencePhrases, setting: Setting
) -> date | None:
    if day.modifier is Modifier.AFTER:
        # the day behind the one that is named, be it a working day or not
        named = named_days(text[day.start : day.end], phrases.language, setting)
        return _day_after(named[0]) if named else None
    if day.span is None:
        return None
    if day.rule is Rule.WEEKDAY and day.span.first == setting.sent:
        return day.span.first + ONE_WEEK
    return max(day.span.first, setting.sent)
