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
from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from followupd.reading.absence_phrases import absence_phrases, topics
from followupd.reading.addresses import mailbox_key
from followupd.reading.day_phrases import LANGUAGES, bare
from followupd.reading.sentences import said
from followupd.reading.stand_in_names import (
    fitted,
    is_firm,
    is_name,
    is_shown_in,
    name_from,
    name_up_to,
    same_person,
    written,
)
from followupd.reading.text import clean

if TYPE_CHECKING:
    from followupd.reading.sentences import Sentence

_ROOM = 8
"""How many words may stand between a name and its address or the words that point to it."""

_NEAR = 4
_LINES_AFTER = 3
_CARD_WORDS = 10
"""The most words in a line that holds an address and little else."""

_SENTENCE_WORDS = 4
"""The fewest words with a small letter in a sentence, as against a line of a signature."""

_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
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


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a note, and who else is nobody's stand-in.

    Attributes:
        address: bare; "" when not known.
        name: as From shows it; may be empty.
        others: further bare addresses that are not to be named, such as the user's own.
    """

    address: str = ""
    name: str = ""
    others: frozenset[str] = frozenset()

    def is_meant(self, address: str) -> bool:
        """Whether an address is the writer's, also with another host, or one of the others'."""
        local = address.rpartition("@")[0].casefold()
        own = self.address.rpartition("@")[0].casefold()
        keys = {mailbox_key(each) for each in (self.address, *self.others) if each}
        return mailbox_key(address) in keys or (local == own and "." in own)

    def is_named(self, name: str) -> bool:
        """Whether a name is the writer's or the organisation's."""
        return (
            is_shown_in(name, self.address)
            or same_person(name, self.name)
            or is_firm(name, self.address)
        )

    def is_colleague(self, address: str) -> bool:
        """Whether an address belongs to the writer's organisation."""
        own, other = (
            each.rpartition("@")[2].casefold().split(".") for each in (self.address, address)
        )
        fewest = min(len(own), len(other))
        return fewest > 1 and own[-fewest:] == other[-fewest:]


def spelled(text: str) -> str:
    """A text with its addresses as words of their own: no mailto:, no "(at)"."""
    text = _MAILTO.sub(lambda found: f" <{found[1]}>" if found[1] else "", text)
    return _GLUED.sub(" ", _WRITTEN_OUT.sub("@", text))


class _Topic(IntEnum):
    """What somebody is to be asked, the best first."""

    HIRING = 0
    GENERAL = 1
    OWN = 2
    """Something of which it can't be told whether it is hiring."""
    ELSEWHERE = 3


@dataclass(frozen=True, slots=True)
class _Named:
    who: StandIn
    topic: _Topic
    told: bool
    """Whether words tell to turn to them."""


class _Line:
    """One sentence, with the places of what it says counted in words."""

    def __init__(self, sentence: Sentence) -> None:
        self.words = sentence.words
        forms = [bare(said(word)) for word in sentence.words]
        self._starts = [0, *accumulate(len(form) + 1 for form in forms)]
        self.text = " ".join(forms)

    def word_at(self, place: int) -> int:
        """Which word a place of the text belongs to."""
        return min(bisect_right(self._starts, place) - 1, len(self.words) - 1)

    def part(self, begin: int, end: int) -> str:
        """What the words from `begin` to before `end` say."""
        return self.text[self._starts[begin] : max(self._starts[end] - 1, 0)]

    @cached_property
    def is_legal(self) -> bool:
        """Whether an address here is nobody to turn to."""
        return any(absence_phrases(one).never.search(self.text) for one in LANGUAGES)

    @cached_property
    def is_prose(self) -> bool:
        """Whether this is a sentence rather than a line of a signature."""
        return sum(word[:1].islower() and "@" not in word for word in self.words) >= _SENTENCE_WORDS

    @cached_property
    def opens(self) -> bool:
        """Whether whoever it tells to turn to can only stand on the next line."""
        end = self.text.rstrip(" :")
        return self.text.endswith(":") or any(
            found.end() >= len(end)
            for one in LANGUAGES
            for found in absence_phrases(one).turn_to.finditer(self.text)
        )

    def addresses(self) -> list[tuple[int, str]]:
        """The words that hold an address, and the address."""
        found = []
        for number, word in enumerate(self.words):
            match = None if "@" not in word or "://" in word else _ADDRESS.search(word)
            address = match[0].strip("'.-") if match else ""
            if address and clean(address, 320) == address:
                found.append((number, address))
        return found


def _tells(text: str) -> bool:
    return any(
        absence_phrases(one).turn_to.search(text) or absence_phrases(one).covers.search(text)
        for one in LANGUAGES
    )


def _is_own(text: str) -> bool:
    """Whether what stands before an address says that it is the writer's own."""
    for language in LANGUAGES:
        phrases = absence_phrases(language)
        last = None
        for last in phrases.own.finditer(text):  # noqa: B007 - only the last one matters
            pass
        if last is not None and not _tells(text[last.end() :]):
            return True
    return False


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


def _topic_of_mailbox(address: str) -> _Topic | None:
    known = topics()
    parts = set(_MAILBOX_WORD.findall(bare(address.rpartition("@")[0].casefold())))
    if parts & known.hiring_mailboxes:
        return _Topic.HIRING
    return _Topic.ELSEWHERE if parts & known.elsewhere_mailboxes else None


def _named_in(line: _Line, writer: Writer, *, listed: bool, above: str) -> list[_Named]:
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
        before, behind = line.part(begin, number), line.part(number + 1, end)
        first, begin = begin, number + 1
        if writer.is_meant(address) or _is_own(before):
            continue
        said_before = None if topic_behind else _topic_in(before)
        labelled = before.rstrip(" <(").endswith(":") and said_before is not None
        told = told or labelled or _tells(before) or (end == len(line.words) and _tells(behind))
        said_behind = _topic_in(behind) if said_before is None else None
        # "a@acme.example for invoices and b@acme.example for applications"
        topic_behind = topic_behind or (said_behind is not None and end < len(line.words))
        topic = said_before or said_behind or topic
        # an address that says what it is for is not for anything else
        of_mailbox = _topic_of_mailbox(address)
        own = of_mailbox if of_mailbox is not None and topic is not _Topic.HIRING else topic
        name = _name_beside(line, first, number, writer, address) or (above if not found else "")
        found.append(_Named(StandIn(name, address), own or _Topic.GENERAL, told))
    return found


def _name_beside(line: _Line, first: int, number: int, writer: Writer, address: str) -> str:
    """The name that belongs to the address at a word; "" when there is none."""
    words = line.words
    for position in range(number - 1, max(number - 1 - _ROOM, first - 1), -1):
        if is_name(words[position]):
            name = fitted(name_up_to(words, position, first), address)
            start = position - name.count(" ")
            if _counts(name, words[start - 1] if start > first else "", writer, address):
                return name
            break
    if words[number + 1 : number + 2] and words[number + 1][:1] == "(":
        name = fitted(name_from(words, number + 1), address)
        return name if _counts(name, "", writer, address) else ""
    return _name_that_covers(line, number, writer, address)


def _name_that_covers(line: _Line, number: int, writer: Writer, address: str) -> str:
    """Two words that are a name and stand in the address, wherever in the sentence."""
    for position in range(len(line.words)):
        if is_name(line.words[position]):
            name = name_from(line.words, position)
            if " " in name and is_shown_in(name, address) and not writer.is_named(name):
                return name
    return ""


def _counts(name: str, before: str, writer: Writer, address: str) -> bool:
    """Whether a name is somebody's: two words, or one that is introduced."""
    if not name or writer.is_named(name) or is_firm(name, address):
        return False
    return " " in name or _is_introduced(before)


def _is_introduced(before: str) -> bool:
    return any(written(before) in absence_phrases(one).whose for one in LANGUAGES)


def _name_at_words(line: _Line, writer: Writer) -> str:
    """The name beside the words that tell to turn to somebody; "" for none."""
    for language in LANGUAGES:
        phrases = absence_phrases(language)
        for found in phrases.covers.finditer(line.text):
            first, last = line.word_at(found.start()), line.word_at(found.end() - 1)
            name = _name_back(line, first - 1, writer) or _name_on(line, last, writer)
            if name:
                return name
        for found in phrases.turn_to.finditer(line.text):
            first, last = line.word_at(found.start()), line.word_at(found.end() - 1)
            # "give Ana Ruiz a ring" holds the name itself
            name = _name_on(line, last, writer) or _name_on(line, first, writer)
            if name:
                return name
    return ""


def _name_on(line: _Line, start: int, writer: Writer) -> str:
    """The first name from a word on."""
    for position in range(start, min(start + _ROOM, len(line.words))):
        if is_name(line.words[position]):
            name = name_from(line.words, position)
            before = line.words[position - 1] if position else ""
            return name if _counts(name, before, writer, "") else ""
    return ""


def _name_back(line: _Line, start: int, writer: Writer) -> str:
    """The name that ends right before a word."""
    for position in range(start, max(start - _NEAR, -1), -1):
        if is_name(line.words[position]):
            name = name_up_to(line.words, position)
            begins = position - name.count(" ")
            before = line.words[begins - 1] if begins > 0 else ""
            return name if _counts(name, before, writer, "") else ""
    return ""


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
        line = _Line(sentence)
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
        tells = _tells(line.text) and not _is_own(line.text)
        if tells:
            found += [above] if above is not None else []
            name = _name_at_words(line, writer)
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
