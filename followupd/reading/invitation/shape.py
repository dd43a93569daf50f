"""Whether an invitation is one to a job interview, and who belongs to it.

What is said yes to here is shown to the user as a suggestion and recorded only when they accept
it; still, a list of wrong suggestions is soon read by nobody. So the title must say it, or two
kinds of evidence must, and the interviews that are somebody else's (a customer's, a podcast's, a
candidate's whom the user is to meet) end it whatever else is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.reading.addresses import mailbox_key
from followupd.reading.invitation.company import company_of, names_company, surroundings
from followupd.reading.invitation.role import role_of
from followupd.reading.invitation.titles import pieces_of, title_of
from followupd.reading.invitation.words import is_room, is_scheduler, is_system, words
from followupd.reading.organisations import is_applicant_tracking, organisation
from followupd.reading.phrasing import plain
from followupd.reading.text import quoted

if TYPE_CHECKING:
    import re

    from followupd.reading.addresses import Address
    from followupd.reading.invitation.event import Invitation
    from followupd.reading.message import Message

_TEXT_LIMIT = 8000
_ASKING = frozenset({"", "REQUEST", "PUBLISH", "COUNTER", "ADD"})
"""The methods that put an event before the user (RFC 5546, section 1.4)."""

_KINDS_NEEDED = 2
_CALENDARS = ("calendar-notification@google.com", "calendly.com")


@dataclass(frozen=True, slots=True)
class InterviewShape:
    """An invitation to a job interview.

    Attributes:
        words: which words say so, as a printable piece of a sentence.
        company: a guess, "" where nothing is sure enough.
        role: likewise.
    """

    words: str
    company: str
    role: str


def people_of(invitation: Invitation, own_addresses: frozenset[str]) -> tuple[Address, ...]:
    """The people of an invitation, the organiser first, each once.

    The user, rooms, and the addresses of calendars and recruiting systems are left out: a draft
    to them reaches nobody.

    Args:
        invitation: as it was read.
        own_addresses: the user's own, as in the configuration.
    """
    own = {mailbox_key(address) for address in own_addresses}
    organizer = (invitation.organizer,) if invitation.organizer else ()
    found: dict[str, Address] = {}
    for address in (*organizer, *invitation.attendees):
        if address.mailbox_key in own or is_system(address) or is_room(address):
            continue
        known = found.get(address.mailbox_key)
        if known is None or (not known.name and address.name):
            found[address.mailbox_key] = address
    return tuple(found.values())


def _is_the_users_to_attend(invitation: Invitation, own_addresses: frozenset[str]) -> bool:
    """Whether somebody else invites the user, from outside the user's own organisation."""
    own = {mailbox_key(address) for address in own_addresses}
    organizer = invitation.organizer
    if organizer is not None:
        if organizer.mailbox_key in own:
            return False
        # A colleague's invitation is to the user's own job: to meet a candidate.
        employers = {organisation(key.rpartition("@")[2]) for key in own} - {""}
        if organisation(organizer.domain) in employers:
            return False
    invited = {address.mailbox_key for address in invitation.attendees}
    return not invited or bool(invited & own)


def _found(pattern: re.Pattern[str], text: str, place: str) -> str:
    found = pattern.search(text)
    return f"{quoted(found[0], 40)} in the {place}" if found else ""


def _evidence(invitation: Invitation, subject: str, text: str, *, names_company: bool) -> str:
    """Which words say that it is an interview; "" where they do not suffice."""
    known = words()
    title, subject = plain(invitation.summary), plain(subject[:1000])
    if any(known.never.search(said) or known.called_off.match(said) for said in (title, subject)):
        return ""
    certain = _found(known.certain, title, "title")
    if certain:
        return certain
    if known.routine.search(title) or (not title and known.routine.search(subject)):
        return ""
    description = known.never.sub(" ", plain(invitation.description))
    text = known.never.sub(" ", plain(text[:_TEXT_LIMIT]))
    said = _found(known.certain, subject, "subject")
    written = _found(known.certain, description, "description") or _found(
        known.certain, text, "text"
    )
    titled = _found(known.likely, title, "title") or _found(known.likely, subject, "subject")
    hinted = _found(known.hint, description, "description") or _found(known.hint, text, "text")
    role = _found(known.role, title, "title") or _found(known.role, subject, "subject")
    host = _recruiting_host(invitation)
    # A role alone is in every second meeting's title, and a hint in many a signature.
    if not (said or written or titled or (host and hinted)):
        return ""
    named = "its company in the title" if names_company and known.acquainting.search(title) else ""
    kinds = [each for each in (said, written, titled, named, role, hinted, host) if each]
    return ", ".join(kinds[:3]) if len(kinds) >= _KINDS_NEEDED else ""


def _recruiting_host(invitation: Invitation) -> str:
    organizer = invitation.organizer
    if organizer is None or is_scheduler(organizer):
        return ""
    return f"organiser at {organizer.domain}" if is_applicant_tracking(organizer.domain) else ""


def interview_shape(
    invitation: Invitation, *, subject: str, text: str, own_addresses: frozenset[str]
) -> InterviewShape | None:
    """Tell whether an invitation is shaped like a job interview; never raises.

    Args:
        invitation: as it was read.
        subject: of the mail it came with.
        text: of that mail; the first 8,000 characters count.
        own_addresses: the user's own, as in the configuration.

    Returns:
        what says so and what it is about, or None: then it is something else, is called off,
        comes again and again, takes several days, or is not the user's to attend.
    """
    if (
        invitation.cancelled
        or invitation.method not in _ASKING
        or invitation.recurring
        or invitation.days > 1
        or not _is_the_users_to_attend(invitation, own_addresses)
    ):
        return None
    around = surroundings(invitation, text, own_addresses)
    titles = dict.fromkeys((title_of(invitation.summary), title_of(subject)))
    pieces = [piece for title in titles for piece in pieces_of(title)]
    named = names_company(pieces, around)
    said = _evidence(invitation, subject, text, names_company=named)
    if not said:
        return None
    company = company_of(pieces, around)
    return InterviewShape(said, company, role_of(pieces, around, company))


def may_be_invitation(message: Message) -> bool:
    """Whether a mail that concerns no interview may invite to one, as far as headers tell."""
    if message.content_type == "text/calendar":
        return True
    if not message.content_type.startswith("multipart/") or message.has("list-id"):
        return False
    if "calendarmessage" in (message.header("content-class") or "").casefold():
        return True
    by_calendar = any(host in (message.header("sender") or "") for host in _CALENDARS)
    return by_calendar or _speaks_of_interview(message.subject)


def _speaks_of_interview(subject: str) -> bool:
    said, known = plain(subject), words()
    if known.never.search(said) is not None:
        return False
    return known.certain.search(said) is not None or known.likely.search(said) is not None
