"""Where a sentence names a day, and which day that is.

One grammar serves promises and absence notes. It reads a sentence with the words of one language
(`day_phrases`), keeps the longest reading at each place, and resolves it on the calendar
(`calendar_days`) from the day on which the mail was written, in its sender's zone.

* A weekday is the first on or after that day, from six in the evening the first after it. Said with
  "next", it lies in the calendar week
  after, since some mean that and nobody is harmed by the later one.
* Days are calendar days unless they are called working days.
* A day without a year is the next such day.
* After a holiday or a weekend means the first working day after; before it, the last one before.
* 3/12 is read in the order of its language, else in the one that the rest of the text or the
  sender's zone tells; where neither does, only if one reading alone lies within half a year.

A sentence is at most 120 words (`sentences`), so no pattern here meets more text than that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.reading.dates import calendar_days, rules
from followupd.reading.dates.calendar_days import ONE_DAY, Part, Span
from followupd.reading.dates.phrases import DayPhrases, Modifier, Rule, bare, day_phrases
from followupd.reading.sentences import LONGEST, Sentence, sentences

if TYPE_CHECKING:
    from followupd.reading.dates.rules import Setting

_MODIFIER_ROOM = 60
_SENTENCES = 400
_DAYS = 12
"""The most days that are looked at in one sentence."""

_TIGHT_DATE = re.compile(r"(?<!\w)(\d{1,2}\.)(?=[^\W\d_]{3})")
_DOTTED_END = re.compile(r"(?<![\w./-])\d{1,2}\.\d{1,2}\.\Z")


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day, or several in a row, that a sentence names.

    Attributes:
        start: where the words begin in the sentence, as `bare` makes it.
        end: where they end.
        span: the days; None for words that look like a day and are none.
        rule: how it was told.
        modifier: what the word before made of it, already applied.
        modified_from: where that word begins; `start` without any.
    """

    start: int
    end: int
    span: Span | None
    rule: Rule
    modifier: Modifier | None
    modified_from: int


def parted(text: str) -> list[Sentence]:
    """The sentences of a text; no abbreviated month or weekday ends one."""
    done: list[Sentence] = []
    for sentence in sentences(_TIGHT_DATE.sub(r"\1 ", text))[:_SENTENCES]:
        room = LONGEST - len(done[-1].words) if done else 0
        if len(sentence.words) <= room and _goes_on(done[-1].plain, sentence.plain):
            before = done.pop()
            done.append(
                Sentence(
                    before.words + sentence.words,
                    before.lines + sentence.lines,
                    f"{before.plain} {sentence.plain}",
                )
            )
        else:
            done.append(sentence)
    return done


def _goes_on(text: str, following: str) -> bool:
    """Whether the full stop at the end of a text belongs to a date."""
    end = bare(text[-20:])
    if _DOTTED_END.search(end):
        return True
    if not following[:1].isdigit():
        return False
    return any(day_phrases(one).abbreviation.search(end) for one in ("en", "de", "fr", "es"))


def named_days(text: str, language: str, setting: Setting) -> list[NamedDay]:
    """The days that a sentence names, in order; none overlaps another.

    Args:
        text: one sentence, as `bare` makes it.
        language: one of `day_phrases.LANGUAGES`.
        setting: when, and on which calendar.
    """
    phrases = day_phrases(language)
    found = [
        (one.start(), one.end(), phrase.rule, one)
        for phrase in phrases.phrases
        for one in phrase.pattern.finditer(text)
    ]
    found.sort(key=lambda one: (one[0] - one[1], one[2] is not Rule.NONE, one[0]))
    kept: list[NamedDay] = []
    for start, end, rule, match in found:
        if len(kept) == _DAYS:
            break
        if all(end <= other.start or start >= other.end for other in kept):
            kept.append(_named(text, rule, match, phrases, setting))
    return sorted(kept, key=lambda one: one.start)


def _named(
    text: str, rule: Rule, match: re.Match[str], phrases: DayPhrases, setting: Setting
) -> NamedDay:
    start, end = match.span()
    modifier, modified_from = _modifier(text, start, phrases)
    span = rules.span(rule, match, phrases, setting)
    if rule is Rule.HOLIDAY and modifier is None:
        span = None
    elif span is not None:
        span = _modified(span, rule, modifier, setting)
    return NamedDay(start, end, span, rule, modifier, modified_from)


def _modifier(text: str, start: int, phrases: DayPhrases) -> tuple[Modifier | None, int]:
    room = max(start - _MODIFIER_ROOM, 0)
    before = text[room:start]
    best: Modifier | None = None
    begins = start
    for modifier, pattern in phrases.modifiers:
        found = pattern.search(before)
        if found is not None and room + found.start() < begins:
            best, begins = modifier, room + found.start()
    return best, begins


def _modified(span: Span, rule: Rule, modifier: Modifier | None, setting: Setting) -> Span:
    workdays = setting.workdays
    match modifier:
        case Modifier.AFTER if rule not in (Rule.IN_UNITS, Rule.LASTING):
            return Span.of(calendar_days.working_day_after(span.last, workdays))
        case Modifier.BY | Modifier.UNTIL | Modifier.BEFORE if rule is Rule.HOLIDAY:
            if modifier is Modifier.UNTIL:
                return span
            return Span.of(calendar_days.working_day_before(span.first, workdays))
        case Modifier.BY | Modifier.BEFORE if rule is Rule.MONTH and span.first.day == 1:
            # "by January": when it begins. A part of a month keeps its own end.
            return Span.of(max(span.first, setting.sent)) if _is_whole_month(span) else span
        case Modifier.WEEK_OF:
            return calendar_days.week(calendar_days.monday_of(span.first), Part.WHOLE)
    return span


def _is_whole_month(span: Span) -> bool:
    return (span.last + ONE_DAY).day == 1
