"""Why a mail was taken for what it was: where it belongs, its marks, its words; pure.

`why` and `resolve` say it in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from followupd.cli.format import moment, worded
from followupd.domain import events as happened
from followupd.domain.days import say_day
from followupd.domain.events import Layer, Place
from followupd.domain.verdicts import is_sure
from followupd.reading.text import clean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from followupd.cli.desk import Desk
    from followupd.domain.events import Verdict, Words

Matched: TypeAlias = (
    happened.ReplyReceived | happened.HoldingReply | happened.Acknowledged | happened.PossibleReply
)
"""A mail that was laid to an interview, and by what."""

LIMIT = 200
_LAYERS = {
    Layer.REFERENCE: "it refers to a mail of this interview",
    Layer.ADDRESS: "it comes from a person of this interview",
    Layer.ORGANISATION: "it comes from the organisation of a person of this interview",
    Layer.NAME: "it names this interview",
    Layer.HAND: "you said so",
}


@dataclass(slots=True)
class Explanation:
    """What is told of one mail: a title, then facts under headings."""

    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)

    def add(self, heading: str, said: str) -> None:
        """One more fact; "" is none."""
        if said:
            self.facts.append((heading, said))

    def add_reasons(self, event: Matched, desk: Desk) -> None:
        """Where the mail belongs, and what was read in it."""
        self.add("Belongs here", f"{_LAYERS[event.layer]}: {clean(event.evidence, LIMIT)}")
        self.add("Its marks", clean(event.rule, LIMIT))
        self.add_verdict(event.verdict, desk)

    def add_verdict(self, verdict: Verdict | None, desk: Desk) -> None:
        """What it says, by which words, and what speaks against it."""
        if verdict is None:
            return
        unsure = "" if is_sure(verdict) else ", too little to decide by"
        self.add("Says", f"{worded(verdict.meaning)}, {verdict.confidence:.0%} sure{unsure}")
        shown: set[str] = set()
        for words in _each_once(verdict.evidence, shown):
            self.add("By the words", _with_place(words))
        if verdict.decision_by is not None:
            day = say_day(verdict.decision_by, desk.today)
            self.add("Names a day", f"{day}: {quoted(verdict.decision_words, LIMIT)}")
        if verdict.meets_at is not None:
            self.add("Names a time", moment(verdict.meets_at, desk.today, desk.workdays))
        for words in _each_once(verdict.against, shown):
            self.add("Against", f"{worded(words.meaning)}: {_with_place(words)}")


def reads_like(verdict: Verdict | None, desk: Desk) -> Iterator[str]:
    """What a mail seems to say, in one clause; nothing where nothing was read in it."""
    if verdict is None or not verdict.evidence:
        return
    until = ""
    if verdict.decision_by is not None:
        until = f", until {say_day(verdict.decision_by, desk.today)}"
    words = _shown(verdict.evidence[0])
    yield f"reads like: {worded(verdict.meaning)}{until}, {verdict.confidence:.0%} sure, by {words}"


def _each_once(every: Iterable[Words], shown: set[str]) -> Iterator[Words]:
    """The words that are not shown yet: a clause may speak for more than one thing."""
    for words in every:
        if words.words not in shown:
            shown.add(words.words)
            yield words


def _shown(words: Words) -> str:
    """The words as they are shown; what stands for an invitation is no quotation."""
    if words.place is Place.INVITATION:
        return clean(words.words, LIMIT)
    return quoted(words.words, LIMIT)


def _with_place(words: Words) -> str:
    places = {Place.INVITATION: "", Place.SUBJECT: ", in the subject"}
    return f"{_shown(words)}{places.get(words.place, f', in line {words.line}')}"
