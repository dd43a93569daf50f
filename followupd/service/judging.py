"""What a mail is, whose answer it is, and what it says: one judgement, with its reasons.

Pure: the mail's text is fetched by the caller, and the time comes in with the mail. `intake`
makes events of a judgement, and the command `why` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from followupd.domain.events import Layer, Meaning, Place, Verdict, Words
from followupd.domain.verdicts import is_sure
from followupd.domain.workdays import Workdays
from followupd.reading.automatic import Kind, may_be_report, sort
from followupd.reading.body import read_body
from followupd.reading.calling import promises_call
from followupd.reading.dates import promised_day
from followupd.reading.invitation import may_be_invitation, read_invitation
from followupd.reading.matching import Candidate, Index, by_headers, match
from followupd.reading.meaning import understand
from followupd.reading.message import read_headers
from followupd.reading.newtext import new_text
from followupd.reading.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.reading.automatic import Sorted
    from followupd.reading.body import Body
    from followupd.reading.invitation import Invitation
    from followupd.reading.matching import Match
    from followupd.reading.message import Message

_BY_INVITATION = 0.95
"""An invitation for a time says by itself that they want to meet."""

_BY_DATE = 0.85
"""Who names the day on which they will be heard of has not decided yet."""

_SAYS_NOTHING = (Meaning.OTHER, Meaning.ACKNOWLEDGEMENT)
_FINAL = (Meaning.OFFER, Meaning.REJECTION)
_MAY_SAY_SOMETHING = (
    Kind.PERSON,
    Kind.INVITATION,
    Kind.CANCELLATION,
    Kind.BULK,
    Kind.AUTOMATIC,
    Kind.CALENDAR_REPLY,
)
"""Machines write rejections as well: what they say is read, and asked about."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found out about one mail.

    Attributes:
        match: the interviews it may belong to, or None.
        sorted: what it is: a person's, a bounce, an absence note.
        verdict: what it says; None where its text was not read, or cannot say anything.
        invitation: the invitation in it, or None.
        body: its parts where they were fetched.
    """

    match: Match | None
    sorted: Sorted
    verdict: Verdict | None = None
    invitation: Invitation | None = None
    body: Body | None = None


class Judge:
    """Judges mails against the interviews there are.

    Args:
        index: the interviews.
        own_addresses: of all accounts, case-folded.
        workdays: the user's, by which working days are counted.
    """

    def __init__(self, index: Index, own_addresses: frozenset[str], workdays: Workdays) -> None:
        self._index = index
        self._own = own_addresses
        self._workdays = workdays

    def judge(
        self, message: Message, sent_at: datetime, body: Callable[[], Body | None]
    ) -> Judgement:
        """Judge one mail.

        Args:
            message: its headers.
            sent_at: its date, in its sender's zone.
            body: fetches its parts, size-capped; called at most once, and only for mail that may
                concern an interview.
        """
        matched, text_may_tell = by_headers(message, self._index)
        read: Body | None = None
        if (
            matched is not None
            or text_may_tell
            or may_be_report(message)
            or may_be_invitation(message)
        ):
            read = body()
        if read is not None and text_may_tell:
            matched = match(message, self._index, read.text)
        by_reference = matched is not None and matched.layer is Layer.REFERENCE
        sorted_ = sort(message, own_addresses=self._own, body=read, answers_ours=by_reference)
        if read is None:
            return Judgement(matched, sorted_)
        invitation = None
        if read.calendar is not None:
            invitation = read_invitation(read.calendar, self._workdays.zone)
        if invitation is not None and invitation.cancelled and sorted_.kind is Kind.INVITATION:
            # Some calendars ask again with the event's status instead of taking it back.
            sorted_ = replace(sorted_, kind=Kind.CANCELLATION)
        verdict = None
        if sorted_.kind in _MAY_SAY_SOMETHING or sorted_.by_subject_alone:
            verdict = self._verdict(message, sent_at, read, invitation, sorted_.kind)
        return Judgement(matched, sorted_, verdict, invitation, read)

    def _verdict(
        self,
        message: Message,
        sent_at: datetime,
        body: Body,
        invitation: Invitation | None,
        kind: Kind,
    ) -> Verdict:
        text = new_text(body.text)
        # The subject of a calendar's reply is the title of what it replies to.
        subject = "" if kind is Kind.CALENDAR_REPLY else message.subject
        understood = understand(subject, text)
        verdict = Verdict(
            understood.meaning, understood.confidence, understood.evidence, understood.against
        )
        if invitation is not None and kind is Kind.CANCELLATION:
            return _of_cancellation(verdict, invitation)
        if invitation is not None and kind is Kind.INVITATION:
            return _of_invitation(verdict, invitation)
        promised = promised_day(text, sent_at, self._workdays)
        if promised is None:
            return verdict
        words = Words(Meaning.STILL_DECIDING, promised.words, Place.TEXT, promised.line)
        by_call = promises_call(promised.words)
        if (
            verdict.meaning in _SAYS_NOTHING
            or (verdict.meaning is Meaning.STILL_DECIDING and verdict.confidence < _BY_DATE)
            or (by_call and verdict.meaning is Meaning.NEXT_ROUND and not is_sure(verdict))
        ):
            mine = verdict.evidence if verdict.meaning is Meaning.STILL_DECIDING else ()
            others = verdict.against if mine else (*verdict.evidence, *verdict.against)
            verdict = Verdict(Meaning.STILL_DECIDING, _BY_DATE, (words, *mine), others)
        if verdict.meaning is not Meaning.STILL_DECIDING:
            return verdict
        return replace(
            verdict, decision_by=promised.day, decision_words=promised.words, by_call=by_call
        )


def _of_invitation(verdict: Verdict, invitation: Invitation) -> Verdict:
    """They ask for a time: the next round, unless the words plainly say that it is over."""
    said = f"invites to {quoted(invitation.summary, 80)}"
    words = Words(Meaning.NEXT_ROUND, said, Place.INVITATION)
    if verdict.meaning in _FINAL and is_sure(verdict):
        return replace(verdict, against=(words, *verdict.against))
    is_same = verdict.meaning is Meaning.NEXT_ROUND
    mine = verdict.evidence if is_same else ()
    others = verdict.against if is_same else (*verdict.evidence, *verdict.against)
    confidence = max(_BY_INVITATION, verdict.confidence) if is_same else _BY_INVITATION
    return Verdict(
        Meaning.NEXT_ROUND, confidence, (words, *mine), others, meets_at=invitation.starts_at
    )


def _of_cancellation(verdict: Verdict, invitation: Invitation) -> Verdict:
    """They take a time back: nothing more is said, unless the words plainly say that it is over.

    Its title still invites, so what that speaks for counts against.
    """
    said = f"takes the invitation {quoted(invitation.summary, 80)} back"
    words = Words(Meaning.OTHER, said, Place.INVITATION)
    if verdict.meaning in _FINAL and is_sure(verdict):
        return replace(verdict, evidence=(words, *verdict.evidence), meets_at=invitation.starts_at)
    is_same = verdict.meaning is Meaning.OTHER
    mine = verdict.evidence if is_same else ()
    others = verdict.against if is_same else (*verdict.evidence, *verdict.against)
    return Verdict(
        Meaning.OTHER, _BY_INVITATION, (words, *mine), others, meets_at=invitation.starts_at
    )


def prepare() -> None:
    """Load the words and the weights, so that the first mail need not wait a second for them.

    Raises:
        ValueError: a data file cannot be read; it is named.
    """
    somebody = Candidate(0, "Acme", "Engineer", ("dana@acme.example",), frozenset())
    judge = Judge(Index.build([somebody]), frozenset(), Workdays(ZoneInfo("UTC")))
    letter = (
        b"From: dana@acme.example\r\nSubject: Your interview\r\n\r\n"
        b"We will let you know by Friday.\r\n"
    )
    judge.judge(read_headers(letter), datetime(2027, 1, 4, tzinfo=UTC), lambda: read_body(letter))
