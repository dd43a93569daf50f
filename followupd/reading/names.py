"""Companies and roles as they are found in a subject or a text: as whole words, or not at all.

"HP" is no part of "PHP", and a company called "Talent" is not meant by every "Talent Acquisition
Specialist". The words that say little are data: `phrases/matching.toml`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from followupd.reading.text import folded
from followupd.reading.vocabulary import vocabulary

_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts that put no blanks between words: Thai, Lao, kana, Han, Hangul with its particles."""

_UNSPACED_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|股份有限公司|有限责任公司|有限公司|주식회사|\(株\)|\(주\)"
)
_BRACKETED = re.compile(r"\([^()]{0,100}\)")
_TOP_LEVEL = re.compile(r"(?<=\w)\.(?:com|net|org|io|ai|co|de|fr|es|app|dev|tech)\b", re.IGNORECASE)
_SEGMENTS = re.compile('[:|,;()\\[\\]{}<>/·•!?\u2013\u2014"“”„«»]+|\\s-|-\\s')

_TELLING_LETTERS = 4
"""A shorter name is found in too much that is not about it."""

_TELLING_SIGNS = 3
"""The same in a script where a sign is a syllable or a word."""

_LIMIT = 64 * 1024
"""Characters of a text that are looked at."""

_HEADER_LIMIT = 1000
"""A longer text is no subject and no name, and is not cut into segments."""


def words(text: str) -> list[str]:
    """The words of a text, folded, in order; of its first 64 KiB."""
    return _WORD.findall(folded(text[:_LIMIT]))


@dataclass(frozen=True, slots=True)
class Company:
    """A company's name as it is looked for.

    Attributes:
        name: its words, folded, without the legal form; "" for a name without any letter, which
            is never found.
        unspaced: whether it is written in a script without blanks between words.
        weak: whether the name alone says too little: fewer than four letters, or everyday words.
        spelt: the words of `name`, their capitals as the user wrote them.
    """

    name: str
    unspaced: bool
    weak: bool
    spelt: tuple[str, ...] = ()

    @classmethod
    def of(cls, written: str) -> Company:
        """Read a company's name as the user wrote it."""
        whole = unicodedata.normalize("NFKC", written[:_HEADER_LIMIT])
        bare = _BRACKETED.sub(" ", _UNSPACED_FORMS.sub(" ", whole))
        spelt = _WORD.findall(bare) or _WORD.findall(whole)
        while len(spelt) > 1 and folded(spelt[-1]) in vocabulary().legal_forms:
            spelt.pop()
        found = [folded(word) for word in spelt]
        letters = sum(character.isalpha() for word in found for character in word)
        if not letters:
            return cls("", unspaced=False, weak=True)
        unspaced = bool(_UNSPACED.search("".join(found)))
        little = vocabulary().common_names | vocabulary().stop | vocabulary().calendar_words
        telling = _TELLING_SIGNS if unspaced else _TELLING_LETTERS
        weak = letters < telling or all(word in little for word in found)
        return cls(("" if unspaced else " ").join(found), unspaced, weak, tuple(spelt))

    @property
    def is_short(self) -> bool:
        """Whether the name is weak because of its length only: EQ, but not On."""
        little = vocabulary().common_names | vocabulary().stop | vocabulary().calendar_words
        return self.weak and not all(folded(word) in little for word in self.spelt)


def joined_forms(written: str) -> frozenset[str]:
    """A company's name as domains and mailboxes write it: booking.com is booking, too.

    Umlauts count as two letters and as one without dots; none for a name without letters.
    """
    found = set()
    for name in (written, _TOP_LEVEL.sub(" ", written)):
        joined = Company.of(name).name.replace(" ", "")
        found |= {joined, without_accents(joined)}
        for letter, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
            joined = joined.replace(letter, pair)
        found.add(without_accents(joined))
    return frozenset(found - {""})


def without_accents(text: str) -> str:
    """A text without the accents on Latin letters: José is Jose."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFD", text)
    kept = "".join(sign for sign in plain if not "\u0300" <= sign <= "\u036f")
    return unicodedata.normalize("NFC", kept)


@dataclass(frozen=True, slots=True)
class Role:
    """A role's words as they are looked for.

    Attributes:
        every: all but stop words.
        significant: without those that stand in every second role, such as "senior".
    """

    every: frozenset[str]
    significant: frozenset[str]

    @classmethod
    def of(cls, written: str) -> Role:
        """Read a role as the user wrote it."""
        found = words(written[:_HEADER_LIMIT])
        parts = {part for pair in _compounds(found) for part in pair}
        joined = {first + second for first, second in _compounds(found)}
        every = frozenset((set(found) - parts) | joined) - vocabulary().stop
        return cls(every, every - vocabulary().generic)


def _compounds(found: list[str]) -> list[tuple[str, str]]:
    return [pair for pair in pairwise(found) if pair in vocabulary().compounds]


class Haystack:
    """A text in which names are looked for; its first 64 KiB count."""

    __slots__ = ("_folded", "_joined", "_meant", "_tokens", "_written", "words")

    def __init__(self, text: str) -> None:
        self._written = unicodedata.normalize("NFKC", text[:_LIMIT])
        self._folded = folded(self._written)
        found = _WORD.findall(self._folded)
        self._joined = f" {' '.join(found)} "
        self.words = frozenset([*found, *(first + second for first, second in _compounds(found))])
        self._tokens: list[str] | None = None
        self._meant: dict[tuple[str, ...], bool] = {}

    def holds(self, company: Company) -> bool:
        """Whether the company's name stands here as whole words, whatever they mean."""
        if not company.name:
            return False
        if company.unspaced:
            return company.name in self._folded
        return f" {company.name} " in self._joined

    def names(self, company: Company) -> bool:
        """Whether the company is meant here, be its name a common word.

        Such a name has to stand in its capitals, alone between dashes and the like, or behind
        words such as "your interview with".
        """
        if not self.holds(company):
            return False
        if not company.weak or company.unspaced:
            return True
        if company.spelt not in self._meant:
            self._meant[company.spelt] = self._means(company)
        return self._meant[company.spelt]

    def holds_all(self, wanted: frozenset[str]) -> bool:
        """Whether every one of some words stands here; no for none."""
        return bool(wanted) and wanted <= self.words

    def _means(self, company: Company) -> bool:
        if self._tokens is None:
            self._tokens = _WORD.findall(self._written)
        tokens = self._tokens
        size = len(company.spelt)
        for start in range(1, len(tokens) - size + 1):
            if _is_spelt(tokens[start : start + size], company):
                one, two = tokens[start - 1], " ".join(tokens[max(start - 2, 0) : start])
                if {folded(one), folded(two)} & vocabulary().before_company:
                    return True
        return len(self._written) <= _HEADER_LIMIT and any(
            _stands_alone(_WORD.findall(segment), company)
            for segment in _SEGMENTS.split(self._written)
        )


def _is_spelt(tokens: list[str], company: Company) -> bool:
    """Whether words are the company's, in its capitals; "acme" in the store may be Acme."""
    return all(
        token == spelt or (spelt.islower() and token.casefold() == spelt and token[0].isupper())
        for token, spelt in zip(tokens, company.spelt, strict=True)
    )


def _stands_alone(tokens: list[str], company: Company) -> bool:
    """Whether a segment is the company's name, perhaps with "Careers" or "Hiring Team"."""
    if company.name in vocabulary().calendar_words:
        return False
    size = len(company.spelt)
    if len(tokens) < size or not _is_spelt(tokens[:size], company):
        return False
    rest = tokens[size:]
    is_office = company.name in vocabulary().offices
    return not rest or (not is_office and all(folded(w) in vocabulary().offices for w in rest))


def without_carrier(text: str, own: str) -> str:
    """A display name or subject without what a shared system says of itself.

    "Acme via Greenhouse" is Acme's mail, and so is "Acme (powered by Lever)".

    Args:
        text: the display name or subject.
        own: the system's own name; "" for none.
    """
    if not own:
        return text
    marks = r"via|through|using|on|powered by|(?:sent|hosted) (?:with|by|from|via|through)"
    name = re.escape(own)
    text = re.sub(
        rf"\b(?:{marks}|über|par|vía|per|met|door)\s+{name}\b", " ", text, flags=re.IGNORECASE
    )
    return "" if folded(text).strip(" .-") == folded(own) else text


def hiring_names(label: str) -> frozenset[str]:
    """The company names, without blanks, that a domain's label may stand for.

    acmecareers is acme, and so are acme-jobs, acme-group and joinacme; acme is itself.
    """
    plain = label.replace("-", "")
    suffixes = vocabulary().other_suffixes
    found = {plain, *said_to_hire(label)}
    found |= {plain.removesuffix(each) for each in suffixes if plain.endswith(each)}
    return frozenset(found if plain == "" else found - {""})


def said_to_hire(label: str) -> frozenset[str]:
    """The company names, without blanks, that a domain's label says to hire: acmecareers, acme."""
    plain = label.replace("-", "")
    known = vocabulary()
    found = {plain.removesuffix(each) for each in known.hiring_suffixes if plain.endswith(each)}
    found |= {plain.removeprefix(each) for each in known.hiring_prefixes if plain.startswith(each)}
    return frozenset(found - {""})
