"""Which role an invitation is about; nothing rather than a wrong one.

A role stands in the title, behind a label or in a sentence of the text. That of somebody who asks
the questions ("hiring manager interview") is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from followupd.reading.invitation.company import NAME_LIMIT, is_role
from followupd.reading.invitation.titles import EDGES, Joined, key, pieces_of, without_genders
from followupd.reading.invitation.words import text_words, title_words, words
from followupd.reading.phrasing import plain
from followupd.reading.text import clean, folded

if TYPE_CHECKING:
    from followupd.reading.invitation.company import Surroundings
    from followupd.reading.invitation.titles import Piece

_LONGEST = 8
_TEXT_LIMIT = 8000
_SENTENCE = 120
_SENTENCES = 20
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)|\n")


def _shown(written: str, company: str) -> str:
    """A role as it is shown: without the company, the round, the articles and "position"."""
    held = without_genders(written)
    if company:
        held = re.sub(rf"(?<!\w){re.escape(company)}(?!\w)", " ", held, flags=re.IGNORECASE)
    follows = text_words().role_follows.match(held)
    found = (held[follows.end() :] if follows else held).split()
    known = title_words()
    before = known.calendar | known.articles | known.rounds | {""}
    behind = known.articles | known.position | {""}
    while found and key(found[0]) in before:
        found.pop(0)
    while found and key(found[-1]) in behind:
        found.pop()
    role = clean(" ".join(found).strip(EDGES), NAME_LIMIT)
    return role if len(found) <= _LONGEST else ""


def role_of(pieces: list[Piece], around: Surroundings, company: str) -> str:
    """The role, as it is written; "" where nothing is sure enough.

    Args:
        pieces: of the title and of the subject.
        around: what is known besides.
        company: as it was found; "" where it was not.
    """
    labelled = text_words().role_label.search(around.text)
    if labelled:
        return _shown(labelled[1], company)
    said_for, said = list[str](), list[str]()
    for piece in pieces:
        role = _shown(" ".join(piece.words), company)
        if piece.joined is Joined.WITH or not is_role(role) or around.is_person(piece.words):
            continue
        if piece.joined is Joined.FOR:
            said_for.append(role)
        elif not words().asking.fullmatch(plain(role)) and (
            company or piece.joined is not Joined.BEFORE or _holds_no_company(role)
        ):
            said.append(role)
    return _one(said_for or said or _in_sentences(around, company))


def _one(roles: list[str]) -> str:
    """The role that all of them mean; "" for none, and for several."""
    return roles[0] if len({folded(role) for role in roles}) == 1 else ""


def _holds_no_company(role: str) -> bool:
    """Whether no word of a role could be a company's name before it."""
    fillers = title_words().fillers
    return all(is_role(word) or key(word) in fillers or word[0].islower() for word in role.split())


def _run(written: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a role at the beginning of the rest of a sentence.

    A role with capitals ends where they do. One without, as in French and Spanish, ends with the
    word that makes it one.
    """
    connects = text_words().role_connects
    capitals = written[0][0].isupper()
    for number, word in enumerate(written):
        if capitals and not word[0].isupper() and key(word) not in connects:
            return written[:number]
        if not capitals and is_role(word):
            return written[: number + 1]
    return written


def _in_sentences(around: Surroundings, company: str) -> list[str]:
    """Roles in the text: "for the Backend Engineer position", "Stelle als Controller"."""
    text = around.text[:_TEXT_LIMIT]
    found: list[str] = []
    for number, match in enumerate(text_words().role_between.finditer(text)):
        role = _shown(match[1], company)
        if role and (is_role(role) or all(word[0].isupper() for word in role.split())):
            found.append(role)
        if number >= _SENTENCES:
            break
    for number, match in enumerate(text_words().role_follows.finditer(text)):
        rest = _SENTENCE_END.split(text[match.end() : match.end() + _SENTENCE])[0]
        first = pieces_of(without_genders(rest))[:1]
        role = _shown(" ".join(_run(first[0].words)), company) if first else ""
        if is_role(role):
            found.append(role)
        if number >= _SENTENCES:
            break
    return found
