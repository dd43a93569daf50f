"""The weakest layer of matching: names on a mail from an address that nobody knows.

A company in the display name or the subject, a person's full name, a domain that sounds like the
company's. It is never certain, but for an applicant-tracking system's mail that names the company
and the role of one interview only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from followupd.reading.matching.candidates import answered_subject
from followupd.reading.names import (
    Haystack,
    hiring_names,
    joined_forms,
    said_to_hire,
    without_carrier,
)
from followupd.reading.organisations import (
    carrier,
    is_applicant_tracking,
    is_shared,
    organisation,
    registrable,
)
from followupd.reading.people import hires
from followupd.reading.text import quoted
from followupd.reading.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.reading.addresses import Address
    from followupd.reading.matching.candidates import Entry, Index
    from followupd.reading.matching.evidence import Said
    from followupd.reading.message import Message

_SEPARATORS = re.compile(r"[._+=\-]+")
_OPAQUE = re.compile(r"\d+|[0-9a-f]{8,}")


class NamedInterviews:
    """The interviews that a mail names, each with its evidence.

    Attributes:
        found: number and evidence, in the order in which they were found.
        with_role: those whose company is named in a header, by a telling name, and whose role is
            named as well.
    """

    def __init__(self, message: Message, index: Index, said: Said) -> None:
        self.found: dict[int, str] = {}
        self.with_role: set[int] = set()
        self._index = index
        self._said = said
        self._own = carrier(message.sender.domain)
        self._own_names = joined_forms(self._own) if self._own else frozenset()
        self._in_headers(message)
        for address in (message.sender, message.reply_to):
            if address is not None:
                self._in_domain(address, message)
        for number in sorted(index.of_person(message.sender.name)):
            # A person's private address, or somebody of the same name.
            self.found.setdefault(number, f"From's name is {quoted(message.sender.name)}")
        for number in sorted(index.by_subject.get(answered_subject(message.subject), ())):
            self.found.setdefault(number, f"the subject answers {quoted(message.subject)}")
        if not self.found and is_applicant_tracking(message.sender.domain):
            self._in_text()

    def _add(self, entry: Entry, where: str, *, in_address: bool = False) -> None:
        """Keep an interview whose company stands somewhere, where that says enough."""
        is_own = bool(entry.joined & self._own_names)
        if is_own and in_address:
            return
        role = self._said.role_in(entry)
        company = f"{quoted(entry.candidate.company)} in {where}"
        weak = entry.company.weak or is_own
        if role is not None:
            self.found.setdefault(entry.number, f"{company} and {role}")
            if not weak:
                self.with_role.add(entry.number)
        elif not weak:
            self.found.setdefault(entry.number, company)

    def _in_headers(self, message: Message) -> None:
        places = (("From's name", message.sender.name), ("the subject", message.subject))
        for where, written in places:
            for entry in self._index.named_in(Haystack(without_carrier(written, self._own))):
                self._add(entry, where)
        if is_shared(message.sender.domain):
            for name in _names_in_address(message.sender, is_tenant=bool(self._own)):
                for entry in self._index.of(self._index.by_joined_name.get(name, ())):
                    if not (entry.company.weak and name in vocabulary().offices):
                        self._add(entry, "From's address", in_address=True)

    def _in_domain(self, address: Address, message: Message) -> None:
        """The interviews whose company a domain speaks of, such as acmecareers.example.

        A short name counts with what a company adds to hire: eqrecruiters is EQ's. A common one
        needs more: next.example need not be Next's, and nextjobs.example is a job board.
        """
        label = organisation(address.domain).split(".")[0]
        if not label:
            return
        says_hiring = said_to_hire(label)
        for name in sorted(hiring_names(label)):
            for entry in self._index.of(self._index.by_joined_name.get(name, ())):
                says = f"domain {address.domain} speaks of {quoted(entry.candidate.company)}"
                if not entry.company.weak or (name in says_hiring and entry.company.is_short):
                    self.found.setdefault(entry.number, says)
                    continue
                if name != label.replace("-", "") and name not in says_hiring:
                    continue
                role = self._said.role_in(entry)
                if role is not None:
                    self.found.setdefault(entry.number, f"{says}, and {role}")
                elif name not in says_hiring and (hires(address) or self._is_addressed(message)):
                    self.found.setdefault(entry.number, f"{says}, and it is about a job")

    def _is_addressed(self, message: Message) -> bool:
        """Whether the sender's name or the subject speaks of hiring."""
        said = Haystack(message.sender.name).words | self._said.subject.words
        return not said.isdisjoint(vocabulary().hiring_words)

    def _in_text(self) -> None:
        """An applicant-tracking system's mail may name the company nowhere else.

        Its own name stands below every text, so that a company of that name is not looked for.
        """
        for entry in self._index.named_in(self._said.text.haystack):
            if entry.joined & self._own_names:
                continue
            self._add(entry, "the text")
        self.with_role.clear()


def _names_in_address(address: Address, *, is_tenant: bool) -> Iterator[str]:
    """The companies, without blanks, that an address at a shared host may belong to.

    Applicant-tracking hosts write as acme@host, no-reply-acme@host or jobs@acme.host; at a
    webmail host only what hires is looked at: acme.careers@, but not bob.miller@.
    """
    if not is_tenant:
        pieces = _SEPARATORS.split(address.local)
        yield from sorted(said_to_hire("".join(pieces)))
        return
    yield from dict.fromkeys(_tenants(address))


def _tenants(address: Address) -> Iterator[str]:
    inner = address.domain.removesuffix(registrable(address.domain)).strip(".").split(".")
    for part in (*address.local.split("+"), *inner):
        pieces = [piece for piece in _SEPARATORS.split(part) if not _OPAQUE.fullmatch(piece)]
        telling = [piece for piece in pieces if piece not in vocabulary().offices]
        for joined in ("".join(pieces), "".join(telling)):
            if joined:
                yield joined
                yield from sorted(hiring_names(joined))
