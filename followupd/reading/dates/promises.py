"""The day until which a writer promises a decision or the next word.

Asked too early, a recruiter is annoyed; so a day counts only where its sentence promises
something. A sentence is read by its cues (`phrases/dates/<language>.toml`): the writer promises,
asks the reader for something, asks for patience, or speaks of an appointment, a holiday or the
past. Each day belongs to the cue before it, else to the one after it, as long as both stand in
one thought. A day that stands nearly alone carries on the promise before it: "We are still
deciding. By Friday at the latest."

A range counts to its end, and the latest of several days counts. Words that name no day (soon,
in the next few days) are None, as is a day in the past or more than 180 days ahead. "A couple of
days" is such a word, since it means anything up to a week; "a couple of weeks" is two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING

from followupd.reading.dates.grammar import NamedDay, named_days, parted
from followupd.reading.dates.phrases import LANGUAGES, Modifier, any_of, bare, read_table, unstopped
from followupd.reading.dates.rules import REACH, Setting, order_of
from followupd.reading.phrase_sets import PhraseSet, Words
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from followupd.domain.workdays import Workdays
    from followupd.reading.sentences import Sentence

_LOOKED_AT = 8000
_WORDS_LIMIT = 120
_LONE_WORDS = 3
"""How many words of its own a thought may have that carries on another."""

_SIDE_WORDS = 4
_AFTER_ROOM = 40
_WORD = re.compile(r"\w+")
_DEADLINES = frozenset({Modifier.BY, Modifier.UNTIL, Modifier.BEFORE})


@dataclass(frozen=True, slots=True)
class Promised:
    """A day that was promised.

    Attributes:
        day: in the sender's zone.
        words: the words as they stood, clean, at most 120 characters.
        line: the line of the text they stood on, the first being 1.
    """

    day: date
    words: str
    line: int


class _Cue(StrEnum):
    """What a part of a sentence is about; the first of two of the same length counts."""

    DENIED = "denied"
    PATIENCE = "patience"
    REQUEST = "request"
    APPOINTMENT = "appointment"
    OTHER = "other"
    PROMISE = "promise"
    NEWS = "news"


_PROMISING = frozenset({_Cue.PATIENCE, _Cue.PROMISE, _Cue.NEWS})


@dataclass(frozen=True, slots=True)
class _Found:
    cue: _Cue
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Cues:
    """One language's cues, compiled."""

    cues: tuple[tuple[_Cue, PhraseSet], ...]
    deciding: PhraseSet
    continues: re.Pattern[str]
    afterwards: re.Pattern[str]
    borders: re.Pattern[str]
    meetings: re.Pattern[str]
    clock: re.Pattern[str]
    fillers: frozenset[str]


@cache
def _cues(language: str) -> _Cues:
    data = read_table(language)
    cues, sentences = data["cues"], data["sentences"]
    return _Cues(
        cues=tuple((cue, PhraseSet.of(cues[cue])) for cue in _Cue),
        deciding=PhraseSet.of(cues["deciding"]),
        continues=re.compile(any_of(cues["continues"])),
        afterwards=re.compile(any_of(cues["afterwards"])),
        borders=re.compile(rf"[,;:()\u2013\u2014]|\s-\s|{any_of(sentences['borders'])}"),
        meetings=re.compile(rf"[^\w.!?]{{0,3}}{any_of(sentences['meetings'])}"),
        clock=re.compile(rf"[^\w.!?]{{0,3}}{any_of(sentences['clock'])}"),
        fillers=frozenset(bare(word) for word in sentences["fillers"]),
    )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """One sentence, before it is read in any language."""

    sentence: Sentence
    text: str
    words: Words

    @classmethod
    def of(cls, sentence: Sentence) -> _Prepared:
        text = bare(sentence.plain)
        return cls(sentence, text, Words.of(text))


class _Reader:
    """One sentence, read in one language."""

    def __init__(self, prepared: _Prepared, language: str, setting: Setting) -> None:
        self._sentence = prepared.text
        self._text = unstopped(prepared.text)
        self._words = prepared.words
        self._setting = setting
        self._language = _cues(language)
        self._name = language
        self._said = [
            _Found(cue, one.start(), one.end())
            for cue, phrases in self._language.cues
            for one in phrases.found(self._text, self._words)
        ]

    @cached_property
    def _days(self) -> list[NamedDay]:
        return named_days(self._sentence, self._name, self._setting)

    @cached_property
    def _found(self) -> list[_Found]:
        """The cues, none inside a day or overlapping a longer one, in order."""
        order = list(_Cue)
        kept: list[_Found] = []
        for one in sorted(
            self._said,
            key=lambda one: (
                one.cue not in (_Cue.DENIED, _Cue.PATIENCE),  # "not" changes what it stands in
                one.start - one.end,
                order.index(one.cue),
            ),
        ):
            in_a_day = any(
                day.modified_from <= one.start and one.end <= day.end for day in self._days
            )
            if not in_a_day and all(
                one.end <= other.start or one.start >= other.end for other in kept
            ):
                kept.append(one)
        return sorted(kept, key=lambda one: one.start)

    @property
    def promises(self) -> bool:
        """Whether something is promised here, with or without a day."""
        may = any(one.cue in _PROMISING for one in self._said)
        return may and any(one.cue in _PROMISING for one in self._found)

    @property
    def deciding(self) -> bool:
        """Whether a day may follow in a sentence of its own."""
        if any(one.cue is _Cue.REQUEST for one in self._said):
            return self.promises
        return self.promises or self._language.deciding.stands(self._text, self._words)

    def promised(self, *, carried: bool) -> list[NamedDay]:
        """The days of this sentence that are promised.

        Args:
            carried: whether the sentence before promises something.
        """
        denied = any(one.cue is _Cue.DENIED for one in self._said)
        if not (carried or denied or self.promises):
            return []
        return [one for one in self._open_days() if self._is_promised(one, carried=carried)]

    def unclaimed(self) -> list[NamedDay]:
        """The days that belong to nothing here, such as the last day of interviews."""
        return [one for one in self._open_days() if self._governing(one) in (None, *_PROMISING)]

    @property
    def looks_back(self) -> bool:
        """Whether something is promised for after a day that was named before."""
        return self.promises and bool(self._language.afterwards.search(self._text))

    def _open_days(self) -> list[NamedDay]:
        return [one for one in self._days if one.span is not None and not self._is_meeting(one)]

    def _is_meeting(self, day: NamedDay) -> bool:
        rest = self._text[day.end : day.end + _AFTER_ROOM]
        if self._language.meetings.match(rest):
            return True
        return day.modifier not in _DEADLINES and bool(self._language.clock.match(rest))

    def _is_promised(self, day: NamedDay, *, carried: bool) -> bool:
        cue = self._governing(day)
        if self._text.endswith("?") and cue is not _Cue.PATIENCE:
            return False
        if cue is _Cue.DENIED:
            return day.modifier in (Modifier.UNTIL, Modifier.BEFORE, Modifier.AFTER)
        if cue is not None or not carried or self._found:
            return cue in _PROMISING
        lone = self._own_words(0, len(self._text), day) <= _LONE_WORDS
        return lone or bool(self._language.continues.search(self._text))

    def _governing(self, day: NamedDay) -> _Cue | None:
        """The cue that a day belongs to."""
        cues = [
            one
            for one in self._found
            if not (one.cue is _Cue.APPOINTMENT and day.modifier in _DEADLINES)
        ]
        begin, end = self._thought(day)
        before = [one for one in cues if one.start < day.start]
        after = [one for one in cues if one.start >= day.start]
        near_before = [one for one in before if one.end > begin]
        near_after = [one for one in after if one.start < end]
        near = near_before + near_after
        if any(one.cue is _Cue.DENIED for one in near):
            return _Cue.DENIED
        if near_before:
            return _last(near_before)
        if near_after:
            return near_after[0].cue
        alone = self._own_words(begin, end, day) <= _SIDE_WORDS
        if before and alone:
            return _last(before)
        if after and (alone or self._language.afterwards.search(self._text, day.end)):
            return after[0].cue
        return None

    def _thought(self, day: NamedDay) -> tuple[int, int]:
        """The part of the sentence between the borders around a day."""
        begin, end = 0, len(self._text)
        for border in self._language.borders.finditer(self._text):
            if any(one.start < border.end() and border.start() < one.end for one in self._days):
                continue
            if border.end() <= day.modified_from:
                begin = border.end()
            elif border.start() >= day.end:
                return begin, border.start()
        return begin, end

    def _own_words(self, begin: int, end: int, day: NamedDay) -> int:
        """How many words, but small ones and days, a part of the sentence has."""
        text = self._text
        for one in self._days:
            text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
        words = _WORD.findall(text[begin : day.modified_from] + " " + text[day.start : end])
        return sum(word not in self._language.fillers for word in words)


def _last(cues: list[_Found]) -> _Cue:
    """The last cue; of a decision that is asked for, the asking."""
    for one in reversed(cues):
        if one.cue is not _Cue.NEWS:
            return one.cue if one.cue in (_Cue.REQUEST, _Cue.DENIED, *_PROMISING) else cues[-1].cue
    return cues[-1].cue


def _in_language(parts: list[_Prepared], language: str, setting: Setting) -> Iterable[Promised]:
    before: _Reader | None = None
    before_sentence: Sentence | None = None
    for prepared in parts:
        sentence = prepared.sentence
        reader = _Reader(prepared, language, setting)
        days = reader.promised(carried=before is not None and before.deciding)
        for day in days:
            yield from _found(day, sentence, setting)
        if not days and before is not None and before_sentence is not None and reader.looks_back:
            for day in before.unclaimed():
                yield from _found(day, before_sentence, setting)
        before, before_sentence = reader, sentence


def _found(day: NamedDay, sentence: Sentence, setting: Setting) -> Iterable[Promised]:
    if day.span is None:
        return
    last = day.span.last
    if setting.sent <= last <= setting.sent + REACH:
        words, line = sentence.quote(day.modified_from, day.end)
        yield Promised(last, clean(words, _WORDS_LIMIT), max(line, 1))


def promised_day(text: str, sent_at: datetime, workdays: Workdays) -> Promised | None:
    """The day until which the writer promises a decision or the next word; never raises.

    Args:
        text: what the writer wrote this time, its lines parted by a line break; the first
            8,000 characters count.
        sent_at: when, with the sender's own offset: "tomorrow" is the sender's tomorrow.
        workdays: the working days that "five business days" are counted in.

    Returns:
        The latest day that is promised, and the words; None where no day is, or where it lies
        in the past or more than 180 days ahead.
    """
    text = text[:_LOOKED_AT]
    setting = Setting(sent_at, workdays, order_of(text, sent_at))
    if not setting.usable:
        return None
    parts = [_Prepared.of(sentence) for sentence in parted(text)]
    found = [one for language in LANGUAGES for one in _in_language(parts, language, setting)]
    return max(found, key=lambda one: one.day, default=None)
