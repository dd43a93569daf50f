"""Which interview a mail belongs to, by which evidence, and how sure that is.

Four layers are asked in turn, the strongest first; the first that knows anything answers. A
wrong match silences an interview, a missed one writes to somebody who has answered: what is not
certain says so, and waits for the user's word.

1. A reference to a Message-ID of the interview (RFC 5322, section 3.6.4).
2. A known person's address, in From, Sender or Reply-To.
3. The domain of a known person's organisation, together with their name, the company or the role.
4. Names on a mail from anywhere: never certain, except from an applicant-tracking system that
   names the company and the role of one interview only (`naming`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.domain.events import Layer
from followupd.reading.addresses import read_addresses
from followupd.reading.matching.candidates import Candidate, Entry, Index
from followupd.reading.matching.evidence import Said
from followupd.reading.matching.naming import NamedInterviews
from followupd.reading.organisations import carrier, is_applicant_tracking, organisation
from followupd.reading.people import is_office
from followupd.reading.text import clean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.reading.addresses import Address
    from followupd.reading.message import Message

__all__ = ["Candidate", "Index", "Match", "by_headers", "match"]

_EVIDENCE_LIMIT = 200
_SENDERS = 5


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


def _match(entries: list[Entry], layer: Layer, evidence: str, *, certain: bool) -> Match:
    numbers = tuple(entry.number for entry in entries)
    return Match(numbers, certain and len(numbers) == 1, layer, clean(evidence, _EVIDENCE_LIMIT))


def _senders(message: Message) -> Iterator[tuple[str, Address]]:
    """Everybody who may have written it: From may hold several (RFC 5322, section 3.6.2)."""
    yield "From", message.sender
    others: list[tuple[str, Address]] = []
    if message.reply_to is not None:
        others.append(("Reply-To", message.reply_to))
    for header in ("From", "Sender"):
        written = message.header(header) or ""
        if header == "Sender" or "," in written:
            others += [(header, address) for address in read_addresses(written, _SENDERS)]
    seen = {message.sender.key}
    for header, address in others:
        if address.address and address.key not in seen:
            seen.add(address.key)
            yield header, address


def _by_reference(message: Message, index: Index, said: Said) -> Match | None:
    for message_id in reversed((*message.references, *message.in_reply_to)):
        numbers = index.by_message_id.get(message_id)
        if numbers:
            entries, by_words = said.tell_apart(index.of(numbers))
            evidence = f"References {message_id}"
            if len(entries) < len(numbers):
                evidence = f"{evidence}, and {by_words}"
            return _match(entries, Layer.REFERENCE, evidence, certain=True)
    return None


def _by_address(message: Message, index: Index, said: Said) -> Match | None:
    for header, address in _senders(message):
        numbers = index.by_address.get(address.key) or index.by_mailbox.get(address.mailbox_key)
        if not numbers or (carrier(address.domain) and is_office(address)):
            # no-reply@ of an applicant-tracking system is everybody's: see `_by_shared_mailbox`.
            continue
        evidence = f"{header} is {address.address}"
        entries, by_words = said.tell_apart(index.of(numbers))
        if len(entries) < len(numbers):
            evidence = f"{evidence}, and {by_words}"
        if len(entries) > 1:
            entries = index.of(numbers)
            evidence = f"{header} is {address.address}"
        return _match(entries, Layer.ADDRESS, evidence, certain=True)
    return None


def _by_organisation(message: Message, index: Index, said: Said) -> Match | None:
    for _, address in _senders(message):
        numbers = index.by_organisation.get(organisation(address.domain))
        if not numbers:
            continue
        evidence = f"domain {address.domain}"
        by_mailbox = numbers & index.same_mailbox(address)
        same = by_mailbox or numbers & index.of_person(address.name)
        if same:
            # The same person, from a second address of theirs.
            name = f"{address.local}@" if by_mailbox else address.name
            evidence = f"{evidence} and the name {quoted(name)}"
            told, _ = said.tell_apart(index.of(same))
            entries = told if len(told) == 1 else index.of(same)
            return _match(entries, Layer.ORGANISATION, evidence, certain=True)
        entries = index.of(numbers)
        told, by_words = said.tell_apart(entries)
        if len(told) > 1:
            return _match(entries, Layer.ORGANISATION, evidence, certain=False)
        named = said.organisation_names(told[0], address)
        if named is not None:
            return _match(told, Layer.ORGANISATION, f"{evidence} and {named}", certain=True)
        if len(entries) == 1:
            return _match(entries, Layer.ORGANISATION, evidence, certain=False)
        # The employer's own word on one of its roles; an agency has more than it told of.
        at_employer = told[0].employs(address.domain)
        role = quoted(told[0].candidate.role)
        evidence = f"{evidence} and {by_words} for {role}"
        return _match(told, Layer.ORGANISATION, evidence, certain=at_employer)
    return None


def _by_name(message: Message, index: Index, said: Said) -> Match | None:
    named = NamedInterviews(message, index, said)
    if not named.found:
        return None
    entries, _ = said.tell_apart(index.of(named.found))
    certain = (
        is_applicant_tracking(message.sender.domain)
        and len(entries) == 1
        and entries[0].number in named.with_role
    )
    return _match(entries, Layer.NAME, named.found[entries[0].number], certain=certain)


def _by_shared_mailbox(message: Message, index: Index, said: Said, text: str) -> Match | None:
    """An office's address at a shared host, which the user recorded for one of its firms.

    It writes for every firm there is: once the text is read and names neither the company nor
    the role, the mail is some other firm's.
    """
    for header, address in _senders(message):
        entries = index.of(index.by_mailbox.get(address.mailbox_key, ()))
        if text:
            entries = [
                entry
                for entry in entries
                if said.role_in(entry) or said.text.haystack.names(entry.company)
            ]
        elif entries:
            said.text.was_asked = True
        if entries:
            evidence = f"{header} is {address.address}, which many firms share"
            return _match(entries, Layer.ADDRESS, evidence, certain=False)
    return None


def _found(message: Message, index: Index, said: Said, text: str) -> Match | None:
    return (
        _by_reference(message, index, said)
        or _by_address(message, index, said)
        or _by_organisation(message, index, said)
        or _by_name(message, index, said)
        or _by_shared_mailbox(message, index, said, text)
    )


def match(message: Message, index: Index, text: str = "") -> Match | None:
    """Find the interview a mail belongs to, or None when nothing points to any.

    That the mail is not the user's own is the caller's business (`automatic.sort`).

    Args:
        message: its headers.
        index: the interviews it may belong to.
        text: its body, where it was read (see `by_headers`); "" means that it was not.
    """
    return _found(message, index, Said(message, text), text)


def by_headers(message: Message, index: Index) -> tuple[Match | None, bool]:
    """What `match` says without the text, and whether the text could change it."""
    if not index.entries:
        return None, False
    said = Said(message, "")
    found = _found(message, index, said, "")
    return found, said.text.was_asked
