"""What an absence note says: when its writer is back, who stands in, and who has left for good.

A wrong day would hold a follow-up back or send it into an empty office, so only a day that is
written out counts, close to a word that says what the day means; anything else is None. The
words are data, `phrases/absence.toml`; the days are read by `day_grammar`, as promises are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from followupd.domain.workdays import Workdays
from followupd.reading.absence_phrases import absence_phrases
from followupd.reading.calendar_days import ONE_DAY, ONE_WEEK
from followupd.reading.day_grammar import NamedDay, named_days, parted
from followupd.reading.day_phrases import LANGUAGES, Modifier, Rule, bare, unstopped
from followupd.reading.day_rules import Setting, order_of
from followupd.reading.stand_in import StandIn, stand_in

if TYPE_CHECKING:
    from followupd.reading.absence_phrases import AbsencePhrases
    from followupd.reading.sentences import Sentence

__all__ = ["Absence", "StandIn", "read_absence", "return_day"]

_FARTHEST = timedelta(days=120)
_TEXT_LIMIT = 8000
_BEFORE = 90
"""How many characters before a day may hold the word that says what it means."""

_AWAY_NOW = frozenset({Rule.TODAY, Rule.THIS_WEEK})
_WEEKENDS = Workdays(ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Absence:
    """What an absence note says.

    Attributes:
        returns_on: the first day back, or None when that is not sure.
        stand_in: whom it names instead of its writer, or None.
        has_left: whether whoever was written to has left for good, such as into retirement.
    """

    returns_on: date | None
    stand_in: StandIn | None
    has_left: bool


def read_absence(text: str, subject: str, sent_on: date, writer: str = "") -> Absence:
    """Read an absence note; never raises.

    Args:
        text: its text, lines parted by a line break; the first 8,000 characters count.
        subject: its subject.
        sent_on: the day it was written, as its own Date has it.
        writer: the bare address it came from, which is nobody's stand-in; "" when not known.
    """
    note = f"{subject}\n\n{text}"
    parts = _parts(note)
    left = any(_says_left(sentence) for sentence in parts)
    return Absence(
        returns_on=None if left else _return_day(note, parts, sent_on),
        stand_in=stand_in(parts, writer),
        has_left=left,
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
    return _return_day(text, _parts(text), sent_on)


def _parts(note: str) -> list[Sentence]:
    own = "\n".join(line for line in note[:_TEXT_LIMIT].splitlines() if line[:1] != ">")
    return parted(own)


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


def _return_day(note: str, parts: list[Sentence], sent_on: date) -> date | None:
    noon = datetime.combine(sent_on, time(12), tzinfo=UTC)
    setting = Setting(noon, _WEEKENDS, order_of(note[:_TEXT_LIMIT], noon))
    if not setting.usable:
        return None
    told = _Told(set(), set(), set(), set())
    for sentence in parts:
        for language in LANGUAGES:
            _read(bare(sentence.plain), absence_phrases(language), setting, told)
    for days in (told.backs, told.starts, told.untils, told.now):
        if days:
            day = days.pop() if len(days) == 1 else None
            return day if day is not None and sent_on <= day <= sent_on + _FARTHEST else None
    return None


@dataclass(frozen=True, slots=True)
class _Told:
    """The first days back that a note tells, by how it tells them; None for an unsure one.

    Attributes:
        backs: "back on Monday".
        starts: "from Monday", in a sentence that speaks of coming back.
        untils: "until Friday".
        now: "out today".
    """

    backs: set[date | None]
    starts: set[date | None]
    untils: set[date | None]
    now: set[date | None]


def _read(text: str, phrases: AbsencePhrases, setting: Setting, told: _Told) -> None:
    days = named_days(text, phrases.language, setting)
    text = unstopped(text)
    for day in days:
        if day.rule is Rule.NONE:
            continue
        to_day = text[max(0, day.start - _BEFORE) : day.start]
        to_modifier = text[max(0, day.modified_from - _BEFORE) : day.modified_from]
        if phrases.back.search(to_day) or phrases.back.search(to_modifier):
            told.backs.add(_first_day_back(day, setting))
        elif phrases.until.search(to_day) or day.modifier is Modifier.UNTIL:
            told.untils.add(day.span.last + ONE_DAY if day.span is not None else None)
        elif phrases.starting.search(to_day):
            if phrases.coming_back.search(text) and not phrases.denied.search(text):
                told.starts.add(_first_day_back(day, setting))
        elif day.rule in _AWAY_NOW and day.span is not None and phrases.away.search(text):
            told.now.add(day.span.last + ONE_DAY)


def _first_day_back(day: NamedDay, setting: Setting) -> date | None:
    if day.span is None:
        return None
    if day.rule is Rule.WEEKDAY and day.span.first == setting.sent:
        return day.span.first + ONE_WEEK
    return max(day.span.first, setting.sent)
