"""What an absence note says: when its writer is back, who stands in, and who has left for good.

A wrong day would hold a follow-up back or send it into an empty office, and a wrong stand-in
would be written to, so what is not sure is None. The words are data, `phrases/absence.toml`; the
days are read by `day_grammar`, as promises are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.reading.absence.phrases import absence_phrases
from followupd.reading.absence.return_days import day_of, told_days
from followupd.reading.absence.stand_in import StandIn, spelled, stand_in
from followupd.reading.absence.stand_in_names import Writer
from followupd.reading.dates.grammar import parted
from followupd.reading.dates.phrases import LANGUAGES, bare, unstopped
from followupd.reading.newtext import new_text

if TYPE_CHECKING:
    from datetime import date

    from followupd.reading.absence.phrases import AbsencePhrases
    from followupd.reading.sentences import Sentence

__all__ = ["Absence", "StandIn", "Writer", "read_absence", "return_day"]

_TEXT_LIMIT = 8000


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
    note = f"{subject[:_TEXT_LIMIT]}\n\n{_own(text)}"[:_TEXT_LIMIT]
    parts = _parts(note)
    left = any(_says_left(sentence) for sentence in parts)
    told = told_days(note, parts, sent_on)
    is_absence = left or bool(told.backs) or any(_says_away(sentence) for sentence in parts)
    return Absence(
        returns_on=None if left else day_of(told, sent_on),
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
    return day_of(told_days(text, _parts(text), sent_on), sent_on)


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
