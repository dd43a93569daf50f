"""Whom an absence note names instead of its writer.

A sentence that tells the reader to turn to somebody, or that somebody covers, holds the name or
the address; the address may stand alone on the next lines. An address of the writer's own, as
in a signature, is nobody's stand-in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.reading.absence_phrases import AbsencePhrases, absence_phrases, not_names
from followupd.reading.addresses import mailbox_key
from followupd.reading.day_phrases import LANGUAGES, bare
from followupd.reading.phrasing import plain
from followupd.reading.text import clean

if TYPE_CHECKING:
    from followupd.reading.sentences import Sentence

_NAME_LIMIT = 80
_LONGEST_NAME = 4
_ROOM = 8
"""How many words may stand between a name and its address, such as a phone number."""

_LINES_AFTER = 2
_CARD_WORDS = 10
"""The most words in a line that holds an address and little else."""

_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_NAME_WORD = re.compile(r"[^\W\d_]{1,30}(?:['\u2019.-][^\W\d_]{1,30}){0,3}")
_PARTICLES = frozenset(
    {
        *("von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "das", "la", "le"),
        *("el", "al", "bin", "ibn", "zu", "zur", "ten", "ter", "y"),
    }
)
_EDGES = "\"'()[]<>{},;:.!?\u201c\u201d\u201e\u00ab\u00bb*|"
_STOPS = ",;:.!?)(<>|"


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody to turn to.

    Attributes:
        name: clean, at most 80 characters; "" when only an address is given.
        address: a bare address; "" when only a name is given.
    """

    name: str
    address: str


def stand_in(parts: list[Sentence], writer: str) -> StandIn | None:
    """The first one a note names, with an address where any has one.

    Args:
        parts: the sentences of the note.
        writer: the bare address it came from, "" when not known.
    """
    writers_key = mailbox_key(writer)
    named: StandIn | None = None
    for number, sentence in enumerate(parts):
        cue = _cue(sentence)
        if cue is None:
            continue
        found = _with_address(sentence, writers_key)
        name = _name_at_cue(sentence, cue)
        if found is None:
            found = _on_next_lines(parts, number, writers_key, name)
        if found is not None:
            return found if found.name else StandIn(name, found.address)
        if named is None and name:
            named = StandIn(name, "")
    return named


@dataclass(frozen=True, slots=True)
class _Cue:
    """Where in a sentence somebody is named, counted in words."""

    first: int
    after: int
    phrases: AbsencePhrases


def _cue(sentence: Sentence) -> _Cue | None:
    said = bare(sentence.plain)
    for language in LANGUAGES:
        phrases = absence_phrases(language)
        found = phrases.stand_in.search(said)
        if found is None:
            continue
        own = phrases.own.search(said)
        if own is not None and own.start() <= found.start():
            continue
        last = said.count(" ", 0, found.end())
        return _Cue(said.count(" ", 0, found.start()), last + 1, phrases)
    return None


def _address_in(word: str, writers_key: str) -> str:
    if "://" in word:
        return ""
    for found in _ADDRESS.finditer(word):
        address = found[0].strip("'.-")
        if mailbox_key(address) != writers_key and clean(address, 320) == address:
            return address
    return ""


def _with_address(sentence: Sentence, writers_key: str) -> StandIn | None:
    words = sentence.words
    for number, word in enumerate(words):
        address = _address_in(word, writers_key)
        if address:
            return StandIn(_name_before(words, number) or _name_behind(words, number), address)
    return None


def _on_next_lines(
    parts: list[Sentence], number: int, writers_key: str, name: str
) -> StandIn | None:
    """An address that stands below, beside little else: "Ana Ruiz / ana@acme.example"."""
    above = name
    for sentence in parts[number + 1 : number + 1 + _LINES_AFTER]:
        if len(sentence.words) > _CARD_WORDS:
            return None
        found = _with_address(sentence, writers_key)
        if found is not None:
            return StandIn(found.name or above, found.address)
        above = above or _run(sentence.words, 0, forward=True)
    return None


def _is_name(word: str) -> bool:
    core = word.strip(_EDGES)
    return (
        core[:1].isupper()
        and _NAME_WORD.fullmatch(core) is not None
        and bare(plain(core)) not in not_names()
    )


def _run(words: tuple[str, ...], start: int, *, forward: bool) -> str:
    """The name that begins, or going back ends, at a word; "" when there is none."""
    step = 1 if forward else -1
    found: list[str] = []
    position = start
    while 0 <= position < len(words) and len(found) < _LONGEST_NAME + 1:
        word = words[position]
        core = word.strip(_EDGES)
        if not (_is_name(word) or (found and core in _PARTICLES)):
            break
        # a comma ends a name, behind it going forward and before it going back
        if not forward and found and word[-1:] in _STOPS:
            break
        found.append(core)
        if forward and word[-1:] in _STOPS:
            break
        if not forward and word[:1] in _STOPS:
            break
        position += step
    if not forward:
        found.reverse()
    while found and found[-1] in _PARTICLES:
        found.pop()
    while found and found[0] in _PARTICLES:
        found.pop(0)
    return clean(" ".join(found), _NAME_LIMIT)


def _name_before(words: tuple[str, ...], number: int) -> str:
    for position in range(number - 1, max(number - 1 - _ROOM, -1), -1):
        if _is_name(words[position]):
            return _run(words, position, forward=False)
        if "@" in words[position]:
            break
    return ""


def _name_behind(words: tuple[str, ...], number: int) -> str:
    follows = words[number + 1 : number + 2]
    if follows and _is_name(follows[0]) and follows[0][:1] == "(":
        return _run(words, number + 1, forward=True)
    return ""


def _name_at_cue(sentence: Sentence, cue: _Cue) -> str:
    """A name beside the words that tell to turn to somebody.

    Behind them two words, or one after a title or "colleague"; before them likewise, as in
    "my colleague Ana Ruiz is covering".
    """
    words = sentence.words
    for position in range(min(cue.after - 1, len(words) - 1), min(cue.after + _ROOM, len(words))):
        if _is_name(words[position]):
            name = _run(words, position, forward=True)
            before = words[position - 1] if position else ""
            if " " in name or bare(plain(before.strip(_EDGES))) in cue.phrases.whose:
                return name
            break
    for position in range(min(cue.first, len(words)) - 1, max(cue.first - _ROOM, -1), -1):
        if _is_name(words[position]):
            name = _run(words, position, forward=False)
            first = position - name.count(" ") - 1
            before = words[first] if first >= 0 else ""
            if " " in name or bare(plain(before.strip(_EDGES))) in cue.phrases.whose:
                return name
            break
    return ""
