"""Which company an invitation comes from; nothing rather than a wrong one.

What looks like a company in a title only counts with a second witness: the organiser's domain, a
legal form, the text, or "at" before it. Without one, the organiser's domain speaks alone, unless
the title names something else.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.reading.addresses import mailbox_key
from followupd.reading.invitation.titles import (
    EDGES,
    TITLE_LIMIT,
    Joined,
    Piece,
    key,
    parted,
    pieces_of,
    without_addresses,
)
from followupd.reading.invitation.words import is_system, text_words, tidy, title_words, words
from followupd.reading.names import Company, hiring_names
from followupd.reading.organisations import is_shared, organisation, registrable
from followupd.reading.phrasing import plain
from followupd.reading.text import clean, folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.reading.addresses import Address
    from followupd.reading.invitation.event import Invitation

NAME_LIMIT = 80
"""The most characters of a guess."""

_TEXT_LIMIT = 8000
_SENTENCES = 60
_LONGEST = 6
_TELLING = 4
"""A shorter beginning of a name is shared by too many."""

_LEGAL_FORM = re.compile(
    r"(?:GmbH|mbH|AG|KG|KGaA|UG|SE|e\.?V\.?|Inc\.?|LLC|LLP|Ltd\.?|Limited|PLC|plc|Corp\.?"
    r"|S\.?A\.?S?\.?|SARL|S\.?L\.?U?\.?|B\.?V\.?|N\.?V\.?|AB|ApS|Oy|S\.?r\.?l\.?|SpA)"
)
_TIME = re.compile(r"\d{1,4}(?:[:.]\d\d)?(?:am|pm|h|min|m|th|st|nd|rd)?")
_PLAIN_NAME = re.compile(r"[^\W\d_][^\W\d_.'-]*\.?")
_BETWEEN_NAMES = re.compile(r"[\s._+,]+")
_BRACKETS = re.compile(r"\([^()]{0,80}\)")
_WORD = re.compile(r"[^\W_]{2,60}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known besides the titles.

    Attributes:
        people: the words of each name on the invitation, the user's included.
        labels: of the domains of the organisations on it, the organiser's first.
        spoken_for: of an applicant-tracking host, what stands before it: perhaps the company.
        text: description, text and the organiser's name, `tidy` line by line.
        plain_text: the same, `plain`.
    """

    people: tuple[frozenset[str], ...]
    labels: tuple[str, ...]
    spoken_for: tuple[str, ...]
    text: str
    plain_text: str

    def is_person(self, name: tuple[str, ...]) -> bool:
        """Whether all of a name's words are of one person on the invitation."""
        wanted = {key(word) for word in name} - title_words().persons - {""}
        return not wanted or any(wanted <= person for person in self.people)

    def witnessed_by_domain(self, name: str) -> bool:
        """Whether a domain on the invitation stands for a company's name."""
        return any(_same(name, label) for label in (*self.labels, *self.spoken_for))

    def witnessed_by_text(self, name: str) -> bool:
        """Whether the text speaks of a name as one speaks of a company."""
        known, escaped = text_words(), re.escape(plain(name))
        follows = rf"{known.company_follows}[ ,]{{1,2}}{escaped}(?!\w)"
        precedes = rf"(?<!\w){escaped}(?:'s)?[ ,]{{1,2}}{known.company_precedes}"
        return bool(re.search(f"{follows}|{precedes}", self.plain_text))


def surroundings(invitation: Invitation, text: str, own_addresses: frozenset[str]) -> Surroundings:
    """Gather what is known besides the titles."""
    own = {mailbox_key(address) for address in own_addresses}
    organizer = [invitation.organizer] if invitation.organizer else []
    everybody: list[Address] = [*organizer, *invitation.attendees]
    others = [each for each in everybody if each.mailbox_key not in own]
    names = [each.name for each in everybody]
    names += [each.local for each in others if not is_system(each)]
    names += [address.partition("@")[0] for address in own]
    people = (_person_words(name) for name in names)
    labels = (_label(each.domain) for each in others if not is_system(each))
    before_hosts = (
        piece
        for each in others
        if is_shared(each.domain)
        for piece in (each.local, each.domain.removesuffix(registrable(each.domain)).strip("."))
    )
    written = [invitation.description, text[:_TEXT_LIMIT], *(each.name for each in organizer)]
    whole = without_addresses("\n".join(written))
    return Surroundings(
        people=tuple(person for person in people if person),
        labels=tuple(dict.fromkeys(label for label in labels if label)),
        spoken_for=tuple(dict.fromkeys(piece for piece in before_hosts if piece)),
        text="\n".join(tidy(line) for line in whole.split("\n")),
        plain_text=plain(whole),
    )


def _label(domain: str) -> str:
    return organisation(domain).split(".")[0]


def _person_words(name: str) -> frozenset[str]:
    """The words of a person's name; none for "Acme Recruiting", which is nobody's."""
    found = {key(word) for word in _BETWEEN_NAMES.split(_BRACKETS.sub(" ", name))} - {""}
    return frozenset() if found & title_words().fillers else frozenset(found)


def _ascii(text: str) -> str:
    """Letters as domains had to write them for long: u-umlaut as ue, e-acute as e."""
    for letter, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(letter, pair)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _same(name: str, label: str) -> bool:
    """Whether a domain's label stands for a company's name."""
    company = Company.of(name).name
    short = label.replace("-", "")
    for written in {company, _ascii(company)} - {""}:
        joined = written.replace(" ", "")
        initials = "".join(word[0] for word in written.split())
        if (
            joined in hiring_names(label)
            or (len(short) >= _TELLING and joined.startswith(short))
            or (len(joined) >= _TELLING and short.startswith(joined))
            or (len(initials) > 1 and initials == short)
        ):
            return True
    return False


def is_role(text: str) -> bool:
    """Whether some words hold one of a role."""
    return bool(words().role.search(plain(text)))


def _trimmed(name: tuple[str, ...], *, leading: bool) -> tuple[str, ...]:
    """A name without the words at its edges that are no part of one."""
    known = title_words()
    little = known.fillers | known.calendar
    found = list(name)
    while found and (key(found[0]) in known.articles or (leading and key(found[0]) in little)):
        found.pop(0)
    while found and (key(found[-1]) in little or not key(found[-1])):
        found.pop()
    return tuple(found)


def _says_something(name: tuple[str, ...]) -> bool:
    """Whether there is more in it than rounds, dates, systems and numbers."""
    known = title_words()
    if not name or len(name) > _LONGEST or key(name[0]) in known.persons:
        return False
    found = [key(word) for word in name]
    little = known.fillers | known.calendar | known.articles
    return " ".join(found) not in known.systems and any(
        word not in little and any(map(str.isalpha, word)) and not _TIME.fullmatch(word)
        for word in found
    )


def _looks_named(name: tuple[str, ...]) -> bool:
    """Written as a name: some word begins with a capital or a digit."""
    return any(word[0].isupper() or word[0].isdigit() for word in name)


def _looks_like_a_person(name: tuple[str, ...]) -> bool:
    """Two or three plain capitalised words: a person's name, as far as anybody can tell."""
    return len(name) in (2, 3) and all(_PLAIN_NAME.fullmatch(w) and w.istitle() for w in name)


@dataclass(slots=True)
class _Witnessed:
    """What may be the company, by what speaks for it; `unexplained`: nothing does."""

    form: list[str]
    domain: list[str]
    place: list[str]
    text: list[str]
    unexplained: list[str]


def _weigh(pieces: Iterable[Piece], around: Surroundings) -> _Witnessed:
    found = _Witnessed([], [], [], [], [])
    for whole in pieces:
        parts = list(parted(whole))
        # "Ernst & Young" is one name; "Robin Doe and Acme" are two.
        several = any(around.is_person(p.words) or _looks_like_a_person(p.words) for p in parts)
        for piece in parts if several else [whole]:
            _weigh_one(piece, around, found)
    return found


def _shown(name: tuple[str, ...]) -> str:
    return clean(" ".join(name).strip(EDGES), NAME_LIMIT)


def _weigh_one(piece: Piece, around: Surroundings, found: _Witnessed) -> None:
    full = _trimmed(piece.words, leading=False)
    if not (_says_something(piece.words) and _says_something(full)) or around.is_person(full):
        return
    if len(full) > 1 and _LEGAL_FORM.fullmatch(full[-1]):
        found.form.append(clean(" ".join(full), NAME_LIMIT))
    elif is_role(" ".join(full)):
        found.domain.extend(_beside_role(full, around))
    else:
        _weigh_name(piece, full, around, found)


def _weigh_name(
    piece: Piece, full: tuple[str, ...], around: Surroundings, found: _Witnessed
) -> None:
    name = _trimmed(piece.words, leading=True)
    for variant in dict.fromkeys((full, name)):
        if variant and around.witnessed_by_domain(" ".join(variant)):
            found.domain.append(_shown(variant))
            return
    if not _says_something(name) or not _looks_named(name) or around.is_person(name):
        return
    if Company.of(_shown(name)).weak:
        return
    if piece.joined is Joined.AT and _looks_named(full[:1]):
        found.place.append(_shown(full))
    elif around.witnessed_by_text(_shown(name)):
        found.text.append(_shown(name))
    elif not _looks_like_a_person(name):
        found.unexplained.append(_shown(name))


def _beside_role(name: tuple[str, ...], around: Surroundings) -> list[str]:
    """The company in "Acme Backend Engineer"."""
    for end in range(1, len(name)):
        first, rest = name[:end], name[end:]
        if (
            _says_something(first)
            and not is_role(" ".join(first))
            and is_role(" ".join(rest))
            and around.witnessed_by_domain(" ".join(first))
        ):
            return [_shown(first)]
    return []


def _one(names: list[str]) -> str | None:
    """The name that all of them mean: "" for several, None for none."""
    meant = {Company.of(name).name for name in names}
    return None if not meant else names[0] if len(meant) == 1 else ""


def company_of(pieces: list[Piece], around: Surroundings) -> str:
    """The company, as it is written; "" where nothing is sure enough.

    Args:
        pieces: of the title and of the subject.
        around: what is known besides.
    """
    labelled = text_words().company_label.search(around.text)
    if labelled and _says_something(tuple(labelled[1].split())):
        return _shown(tuple(labelled[1].split()))
    found = _weigh(pieces, around)
    for names in (found.form, found.domain, found.place, found.text, _in_sentences(around)):
        one = _one(names)
        if one is not None:
            return one
    return _of_domain(around, found.unexplained)


def names_company(pieces: list[Piece], around: Surroundings) -> bool:
    """Whether a title itself names a company that something else speaks for."""
    found = _weigh(pieces, around)
    return bool(found.form or found.domain or found.place or found.text)


def _in_sentences(around: Surroundings) -> list[str]:
    """Companies that follow the interview directly, as in "your interview at Acme on Tuesday"."""
    found: list[str] = []
    for line in around.text.split("\n")[:_SENTENCES]:
        if not title_words().noun.search(line[:TITLE_LIMIT]):
            continue
        for piece in pieces_of(line[:TITLE_LIMIT]):
            if piece.joined is not Joined.AT or not piece.direct:
                continue
            name = _beginning(piece.words)
            named = _says_something(_trimmed(name, leading=True)) and not around.is_person(name)
            if named and not Company.of(_shown(name)).weak:
                found.append(_shown(name))
    return found


def _beginning(written: tuple[str, ...]) -> tuple[str, ...]:
    """The capitalised words with which the rest of a sentence begins."""
    name: list[str] = []
    for word in _trimmed(written, leading=False):
        if not _looks_named((word,)) or key(word) in title_words().calendar:
            break
        name.append(word)
        if word[-1] in ".!?":
            break
    return tuple(name)


def _of_domain(around: Surroundings, unexplained: list[str]) -> str:
    """The organisation of those who invite, unless another name in the title contradicts it."""
    if len(around.labels) != 1:
        return ""
    known, name = title_words(), around.labels[0]
    for ending in known.label_endings:
        rest = name.removesuffix(ending).rstrip("-")
        if rest != name and len(rest) >= _TELLING - 1:
            name = rest
            break
    if any(word in name for word in known.agencies) or name.replace("-", " ") in known.systems:
        return ""
    written = _as_written(name.replace("-", ""), around.text)
    return written if written or unexplained else _titled(name)


def _as_written(label: str, text: str) -> str:
    """The label as the text writes it, such as "GitLab"; "" where it does not stand there."""
    for word in _WORD.findall(text[:_TEXT_LIMIT]):
        if folded(word) == label and not word.islower():
            return str(word)
    return ""


def _titled(label: str) -> str:
    """`acme-robotics` as Acme Robotics, `bmw` as BMW."""
    if len(label) < _TELLING:
        return label.upper()
    return " ".join(word.capitalize() for word in label.split("-") if word)
