"""The interviews that mail may belong to, indexed by everything a mail is recognised by.

A match is then a few look-ups: its cost grows with the words of the mail, not with the number of
interviews.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from followupd.reading.addresses import Address
from followupd.reading.names import Company, Role, hiring_names, joined_forms, words
from followupd.reading.organisations import organisation
from followupd.reading.people import is_office, name_in_address, person_name, shown_words
from followupd.reading.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from followupd.reading.names import Haystack

Key = TypeVar("Key")
Value = TypeVar("Value")

_PREFIXES = 5
_TELLING_SUBJECT = 3
"""Words of a subject by which an answer to it is known."""

_TELLING_NAME = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """An interview that mail may belong to.

    Attributes:
        interview_id: its number.
        company: as the user wrote it.
        role: as the user wrote it.
        addresses: of the people at the organisation; their domains speak for it.
        message_ids: of the mails that belong to it, with angle brackets.
        outside_addresses: of people who are not at the organisation, such as references: known,
            but their domains say nothing.
        names: the display names of the people at the organisation.
        subjects: of the mails that belong to it, as they are written.
    """

    interview_id: int
    company: str
    role: str
    addresses: tuple[str, ...]
    message_ids: frozenset[str]
    outside_addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate, with its names as they are looked for.

    Attributes:
        candidate: as it was given.
        company: its company's name.
        role: its role's words.
        joined: the company's name as domains write it.
    """

    candidate: Candidate
    company: Company
    role: Role
    joined: frozenset[str]

    @property
    def number(self) -> int:
        """The interview's number."""
        return self.candidate.interview_id

    def employs(self, domain: str) -> bool:
        """Whether a domain's name is the company's: agency.example is not Acme's.

        "Acme Robotics" may have acme.example, and "Bayerische Motoren Werke" bmw.example.
        """
        label = organisation(domain).split(".")[0]
        if not label:
            return False
        if self.joined & hiring_names(label):
            return True
        plain = label.replace("-", "")
        first, *others = self.company.name.split(" ")
        initials = first[:1] + "".join(word[:1] for word in others)
        return (
            (bool(others) and first == plain and not Company.of(first).weak)
            or (len(others) > 1 and initials == plain)
            or any(len(name) >= _TELLING_NAME and plain.startswith(name) for name in self.joined)
        )


def answered_subject(subject: str) -> str:
    """The subject that a mail answers, as it is compared; "" for no answer or too few words."""
    found = words(subject[:500])
    count = 0
    while found and count < _PREFIXES and found[0] in vocabulary().answer_prefixes:
        found = found[1:]
        count += 1
    return " ".join(found) if count and len(found) >= _TELLING_SUBJECT else ""


@dataclass(frozen=True, slots=True)
class Index:
    """All candidates, by everything a mail can be recognised by; make it with `build`."""

    entries: dict[int, Entry]
    by_message_id: dict[str, frozenset[int]]
    by_address: dict[str, frozenset[int]]
    by_mailbox: dict[str, frozenset[int]]
    by_organisation: dict[str, frozenset[int]]
    by_local_part: dict[tuple[str, str], frozenset[int]]
    by_joined_name: dict[str, frozenset[int]]
    by_first_word: dict[str, frozenset[int]]
    by_name_word: dict[str, frozenset[tuple[frozenset[str], int]]]
    by_subject: dict[str, frozenset[int]]
    unspaced: frozenset[int]

    @classmethod
    def build(cls, candidates: Iterable[Candidate]) -> Index:
        """Index candidates."""
        entries: dict[int, Entry] = {}
        message_ids: list[tuple[str, int]] = []
        known: list[tuple[Address, int]] = []
        at_employer: list[tuple[Address, int]] = []
        subjects: list[tuple[str, int]] = []
        people: list[tuple[frozenset[str], int]] = []
        for each in candidates:
            number = each.interview_id
            company, role = Company.of(each.company), Role.of(each.role)
            entries[number] = Entry(each, company, role, joined_forms(each.company))
            mailboxes = [Address("", written.strip()) for written in each.addresses]
            outside = [Address("", written.strip()) for written in each.outside_addresses]
            message_ids += [(message_id, number) for message_id in each.message_ids]
            at_employer += [(address, number) for address in mailboxes]
            known += [(address, number) for address in (*mailboxes, *outside)]
            people += [(person_name(name), number) for name in each.names]
            subjects += [(answered_subject(f"re: {subject}"), number) for subject in each.subjects]
        return cls(
            entries,
            by_message_id=_table(message_ids),
            by_address=_table((address.key, number) for address, number in known),
            by_mailbox=_table((address.mailbox_key, number) for address, number in known),
            by_organisation=_table((organisation(a.domain), number) for a, number in at_employer),
            by_local_part=_table(
                ((local_part(address), organisation(address.domain)), number)
                for address, number in at_employer
                if not is_office(address) and organisation(address.domain)
            ),
            by_joined_name=_table(
                (name, n) for n, entry in entries.items() for name in entry.joined
            ),
            by_first_word=_table(
                (entry.company.name.split(" ")[0], n)
                for n, entry in entries.items()
                if not entry.company.unspaced
            ),
            by_name_word=_table((max(name, key=_rarity), (name, n)) for name, n in people if name),
            by_subject=_table(subjects),
            unspaced=frozenset(n for n, entry in entries.items() if entry.company.unspaced),
        )

    def of(self, numbers: Iterable[int]) -> list[Entry]:
        """The entries of some interviews, in ascending order."""
        return [self.entries[number] for number in sorted(numbers)]

    def named_in(self, haystack: Haystack) -> Iterator[Entry]:
        """The interviews whose company is named in a text, in ascending order."""
        numbers = {
            number for word in haystack.words for number in self.by_first_word.get(word, ())
        } | self.unspaced
        for entry in self.of(numbers):
            if haystack.names(entry.company):
                yield entry

    def of_person(self, written: str) -> frozenset[int]:
        """The interviews with a person whose full name stands in a display name."""
        shown = shown_words(written)
        return frozenset(
            number
            for word in shown
            for name, number in self.by_name_word.get(word, ())
            if name <= shown
        )

    def same_mailbox(self, address: Address) -> frozenset[int]:
        """The interviews with a person who has the same mailbox at a neighbouring domain.

        dana+token@reply.acme.example is dana@acme.example. An address made of a known person's
        full name is theirs as well: dana.fox@acme.example is Dana Fox.
        """
        at = organisation(address.domain)
        if not at:
            return frozenset()
        found = self.by_local_part.get((local_part(address), at), frozenset())
        by_name = self.of_person(" ".join(name_in_address(address)))
        return found | (by_name & self.by_organisation.get(at, frozenset()))


def local_part(address: Address) -> str:
    """What stands before the @, without a plus-part."""
    return address.mailbox_key.rpartition("@")[0]


def _rarity(word: str) -> tuple[int, str]:
    return len(word), word


def _table(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, frozenset[Value]]:
    """What belongs to each key; nothing to an empty one."""
    table: dict[Key, set[Value]] = defaultdict(set)
    for key, value in pairs:
        if key:
            table[key].add(value)
    return {key: frozenset(values) for key, values in table.items()}
