"""Whom an absence note names instead of its writer.

A sentence tells the reader to turn to somebody, or says that somebody covers; the address may
stand alone on the next lines. A note that has no such words may still name an address of the
writer's own organisation in a sentence, and that counts too. Nobody to turn to: the writer, the
user, and whoever stands in a signature or a legal notice.

Where several are named, the words around each tell what to ask them. Whoever is there for people
who apply comes first, then the first who is there for anything or for what can't wait. Somebody
for one other thing alone, such as invoices, never counts; and of two or more who each have a
subject of their own, none of them hiring, nobody can be told to be the right one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from followupd.reading.absence.lines import Line, is_own, name_at_words, name_beside, tells
from followupd.reading.absence.phrases import not_names, topics
from followupd.reading.absence.stand_in_names import name_from
from followupd.reading.addresses import mailbox_key
from followupd.reading.dates.phrases import bare

if TYPE_CHECKING:
    from followupd.reading.absence.stand_in_names import Writer
    from followupd.reading.sentences import Sentence

_LABEL_WORDS = 4
_RIGHT_BEHIND = 30
"""How many characters behind one address, before the next, may say that its owner covers."""

_LINES_AFTER = 3
_CARD_WORDS = 10
"""The most words in a line that holds an address and little else."""

_MAILBOX_WORD = re.compile(r"[a-z]{1,40}")
_GLUED = re.compile(r"(?<=\w)(?=[<(\[][\w.+'-]{1,64}@)")
_MAILTO = re.compile(r"<mailto:([^>\s]{1,200})>|mailto:", re.IGNORECASE)
_WRITTEN_OUT = re.compile(r" ?[(\[{](?:at|\u00e4t|arroba|@)[)\]}] ?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody to turn to.

    Attributes:
        name: clean, at most 80 characters; "" when only an address is given.
        address: a bare address; "" when only a name is given.
    """

    name: str
    address: str


def spelled(text: str) -> str:
    """A text with its addresses as words of their own: no mailto:, no "(at)"."""
    text = _MAILTO.sub(lambda found: f" <{found[1]}>" if found[1] else "", text)
    return _GLUED.sub(" ", _WRITTEN_OUT.sub("@", text))


class _Topic(IntEnum):
    """What somebody is to be asked, the best first."""

    HIRING = 1
    GENERAL = 2
    OWN = 3
    """Something of which it can't be told whether it is hiring."""
    ELSEWHERE = 4


@dataclass(frozen=True, slots=True)
class _Named:
    who: StandIn
    topic: _Topic
    told: bool
    """Whether words tell to turn to them."""


def _topic_in(text: str) -> _Topic | None:
    """What a text says that somebody is to be asked; None where it says nothing."""
    known = topics()
    if known.hiring.search(text):
        return _Topic.HIRING
    if known.elsewhere.search(text) or known.elsewhere_first.match(text):
        return _Topic.ELSEWHERE
    if known.general.search(text):
        return _Topic.GENERAL
    introduced = len(known.about.findall(text))
    if introduced == 1 and known.anything.search(text):
        return _Topic.GENERAL
    return _Topic.OWN if introduced > 1 or known.about.match(text.lstrip(" ,;:-(")) else None


def _is_label(text: str) -> bool:
    """Whether what stands before a colon is a subject, and not "E-mail" or who is meant."""
    words = text.split()
    return 0 < len(words) <= _LABEL_WORDS and not tells(text) and words[-1] not in not_names()


def _topic_of_mailbox(address: str) -> _Topic | None:
    known = topics()
    parts = set(_MAILBOX_WORD.findall(bare(address.rpartition("@")[0].casefold())))
    if parts & known.hiring_mailboxes:
        return _Topic.HIRING
    return _Topic.ELSEWHERE if parts & known.elsewhere_mailboxes else None


def _named_in(line: Line, writer: Writer, *, listed: bool, above: str) -> list[_Named]:
    """Whoever is named in a sentence with an address.

    Args:
        line: the sentence.
        writer: who wrote it.
        listed: whether the sentence before tells to turn to those that follow.
        above: the name that the sentence before gives.
    """
    found: list[_Named] = []
    addresses = line.addresses()
    ends = [*(number for number, _ in addresses), len(line.words)][1:]
    begin, told, topic_behind = 0, listed, False
    topic: _Topic | None = None
    for (number, address), end in zip(addresses, ends, strict=True):
        before = line.part(begin, number).rpartition(";")[2]
        behind = line.part(number + 1, end).partition(";")[0]
        first, begin = begin, number + 1
        if writer.is_meant(address) or is_own(before):
            continue
        said_before = None if topic_behind else _topic_in(before)
        label, colon, _ = before.partition(":")
        labelled = bool(colon) and _topic_in(label) is not None
        if colon and said_before is None and listed and _is_label(label):
            said_before = _Topic.OWN
        covers = tells(behind if end == len(line.words) else behind[:_RIGHT_BEHIND])
        told = told or labelled or covers or tells(before)
        said_behind = _topic_in(behind) if said_before is None else None
        # "a@acme.example for invoices and b@acme.example for applications"
        topic_behind = topic_behind or (said_behind is not None and end < len(line.words))
        explicit = said_before or said_behind
        topic = explicit or topic
        # an address that says what it is for is not for anything else
        of_mailbox = _topic_of_mailbox(address)
        own = topic if explicit is _Topic.HIRING else of_mailbox or topic
        name = name_beside(line, first, number, writer, address) or (above if not found else "")
        found.append(_Named(StandIn(name, address), own or _Topic.GENERAL, told))
    return found


def stand_in(parts: list[Sentence], writer: Writer, *, is_absence: bool) -> StandIn | None:
    """The one whom a note names for somebody who applies, or None when that is not sure.

    Args:
        parts: the sentences of the note, its text `spelled`, without signature and quotes.
        writer: who wrote it.
        is_absence: whether the note says that somebody is away or has left: only then an
            address counts that no words point to.
    """
    found = _all_named(parts, writer)
    told = [one for one in found if one.told]
    if told:
        return _chosen(told)
    if not is_absence:
        return None
    return _chosen([one for one in found if writer.is_colleague(one.who.address)])


def _all_named(parts: list[Sentence], writer: Writer) -> list[_Named]:
    found: list[_Named] = []
    listed = 0
    above: _Named | None = None
    opens = False
    for sentence in parts:
        line = Line(sentence)
        if line.is_legal:
            continue
        is_card = len(line.words) <= _CARD_WORDS
        goes_on = bool(listed) and is_card
        name_above = above.who.name if goes_on and above is not None else ""
        named = _named_in(line, writer, listed=goes_on, above=name_above)
        if named:
            kept = [one for one in named if one.told or line.is_prose]
            found += kept
            # what was named above has its address now
            above = None
            listed = _LINES_AFTER if any(one.told for one in kept) else 0
            continue
        if tells(line.text) and not is_own(line.text):
            found += [above] if above is not None else []
            name = name_at_words(line, writer)
            topic = _topic_in(line.text) or _Topic.GENERAL
            above = _Named(StandIn(name, ""), topic, told=True) if name else None
            listed = _LINES_AFTER
            opens = line.opens
        elif goes_on:
            listed -= 1
            name = name_from(line.words, 0)
            if above is None and " " in name and not writer.is_named(name):
                above = _Named(StandIn(name, ""), _Topic.GENERAL, told=opens)
        else:
            listed = 0
    if above is not None:
        found.append(above)
    return found


def _chosen(found: list[_Named]) -> StandIn | None:
    """The right one of several."""
    for topic in (_Topic.HIRING, _Topic.GENERAL):
        those = [one.who for one in found if one.topic is topic]
        if those:
            return next((one for one in those if one.address), those[0])
    own = [one.who for one in found if one.topic is _Topic.OWN]
    return own[0] if len({mailbox_key(one.address) or one.name for one in own}) == 1 else None
