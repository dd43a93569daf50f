"""What an answer says, told from its words, on this machine and without guessing.

Phrases of a language's file speak for one meaning each, more or less surely. A sentence under a
condition ("if you are selected, ...") promises nothing. What was found is weighed (`weighing`), and
the weights of `phrases/meaning/weights.toml` are fitted so that of the verdicts given with a
confidence of 0.9 about nine in ten are right: on half of the synthetic cases, on half of two
collections of recruiters' public mail and templates, and on mail about other things. Every verdict
names the words it rests on, and those that spoke for something else; what no words speak for is no
verdict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from followupd.domain.events import Meaning, Place, Words
from followupd.reading.meaning.clauses import Clauses
from followupd.reading.meaning.phrasebook import Language, Phrase, Tier, languages, languages_of
from followupd.reading.meaning.weighing import Feature, Topic, features_of, likelihoods, weights
from followupd.reading.sentences import Sentence, one, sentences
from followupd.reading.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

READ = 8_000
"""The most characters of a text that are looked at: a mail says what it has to say early."""

_READ_OF_SUBJECT = 500
_MOST_WORDS = 5
_SUREST = 0.99
_SUREST_BY_SUBJECT = 0.75
_LONG = 60
_A_FEW_SENTENCES = 15
_PER_HIRING_WORD = 200
_ON_TOPIC = 2

_QUESTION = re.compile(r"\?[\"')\]\u201d\u00bb!]{0,3}\Z")
_NEVER_ASKED = frozenset({Meaning.OFFER, Meaning.REJECTION})


@dataclass(frozen=True, slots=True)
class Understood:
    """What a mail was understood to mean.

    Attributes:
        meaning: the likeliest meaning.
        confidence: how often such a verdict is right, 0 to 0.99; at most 0.75 when only the subject
            speaks for it.
        evidence: the words it rests on, strongest first, at most five; empty when nothing was
            recognised, which is `Meaning.OTHER` with a confidence near one half.
        against: words that spoke for something else, strongest first, at most five.
    """

    meaning: Meaning
    confidence: float
    evidence: tuple[Words, ...]
    against: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail as it was read.

    Attributes:
        hits: what was found in it.
        topic: whether it is about a job at all.
    """

    hits: list[_Hit]
    topic: Topic


@dataclass(frozen=True, slots=True)
class _Hit:
    meaning: Meaning
    tier: Tier
    sentence: Sentence
    start: int
    end: int

    @property
    def in_subject(self) -> bool:
        return self.sentence.lines[0] == 0

    def words(self) -> Words:
        quote, line = self.sentence.quote(self.start, self.end)
        place = Place.SUBJECT if self.in_subject else Place.TEXT
        return Words(self.meaning, quote, place, line)


def understand(subject: str, text: str) -> Understood:
    r"""Say what an answer means for an interview.

    Args:
        subject: the mail's subject. One that begins with "Re:" repeats what was written before
            and is not looked at.
        text: what is new in the mail, without quotes and signature, lines parted by `\n`; the
            first 8,000 characters are looked at.

    Returns:
        The likeliest meaning, how sure that is, and the words that say so. Never raises.
    """
    letter = _read(subject, text)
    hits = letter.hits
    chances = likelihoods(_features(letter), weights())
    # a meaning that nothing speaks for is no verdict, however little the others weigh
    open_to = {Meaning.OTHER, *(hit.meaning for hit in hits)}
    meaning = max(Meaning, key=lambda each: (each in open_to, chances[each]))
    speaking = [hit for hit in hits if hit.meaning is meaning]
    return Understood(
        meaning,
        min(round(chances[meaning], 3), _surest(speaking)),
        _shown(speaking),
        _shown(hit for hit in hits if hit.meaning is not meaning),
    )


def _surest(hits: list[_Hit]) -> float:
    """How sure one may be at most: a subject is a title, and its text may say another thing."""
    spoken = [hit for hit in hits if hit.tier is not Tier.WEAK]
    by_subject = bool(spoken) and all(hit.in_subject for hit in spoken)
    return _SUREST_BY_SUBJECT if by_subject else _SUREST


def features(subject: str, text: str) -> frozenset[Feature]:
    """What was found in a mail, by name: what the weights are fitted on."""
    return _features(_read(subject, text))


def _features(letter: _Letter) -> frozenset[Feature]:
    spoken = [hit for hit in letter.hits if hit.in_subject and hit.tier is not Tier.WEAK]
    return features_of(
        ((hit.meaning, hit.tier) for hit in letter.hits),
        {hit.meaning for hit in spoken},
        letter.topic,
    )


def _shown(hits: Iterable[_Hit]) -> tuple[Words, ...]:
    ranks = list(Tier)
    ordered = sorted(hits, key=lambda hit: ranks.index(hit.tier))
    if ordered and ordered[0].tier is not Tier.WEAK:
        ordered = [hit for hit in ordered if hit.tier is not Tier.WEAK]
    return tuple(dict.fromkeys(hit.words() for hit in ordered))[:_MOST_WORDS]


@cache
def _answers() -> re.Pattern[str]:
    """How the subject of an answer begins, which the other side chose."""
    prefixes = sorted(map(re.escape, vocabulary().answer_prefixes), key=len, reverse=True)
    return re.compile(rf"\s*(?:{'|'.join(prefixes)})(?:\[\d{{1,3}}\])?\s?:", re.IGNORECASE)


def _read(subject: str, text: str) -> _Letter:
    read = sentences(text[:READ])
    if not _answers().match(subject[:_READ_OF_SUBJECT]):
        heading = one(subject[:_READ_OF_SUBJECT])
        read[:0] = [heading] if heading else []
    whole = " ".join(sentence.plain for sentence in read)
    spoken = languages_of(whole, languages())
    hits = [hit for sentence in read for hit in _hits_in(sentence, spoken)]
    return _Letter(hits, _topic(whole, spoken))


def _topic(whole: str, spoken: list[Language]) -> Topic:
    length = whole.count(" ") + 1
    found = sum(len(each.hiring.findall(whole)) for each in spoken)
    if length >= _LONG and found < 1 + length // _PER_HIRING_WORD:
        return Topic.ELSE
    if length >= _A_FEW_SENTENCES and not found:
        return Topic.SILENT
    return Topic.HIRING if found >= _ON_TOPIC else Topic.UNCLEAR


def _hits_in(sentence: Sentence, spoken: list[Language]) -> list[_Hit]:
    asked = _QUESTION.search(sentence.plain) is not None
    return _apart(
        [
            _Hit(min(phrase.meanings), _heard(phrase, asked=asked), sentence, *span)
            for phrase, span in Clauses.of(sentence.plain, spoken).standing()
        ]
    )


def _heard(phrase: Phrase, *, asked: bool) -> Tier:
    """How surely a phrase speaks in its sentence: nobody hires or refuses by asking.

    "Did they make you an offer?" is a friend's question.
    """
    return Tier.WEAK if asked and not phrase.meanings.isdisjoint(_NEVER_ASKED) else phrase.tier


def _apart(hits: list[_Hit]) -> list[_Hit]:
    """One hit for each thing that was said: of hits that overlap, the surest, then the longest."""
    ranks = list(Tier)
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (ranks.index(hit.tier), hit.start - hit.end)):
        if not any(
            hit.meaning is other.meaning and hit.start < other.end and other.start < hit.end
            for other in kept
        ):
            kept.append(hit)
    return kept
