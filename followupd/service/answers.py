"""What somebody's mail about an interview amounts to: an answer, a question, or the wait goes on.

Whose mail it is and what it says is known by then (`judging`); here it becomes an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.domain import events as happened
from followupd.domain.events import Layer, Meaning
from followupd.domain.interview import Outcome
from followupd.domain.verdicts import is_sure, outcome_of
from followupd.reading.organisations import is_applicant_tracking

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.events import Event, Mail, Verdict
    from followupd.reading.matching import Match
    from followupd.reading.message import Message
    from followupd.service.judging import Judgement

_GOES_ON = (Meaning.STILL_DECIDING, Meaning.ACKNOWLEDGEMENT)
"""What a person may say and still owe the answer."""

_SURELY = 0.9
"""From here on an acknowledgement is not even asked about where it may belong nowhere."""

_NO_REPLY = ("no-reply", "noreply", "no.reply", "no_reply", "donotreply", "do-not-reply")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote about an interview, before it is an event."""

    at: datetime
    mail: Mail
    layer: Layer
    evidence: str
    rule: str
    verdict: Verdict | None
    is_cancelled: bool
    by_person: bool

    def as_event(self, *, sure: bool) -> Event:
        """The event; a possible reply where it is not sure whose answer it is, or what it says.

        Whether the interview goes on waiting hangs on two meanings: there a doubt is a question.
        What else a person says is an answer, be it clear or not.
        """
        verdict = self.verdict
        if not sure or self.is_cancelled:
            return self._possible()
        if verdict is not None and _may_go_on(verdict):
            return self._possible()
        if verdict is None or verdict.meaning not in _GOES_ON:
            return happened.ReplyReceived(
                at=self.at,
                mail=self.mail,
                layer=self.layer,
                evidence=self.evidence,
                rule=self.rule,
                outcome=outcome_of(verdict),
                verdict=verdict,
            )
        if verdict.meaning is Meaning.ACKNOWLEDGEMENT:
            return happened.Acknowledged(
                at=self.at,
                mail=self.mail,
                layer=self.layer,
                evidence=self.evidence,
                rule=self.rule,
                verdict=verdict,
            )
        if not self.by_person:
            # Only who belongs to the interview moves its dates; a colleague's word is asked about.
            return self._possible()
        return happened.HoldingReply(
            at=self.at,
            mail=self.mail,
            layer=self.layer,
            evidence=self.evidence,
            rule=self.rule,
            decision_by=verdict.decision_by,
            verdict=verdict,
        )

    def _possible(self) -> Event:
        return happened.PossibleReply(
            at=self.at,
            mail=self.mail,
            layer=self.layer,
            evidence=self.evidence,
            rule=self.rule,
            verdict=self.verdict,
        )


def _may_go_on(verdict: Verdict) -> bool:
    """Whether it is open that nothing is decided yet: "Thanks!" may be all there is to a mail."""
    if is_sure(verdict):
        return False
    leaves_it_open = verdict.meaning is Meaning.OTHER and any(
        words.meaning in _GOES_ON for words in verdict.against
    )
    return verdict.meaning in _GOES_ON or leaves_it_open


def says_something(verdict: Verdict | None) -> bool:
    """Whether mail that bears the marks of bulk mail plainly speaks to one applicant."""
    return verdict is not None and verdict.meaning is not Meaning.OTHER and is_sure(verdict)


def decides(verdict: Verdict | None) -> bool:
    """Whether an automatic mail plainly says what only an answer says.

    Some systems mark as automatic what a person decided: it is asked about.
    """
    return verdict is not None and outcome_of(verdict) is not Outcome.OTHER


def only_acknowledges(message: Message, found: Judgement) -> bool:
    """Whether a system only says that something came: no answer, whosever it is."""
    verdict = found.verdict
    by_system = is_applicant_tracking(message.sender.domain) or message.sender.local.startswith(
        _NO_REPLY
    )
    return (
        verdict is not None
        and verdict.meaning is Meaning.ACKNOWLEDGEMENT
        and verdict.confidence >= _SURELY
        and by_system
    )


def may_be_a_recruiters(message: Message, matched: Match) -> bool:
    """Whether mail with the marks of bulk mail may be one person's answer all the same.

    Applicant-tracking systems put List-Unsubscribe and Feedback-ID on what a recruiter writes to
    one applicant; a mailing list or a newsletter says more than that (RFC 2919).
    """
    precedence = (message.header("precedence") or "").strip().casefold()
    if message.has("list-id") or precedence in ("bulk", "list", "junk"):
        return False
    return matched.layer is Layer.ADDRESS or is_applicant_tracking(message.sender.domain)
