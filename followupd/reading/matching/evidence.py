"""What the words of a mail say for an interview, and between several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.reading.names import Haystack
from followupd.reading.people import hires, is_office
from followupd.reading.text import quoted
from followupd.reading.vocabulary import vocabulary

if TYPE_CHECKING:
    from followupd.reading.addresses import Address
    from followupd.reading.matching.candidates import Entry
    from followupd.reading.message import Message


class Text:
    """The text of a mail, made ready only when it is asked.

    Whether it was asked tells whether it could have changed a match.
    """

    __slots__ = ("_haystack", "_written", "was_asked")

    def __init__(self, written: str) -> None:
        self._written = written
        self._haystack: Haystack | None = None
        self.was_asked = False

    @property
    def haystack(self) -> Haystack:
        """The text, to look names up in."""
        self.was_asked = True
        if self._haystack is None:
            self._haystack = Haystack(self._written)
        return self._haystack


class Said:
    """A mail's subject and text.

    Args:
        message: the mail's headers.
        text: its body; "" where it was not read.
    """

    __slots__ = ("subject", "text")

    def __init__(self, message: Message, text: str) -> None:
        self.subject = Haystack(message.subject)
        self.text = Text(text)

    def role_in(self, entry: Entry) -> str | None:
        """Where all significant words of an interview's role stand, as evidence; else None."""
        if not entry.role.significant:
            return None
        role = quoted(entry.candidate.role)
        if self.subject.holds_all(entry.role.significant):
            return f"{role} in the subject"
        if self.text.haystack.holds_all(entry.role.significant):
            return f"{role} in the text"
        return None

    def organisation_names(self, entry: Entry, address: Address) -> str | None:
        """Where an organisation's mail names the company or the role, as evidence; else None.

        The role alone says nothing in the mail of an agency, which fills it for others as well.
        The company alone says nothing in the mail of an office that also sends parcels.
        """
        at_employer = entry.employs(address.domain) or not entry.company.name
        for place in ("subject", "text"):
            haystack = self.subject if place == "subject" else self.text.haystack
            by_role = haystack.holds_all(entry.role.significant)
            by_company = haystack.names(entry.company)
            if by_role and (at_employer or by_company):
                return f"{quoted(entry.candidate.role)} in the {place}"
            if by_company and (not is_office(address) or self._is_about_hiring(address)):
                return f"{quoted(entry.candidate.company)} in the {place}"
        return None

    def _is_about_hiring(self, address: Address) -> bool:
        about = vocabulary().hiring_words
        return (
            hires(address)
            or not about.isdisjoint(self.subject.words)
            or not about.isdisjoint(self.text.haystack.words)
        )

    def tell_apart(self, entries: list[Entry]) -> tuple[list[Entry], str]:
        """The entries that the words speak for, and which words; all of them when none does.

        Only words count that distinguish: the company where there are several, and what not all
        of the roles have in common. The subject speaks before the text; words such as "senior"
        count in the subject only, for they stand in many a signature, and so do an occupation's.
        """
        if len(entries) < 2:  # noqa: PLR2004 - one cannot be told from itself
            return entries, ""
        several_companies = len({entry.company.name for entry in entries}) > 1
        shared = frozenset.intersection(*(entry.role.every for entry in entries))
        said = ""
        for place in ("subject", "text"):
            in_subject = place == "subject"
            haystack = self.subject if in_subject else self.text.haystack
            scores: dict[int, int] = {}
            for entry in entries:
                words = (entry.role.every if in_subject else entry.role.significant) - shared
                tells = in_subject or not words <= vocabulary().occupations
                by_role = tells and haystack.holds_all(words)
                by_company = several_companies and haystack.names(entry.company)
                scores[entry.number] = by_role + by_company
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
