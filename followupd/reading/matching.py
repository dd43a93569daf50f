"""Which interview a mail belongs to, by which evidence, and how sure that is.

Four layers are asked in turn, the strongest first; the first that knows anything answers. A
wrong match silences an interview, a missed one writes to somebody who has answered: what is not
certain says so, and waits for the user's word.

1. A reference to a Message-ID of the interview (RFC 5322, section 3.6.4).
2. A known person's address, in From or Reply-To.
3. The domain of a known person's organisation, together with the company or the role.
4. The company's name on a mail from anywhere: never certain.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.domain.events import Layer
from followupd.reading.addresses import Address
from followupd.reading.names import Company, Haystack, Role, hiring_names
from followupd.reading.organisations import is_shared, organisation, registrable
from followupd.reading.text import clean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.reading.message import Message

_EVIDENCE_LIMIT = 200


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
    """

    interview_id: int
    company: str
    role: str
    addresses: tuple[str, ...]
    message_ids: frozenset[str]
    outside_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What a mail belongs to.

    Attributes:
        interview_ids: in ascending order, at least one; several when they cannot be told apart.
        certain: whether it may count without the user's word; then there is exactly one.
        layer: which layer spoke.
        evidence: short and printable, such as `From is dana@acme.example`.
    """

    interview_ids: tuple[int, ...]
    certain: bool
    layer: Layer
    evidence: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A candidate, with its names as they are looked for."""

    candidate: Candidate
    company: Company
    role: Role

    @property
    def number(self) -> int:
        return self.candidate.interview_id


@dataclass(frozen=True, slots=True)
class Index:
    """All candidates, by everything a mail can be recognised by; make it with `build`."""

    entries: dict[int, _Entry]
    by_message_id: dict[str, frozenset[int]]
    by_address: dict[str, frozenset[int]]
    by_mailbox: dict[str, frozenset[int]]
    by_organisation: dict[str, frozenset[int]]
    by_joined_name: dict[str, frozenset[int]]

    @classmethod
    def build(cls, candidates: Iterable[Candidate]) -> Index:
        """Index candidates: a match is a few look-ups; only names are compared one by one."""
        entries: dict[int, _Entry] = {}
        message_ids: dict[str, set[int]] = defaultdict(set)
        addresses: dict[str, set[int]] = defaultdict(set)
        mailboxes: dict[str, set[int]] = defaultdict(set)
        organisations: dict[str, set[int]] = defaultdict(set)
        joined_names: dict[str, set[int]] = defaultdict(set)
        for candidate in candidates:
            number = candidate.interview_id
            company = Company.of(candidate.company)
            entries[number] = _Entry(candidate, company, Role.of(candidate.role))
            for message_id in candidate.message_ids:
                message_ids[message_id].add(number)
            for written in (*candidate.addresses, *candidate.outside_addresses):
                address = Address("", written.strip())
                addresses[address.key].add(number)
                mailboxes[address.mailbox_key].add(number)
            for written in candidate.addresses:
                organisations[organisation(Address("", written.strip()).domain)].add(number)
            if not company.weak:
                joined_names[company.name.replace(" ", "")].add(number)
        for table in (addresses, mailboxes, organisations):
            table.pop("", None)
        return cls(
            entries,
            _frozen(message_ids),
            _frozen(addresses),
            _frozen(mailboxes),
            _frozen(organisations),
            _frozen(joined_names),
        )

    def of(self, numbers: Iterable[int]) -> list[_Entry]:
        """The entries of some interviews, in ascending order."""
        return [self.entries[number] for number in sorted(numbers)]


def _frozen(table: dict[str, set[int]]) -> dict[str, frozenset[int]]:
    return {key: frozenset(numbers) for key, numbers in table.items()}


def _match(entries: list[_Entry], layer: Layer, evidence: str, *, certain: bool) -> Match:
    numbers = tuple(entry.number for entry in entries)
    return Match(numbers, certain and len(numbers) == 1, layer, clean(evidence, _EVIDENCE_LIMIT))


def _tell_apart(
    entries: list[_Entry], subject: Haystack, text: Haystack
) -> tuple[list[_Entry], str]:
    """The entries that the words speak for, and which words; all of them when none does.

    Only words count that distinguish: the company where there are several, and what not all of
    the roles have in common. The subject speaks before the text; words such as "senior" count in
    the subject only, for they stand in many a signature.
    """
    several_companies = len({entry.company.name for entry in entries}) > 1
    shared = frozenset.intersection(*(entry.role.every for entry in entries))
    said = ""
    for place, haystack in (("subject", subject), ("text", text)):
        scores: dict[int, int] = {}
        for entry in entries:
            words = entry.role.every if haystack is subject else entry.role.significant
            by_role = haystack.holds_all(words - shared)
            by_company = several_companies and haystack.holds(entry.company)
            scores[entry.number] = by_role + (by_company and (by_role or not entry.company.weak))
        best = max(scores.values())
        if best == 0:
            continue
        fitting = [entry for entry in entries if scores[entry.number] > 0]
        top = [entry for entry in entries if scores[entry.number] == best]
        entries = top if len(top) == 1 else fitting
        said = f"the words of the {place}"
        if len(entries) == 1:
            break
    return entries, said


def _named(entry: _Entry, subject: Haystack, text: Haystack) -> str | None:
    """Where the company or the role of an interview is named, as evidence; else None."""
    for place, haystack in (("subject", subject), ("text", text)):
        if haystack.holds_all(entry.role.significant):
            return f"{quoted(entry.candidate.role)} in the {place}"
        if haystack.holds(entry.company) and not entry.company.weak:
            return f"{quoted(entry.candidate.company)} in the {place}"
    return None


def _by_reference(message: Message, index: Index) -> Match | None:
    for message_id in reversed((*message.references, *message.in_reply_to)):
        numbers = index.by_message_id.get(message_id)
        if numbers:
            evidence = f"References {message_id}"
            return _match(index.of(numbers), Layer.REFERENCE, evidence, certain=True)
    return None


def _by_address(message: Message, index: Index, subject: Haystack, text: Haystack) -> Match | None:
    senders = [("From", message.sender)]
    if message.reply_to is not None:
        senders.append(("Reply-To", message.reply_to))
    for header, address in senders:
        numbers = index.by_address.get(address.key) or index.by_mailbox.get(address.mailbox_key)
        if not numbers:
            continue
        evidence = f"{header} is {address.address}"
        entries = index.of(numbers)
        if len(entries) > 1:
            told, said = _tell_apart(entries, subject, text)
            if len(told) == 1:
                return _match(told, Layer.ADDRESS, f"{evidence}, and {said}", certain=True)
        return _match(entries, Layer.ADDRESS, evidence, certain=True)
    return None


def _by_organisation(
    message: Message, index: Index, subject: Haystack, text: Haystack
) -> Match | None:
    senders = [message.sender, *([message.reply_to] if message.reply_to is not None else [])]
    for address in senders:
        numbers = index.by_organisation.get(organisation(address.domain))
        if not numbers:
            continue
        evidence = f"domain {address.domain}"
        entries = index.of(numbers)
        told = entries
        if len(entries) > 1:
            told, _ = _tell_apart(entries, subject, text)
        named = _named(told[0], subject, text) if len(told) == 1 else None
        if len(entries) == 1 and named is not None:
            evidence = f"{evidence} and {named}"
            return _match(entries, Layer.ORGANISATION, evidence, certain=True)
        if len(entries) > 1 and len(told) == 1:
            evidence = f"{evidence} and the words for {quoted(told[0].candidate.role)}"
            return _match(told, Layer.ORGANISATION, evidence, certain=True)
        return _match(entries, Layer.ORGANISATION, evidence, certain=False)
    return None


def _name_places(message: Message) -> list[tuple[str, Haystack]]:
    """Where a company's name is looked for when nothing else is known of the sender."""
    sender = message.sender
    places = [("From's name", sender.name), ("the subject", message.subject)]
    if is_shared(sender.domain):
        # Applicant-tracking hosts write as acme@host or jobs@acme.host.
        inner = sender.domain.removesuffix(registrable(sender.domain))
        places.append(("From's address", f"{sender.local} {inner}"))
    return [(place, Haystack(text)) for place, text in places]


def _weakly_named(message: Message, index: Index) -> list[_Entry]:
    """The interviews whose company is named, but by a name that says too little alone."""
    places = _name_places(message)
    return [
        entry
        for entry in index.entries.values()
        if entry.company.weak and any(place.holds(entry.company) for _, place in places)
    ]


def _by_name(message: Message, index: Index, subject: Haystack, text: Haystack) -> Match | None:
    found: dict[int, str] = {}
    for place, haystack in _name_places(message):
        for entry in index.entries.values():
            if not entry.company.weak and haystack.holds(entry.company):
                found.setdefault(entry.number, f"{quoted(entry.candidate.company)} in {place}")
    for entry in _weakly_named(message, index):
        role = entry.role.significant
        if subject.holds_all(role) or text.holds_all(role):
            named = f"{quoted(entry.candidate.company)} and {quoted(entry.candidate.role)}"
            found.setdefault(entry.number, named)
    host = organisation(message.sender.domain)
    for name in hiring_names(host.split(".")[0]):
        for number in index.by_joined_name.get(name, ()):
            company = quoted(index.entries[number].candidate.company)
            found.setdefault(number, f"domain {message.sender.domain} speaks of {company}")
    if not found:
        return None
    entries = index.of(found)
    if len(entries) > 1:
        entries, _ = _tell_apart(entries, subject, text)
    return _match(entries, Layer.NAME, found[entries[0].number], certain=False)


def match(message: Message, index: Index, text: str = "") -> Match | None:
    """Find the interview a mail belongs to, or None when nothing points to any.

    That the mail is not the user's own is the caller's business (`automatic.sort`).

    Args:
        message: its headers.
        index: the interviews it may belong to.
        text: its body, where it was read (see `wants_text`); "" means that it was not.
    """
    subject, body = Haystack(message.subject), Haystack(text)
    return (
        _by_reference(message, index)
        or _by_address(message, index, subject, body)
        or _by_organisation(message, index, subject, body)
        or _by_name(message, index, subject, body)
    )


def wants_text(message: Message, index: Index) -> bool:
    """Whether the text of the mail could change what `match` says without it."""
    found = match(message, index)
    if found is None:
        return bool(_weakly_named(message, index))
    several = len(found.interview_ids) > 1
    if found.certain or found.layer is Layer.REFERENCE:
        return False
    return several or found.layer is Layer.ORGANISATION
