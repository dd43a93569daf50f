"""Events in words: one clause each, as `log`, `show` and `once` print them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.format import called, draft_to, moment, name_of, stand_in_words, worded
from followupd.cli.telling_acts import tell_act
from followupd.cli.telling_approvals import tell_approval, tell_sending
from followupd.domain import approvals
from followupd.domain import events as happened
from followupd.domain.days import say_day
from followupd.domain.events import AutomaticCategory
from followupd.reading.text import clean, quoted

if TYPE_CHECKING:
    from datetime import date

    from followupd.domain.events import Event, Mail, Verdict
    from followupd.domain.history import History
    from followupd.domain.workdays import Workdays

_TEXT_LIMIT = 300
_AUTOMATIC = {
    AutomaticCategory.ABSENCE: "an absence note",
    AutomaticCategory.REPLY: "an automatic reply",
    AutomaticCategory.BULK: "automatic mail",
    AutomaticCategory.READ_RECEIPT: "a read receipt",
    AutomaticCategory.DELIVERY_NOTE: "a delivery note",
    AutomaticCategory.CALENDAR_REPLY: "a calendar's note",
}


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the events of one interview."""

    history: History
    workdays: Workdays
    today: date

    def tell(self, event: Event) -> str:  # noqa: C901, PLR0911, PLR0912 - one case an event
        """What happened, without the time at which followupd learned of it."""
        match event:
            case happened.Added(interview=interview):
                held = moment(interview.held_at, self.today, self.workdays)
                return f"recorded: {name_of(interview)}, interview on {held}"
            case happened.MailboxSearched(account=account):
                return f"searched {clean(account, 60)} for earlier mail"
            case happened.ThreadFound(mail=mail):
                return f"earlier mail found: {self._mail(mail)}"
            case happened.ReplyReceived(mail=mail, outcome=outcome, evidence=evidence):
                said = f" ({worded(outcome)})" if outcome != outcome.OTHER else ""
                why = self._why(evidence, event.verdict)
                return f"answer{said}: {self._mail(mail)}; {why}"
            case happened.HoldingReply(mail=mail, decision_by=decision_by, evidence=evidence):
                until = "" if decision_by is None else f" until {say_day(decision_by, self.today)}"
                why = self._why(evidence, event.verdict)
                return f"not decided yet{until}: {self._mail(mail)}; {why}"
            case happened.Acknowledged(mail=mail, evidence=evidence):
                why = self._why(evidence, event.verdict)
                return f"a word that something came, no answer: {self._mail(mail)}; {why}"
            case happened.PossibleReply(mail=mail, evidence=evidence):
                why = self._why(evidence, event.verdict)
                return f"possible reply: {self._mail(mail)}; {why}"
            case happened.ReplyResolved(belongs=belongs):
                decided = "is the answer" if belongs else "is no answer"
                said = "" if event.outcome is None else f", {worded(event.outcome)}"
                return f"you decided that the possible reply {decided}{said}"
            case happened.AutomaticReceived():
                return self._automatic(event)
            case happened.Bounced(address=address, permanent=permanent):
                now = "" if permanent else ", this time; the address lives"
                return f"mail to {clean(address, 100)} came back as undeliverable{now}"
            case happened.DraftQueued(message_id=message_id):
                return f"laid into Drafts: {self._draft(message_id)}"
            case happened.DraftEdited(message_id=message_id):
                return f"you edited the draft: {self._draft(message_id)}"
            case happened.DraftSent(message_id=message_id):
                draft = self.history.draft(message_id)
                return tell_sending(
                    event, draft, self._draft(message_id), self.workdays, self.today
                )
            case happened.DraftDismissed(message_id=message_id):
                return f"you deleted the draft: {self._draft(message_id)}"
            case happened.DraftWithdrawn(message_id=message_id, reason=reason):
                return f"took back {self._draft(message_id)}: {clean(reason, _TEXT_LIMIT)}"
            case happened.DraftMissing(message_id=message_id):
                return f"gone from Drafts, not yet in Sent: {self._draft(message_id)}"
            case happened.DraftFound(message_id=message_id):
                return f"in Drafts again: {self._draft(message_id)}"
            case happened.WroteByHand(mail=mail):
                return f"you wrote on your own: {self._mail(mail)}"
            case happened.CallMade(note=note, person=person):
                whom = f" {called(person, self.history)}" if person else ""
                return f"you called{whom}{_after(note)}"
            case happened.InterviewMoved(held_at=held_at):
                return f"the interview is moved to {moment(held_at, self.today, self.workdays)}"
            case happened.DecisionMoved(decision_by=decision_by):
                return f"the decision is promised for {say_day(decision_by, self.today)}"
            case happened.MarkedAnswered(outcome=outcome):
                said = f": {worded(outcome)}" if outcome != outcome.OTHER else ""
                return f"you said that an answer came{said}"
            case happened.MarkedSilent():
                return "you said that no answer has come"
            case happened.Snoozed(until=until):
                return f"snoozed until {moment(until, self.today, self.workdays)}"
            case happened.StepSkipped(step=step, person=person):
                to = f" to {called(person, self.history)}" if person else ""
                return f"you skipped {clean(step, 60)}{to}"
            case happened.Closed(reason=reason):
                return f"closed{_after(reason)}"
            case happened.Reopened():
                return "reopened"
            case happened.Noted(text=text):
                return f"note: {clean(text, _TEXT_LIMIT)}"
            case _ if isinstance(event, approvals.Approving):
                called_so = self._draft(event.message_id)
                return tell_approval(event, called_so, self.workdays, self.today)
            case _:
                return tell_act(event, self.history, self.today)

    def _automatic(self, event: happened.AutomaticReceived) -> str:
        said = f"{_AUTOMATIC[event.category]}, no answer: {self._mail(event.mail)}"
        if event.returns_on is not None:
            said += f"; back on {say_day(event.returns_on, self.today)}"
        if event.stand_in_name or event.stand_in_address:
            said += f"; stand-in: {stand_in_words(event.stand_in_name, event.stand_in_address)}"
        if event.has_left:
            said += "; no longer there"
        return said

    def _why(self, evidence: str, verdict: Verdict | None) -> str:
        """Why it was taken for that: where it belongs, and the words that say most."""
        said = clean(evidence, _TEXT_LIMIT)
        if verdict is None or not verdict.evidence:
            return said
        return f"{said}; it says {quoted(verdict.evidence[0].words, _TEXT_LIMIT)}"

    def _mail(self, mail: Mail) -> str:
        who = clean(mail.sender_name, 60) or called(mail.sender, self.history)
        address = clean(mail.sender, 100)
        whom = f"{who} <{address}>" if who != address else address
        at = moment(mail.date, self.today, self.workdays)
        return f"{quoted(mail.subject, 100)} from {whom}, {at}"

    def _draft(self, message_id: str) -> str:
        draft = self.history.draft(message_id)
        return draft_to(draft, self.history) if draft is not None else "a draft"


def _after(text: str) -> str:
    said = clean(text, _TEXT_LIMIT)
    return f": {said}" if said else ""
