"""A mail's text as sentences, so that a phrase is only found where it is one thought.

Mail is wrapped at 72 columns or not at all, lists stand without full stops, and greetings end
with a comma. A sentence ends at a full stop, at an empty line, before a list item, and after a
short line when the next one begins with a capital. Every word keeps the line it came from, so
that a verdict can point to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from followupd.reading.phrasing import plain
from followupd.reading.text import clean

LONGEST = 120
"""The most words in a sentence; a longer one is cut in two."""

_SHORT_LINE = 46
"""A line that ends before this column was ended by the writer, not by a mail program."""

_LONGEST_WORD = 120
_MOST_GROWTH = 2
"""How much longer a text may become in the form in which it is compared: there is a character
that stands for 18, and whoever fills a mail with it is not read to the end."""

_LONGEST_QUOTE = 120
_CONTEXT = 4

_WHO = ("i", "we", "you", "he", "she", "it", "they", "who", "what", "that", "there", "here", "how")
_VERBS = ("did", "does", "is", "was", "were", "have", "has", "had", "could", "would", "should")
_AUXILIARIES = ("do", "are", "must", "need")
_IN_FULL = {
    "can't": "can not",
    "cannot": "can not",
    "cant": "can not",
    "won't": "will not",
    "wont": "will not",
    "shan't": "shall not",
    "let's": "let us",
    "i'm": "i am",
    **{f"{verb}n't": f"{verb} not" for verb in (*_VERBS, *_AUXILIARIES)},
    **{f"{verb}nt": f"{verb} not" for verb in _VERBS},
    **{f"{who}'re": f"{who} are" for who in _WHO},
    **{f"{who}'ve": f"{who} have" for who in _WHO},
    **{f"{who}'ll": f"{who} will" for who in _WHO},
    **{f"{who}'d": f"{who} would" for who in _WHO},
    **{f"{who}'s": f"{who} is" for who in _WHO},
}
_CONTRACTION = re.compile(
    rf"(?<![\w'])(?:{'|'.join(sorted(map(re.escape, _IN_FULL), key=len, reverse=True))})(?![\w'])"
)

_FOR_EVERYBODY = re.compile(
    r"(?<=[^\W\d_])(?:"
    r"\((?:[aeonrs]|as|os|es|ne|nes|se|in|innen)\)|"
    r"[/\u00b7\u2022:*_](?:[aenrs]|as|os|es|ne|nes|in|innen)(?:\u00b7s)?(?!\w)|"
    r"\.e(?:\.s)?(?![\w.])|"
    r"/-(?:in|innen|r|n)(?!\w)"
    r")"
)
"""The other ending of a word that is written for women and men."""

_ITEM = re.compile(r"(?:[-*\u2022\u2023\u25aa\u25cf\u2013\u2014\u00b7>]|\d{1,2}[.)]|[a-zA-Z]\))\s")
_END = re.compile(r"[.!?\u2026][\"'\u201d\u201c\u2019\u00bb)\]]{0,3}\Z")
_ABBREVIATION = re.compile(
    r"(?:"
    r"e\.g|i\.e|mr|mrs|ms|dr|st|no|nr|z\.b|bzw|ca|inkl|d\.h|u\.a|sr|sra|srta|mme|prof|"
    r"vs|approx|dept|inc|ltd|co|max|min|tel|ext|p\.ej|ej|av|n\.b|jr|fr|hr|zzgl|evtl|"
    r"ggf|vgl|usw|a\.m|p\.m|resp|mag|ing|dipl|lic|ud|uds"
    r")\.\Z"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a mail.

    Attributes:
        words: as they stood, at least one.
        lines: for each word the 1-based line it stood on; 0 for the subject.
        plain: the sentence in the form in which phrases are compared.
    """

    words: tuple[str, ...]
    lines: tuple[int, ...]
    plain: str

    def quote(self, start: int, end: int) -> tuple[str, int]:
        """The words that stand at a place of `plain`, with some before and after.

        Args:
            start: where the place begins in `plain`.
            end: where it ends.

        Returns:
            The words as they stood, one clean line of at most 120 characters, and the line of
            the first word that was meant.
        """
        first, last = self._word_at(start), self._word_at(max(end - 1, start))
        begin = 0 if len(" ".join(self.words)) <= _LONGEST_QUOTE else max(first - _CONTEXT, 0)
        while begin < first and len(" ".join(self.words[begin : last + 1])) > _LONGEST_QUOTE - 2:
            begin += 1
        lead = "\u2026 " if begin else ""
        return clean(lead + " ".join(self.words[begin:]), _LONGEST_QUOTE), self.lines[first]

    def _word_at(self, place: int) -> int:
        """Which word a place of `plain` belongs to."""
        passed = 0
        for number, word in enumerate(self.words):
            passed += len(_word_said(word)) + 1
            if place < passed:
                return number
        return len(self.words) - 1


def said(text: str) -> str:
    """The form in which phrases about meaning are compared: `plain`, contractions in full.

    "We won't" and "we will not" are one phrase then, and so are "we'd" and "we would".
    """
    return _CONTRACTION.sub(lambda found: _IN_FULL[found.group()], plain(text))


def _word_said(word: str) -> str:
    """A word of a mail as `said`, in the one form that phrases know of it.

    "seleccionado(a)", "retenu·e" and "eine:n" are written for everybody.
    """
    return _FOR_EVERYBODY.sub("", said(word))[: _LONGEST_WORD * _MOST_GROWTH]


def _ends(word: str) -> bool:
    if not _END.search(word):
        return False
    bare = word.strip("\"'()[]\u201c\u201d\u00bb\u00ab").casefold()
    if _ABBREVIATION.match(bare):
        return False
    stem = bare.rstrip(".")
    # an initial ("J. Fox") and a German ordinal ("am 11. Dezember") end nothing
    return not (bare.endswith(".") and ((len(stem) == 1 and stem.isalpha()) or _ordinal(stem)))


def _ordinal(stem: str) -> bool:
    return stem.isdecimal() and len(stem) <= len("31")


def _sentence(found: list[tuple[str, int]]) -> Sentence:
    words = tuple(word for word, _ in found)
    return Sentence(words, tuple(line for _, line in found), " ".join(map(_word_said, words)))


def one(text: str, line: int = 0) -> Sentence | None:
    """A text as one sentence, such as a subject; None when it has no word."""
    found = [(word[:_LONGEST_WORD], line) for word in text.split()[:LONGEST]]
    return _sentence(found) if found else None


def sentences(text: str) -> list[Sentence]:
    r"""The sentences of a text, in order.

    Args:
        text: lines parted by `\n`, as `text.clean_lines` makes them.
    """
    done: list[Sentence] = []
    open_words: list[tuple[str, int]] = []
    ended_early = False
    room = len(text) * _MOST_GROWTH + LONGEST

    def close() -> None:
        nonlocal room
        if open_words and room > 0:
            done.append(_sentence(open_words))
            room -= len(done[-1].plain)
        open_words.clear()

    for number, line in enumerate(text.split("\n"), 1):
        written = line.strip()
        begins_anew = ended_early and not written[:1].islower()
        if not written or _ITEM.match(written) or begins_anew:
            close()
        for word in written.split():
            open_words.append((word[:_LONGEST_WORD], number))
            if _ends(word) or len(open_words) >= LONGEST:
                close()
        ended_early = len(line) < _SHORT_LINE
    close()
    return done
