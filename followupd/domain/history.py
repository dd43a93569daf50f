"""What is known of an interview: the state that `folding.fold` makes of its events.

Planning, the command line and the mailbox's look at drafts all read the same `History`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from followupd.domain.steps import REQUESTED_FROM

if TYPE_CHECKING:
    from datetime import date, datetime

    from followupd.domain.acts import Given, Reviewed
    from followupd.domain.events import Closed, Mail, PossibleReply, Verdict
    from followupd.domain.interview import DraftState, Interview, Outcome, Person


@dataclass(frozen=True, slots=True)
class Approval:
    """The user's word that a draft is to be sent: they moved it into the approval folder.

    Attributes:
        at: when that was seen, or when they said that it was not sent after all.
        recipients: the bare addresses of To, Cc and Bcc, as the user left them.
        overruled: what held the draft back before, and does not any more, since the user approved
            it once more.
        held: what holds it back now, "" for nothing.
        failures: how often it was tried in vain.
        again_at: when it is tried again after that, or None.
        sending_at: when it was handed over without an answer, or None.
    """

    at: datetime
    recipients: tuple[str, ...]
    overruled: frozenset[str] = frozenset()
    held: str = ""
    failures: int = 0
    again_at: datetime | None = None
    sending_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of ours and what has become of it.

    Attributes:
        step: the step's name; with `cycle` and `person` it tells which rung.
        cycle: the run through the ladder; for a promise its number among the promises.
        person: the address of the person the step is for, as recorded.
        to: the address in the draft's To.
        message_id: the Message-ID it was queued with.
        attempt: how many drafts of the same rung were withdrawn before it.
        state: as recognised last.
        queued_at: when it was laid into Drafts.
        settled_at: when it was sent, dismissed or withdrawn; None while open.
        subject: its subject as queued.
        in_reply_to: the Message-ID it answers, or None.
        sent_message_id: the Message-ID it went out with, "" while it has not.
        moved_to: the address the person has by now, case-folded; "" while it is `person`.
        outdated: something that it may say was put right since.
        approval: the user's approval, the last one where it was taken back; None for none.
        problem: why it could not be sent although it was approved, "" for nothing.
    """

    step: str
    cycle: int
    person: str
    to: str
    message_id: str
    attempt: int
    state: DraftState
    queued_at: datetime
    subject: str
    in_reply_to: str | None
    settled_at: datetime | None = None
    sent_message_id: str = ""
    moved_to: str = ""
    outdated: bool = False
    approval: Approval | None = None
    problem: str = ""

    @property
    def key(self) -> str:
        """The address by which its person is known now, as it is compared."""
        return self.moved_to or self.person.casefold()

    @property
    def rung(self) -> tuple[str, int, str]:
        """What may have only one open draft."""
        return (self.step, self.cycle, self.key)

    @property
    def is_sheet(self) -> bool:
        """Whether it is for the user's own eyes: a call sheet or a reminder."""
        return self.to.casefold() != self.person.casefold()


@dataclass(frozen=True, slots=True)
class Written:
    """A message from the user to one person; `by_hand` when it was no draft of the plan's."""

    address: str
    at: datetime
    by_hand: bool
    message_id: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the user's; `person` is the address of whom they called, "" where not said."""

    at: datetime
    person: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """The latest absence note of a person.

    Attributes:
        noted_at: its date.
        returns_on: the day of return it names, or None.
        stand_in_name: who stands in for them; "" where that is not said.
        stand_in_address: their bare address; "" where that is not said.
    """

    noted_at: datetime
    returns_on: date | None
    stand_in_name: str = ""
    stand_in_address: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Why the interview counts as answered.

    Attributes:
        at: when it was given: the mail's date, or when the user said so.
        outcome: what it says.
        mail: None when the user said so.
        verdict: what was read in the mail.
        known_at: when followupd learned of it; None for the same moment.
    """

    at: datetime
    outcome: Outcome
    mail: Mail | None
    verdict: Verdict | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """A rung the user does not want; `done` where it is a task that they did."""

    step: str
    cycle: int
    person: str
    at: datetime
    done: bool = False

    @property
    def rung(self) -> tuple[str, int, str]:
        """What `Draft.rung` is for a draft."""
        return (self.step, self.cycle, self.person.casefold())


@dataclass(frozen=True, slots=True)
class Request:
    """A draft the user asked for; see `acts.DraftRequested`."""

    template: str
    person: str
    given: tuple[Given, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangedPlans:
    """What changed in the user's own plans, in their words; a draft made later mentions it."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """The state of one interview; addresses in mappings and sets are case-folded.

    Attributes:
        interview: as it was recorded.
        interview_id: its number.
        decision_by: the promised day as it stands now, or None when none was promised.
        decision_said_at: when the user moved the decision date last, or None.
        promised_before: the day that was promised before a reply put the decision off without
            naming one, or None.
        held_up_by: the reply by which the decision date moved last; None where it was recorded
            or moved by the user.
        cycle: the run through the ladder, from 0; each moved decision date starts another.
        answer: set while the interview counts as answered.
        marked_silent: the user said that no answer has come.
        closed: the closing event while it is closed.
        reopened_at: when the user took a closing back last, or None.
        closed_by_plan_in: the cycle in which the ladder came to its end, or None.
        snoozed_until: nothing is laid into Drafts before it.
        possible: possible replies that wait for the user's word, oldest first.
        drafts: every draft ever queued, oldest first.
        written: every message known to have gone to a person, oldest first.
        heard: when each person last wrote.
        absences: latest absence note of each person, unless they wrote since.
        bounced: addresses mail to which came back for good.
        gone: addresses of people who are no longer with the organisation.
        skips: rungs skipped by the user.
        calls: the user's calls, in the order in which they were told.
        mails: mails with the interview's people, in the order in which they were learned of.
        message_ids: every Message-ID that belongs to the interview.
        notes: the user's notes, oldest first.
        searched: the accounts that were searched for earlier mail with everybody.
        added_later: how many addresses were added after the interview was recorded.
        removed: who belonged to the interview and does not any more, oldest first.
        formerly: the addresses that people had before, each with the one they have now.
        dropped_promises: the numbers of the promises that no longer hold.
        topics: what the user talked about with each person.
        plans: the latest change in the user's own plans, or None.
        requests: the drafts the user asked for, oldest first.
        followed_by: the number of the next round, or None while none is recorded.
        waiting_since: when the user answered a request for information, or None; from then on an
            answer is waited for again.
        call_promised_on: the day on which they meant to call, or None.
        review: how it was, looking back, or None.
    """

    interview: Interview
    interview_id: int
    decision_by: date | None
    decision_said_at: datetime | None = None
    promised_before: date | None = None
    held_up_by: Mail | None = None
    cycle: int = 0
    answer: Answer | None = None
    marked_silent: bool = False
    closed: Closed | None = None
    reopened_at: datetime | None = None
    closed_by_plan_in: int | None = None
    snoozed_until: datetime | None = None
    possible: tuple[PossibleReply, ...] = ()
    drafts: tuple[Draft, ...] = ()
    written: tuple[Written, ...] = ()
    heard: dict[str, datetime] = field(default_factory=dict)
    absences: dict[str, Absence] = field(default_factory=dict)
    bounced: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    skips: tuple[Skip, ...] = ()
    calls: tuple[Call, ...] = ()
    mails: tuple[Mail, ...] = ()
    message_ids: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    searched: frozenset[str] = frozenset()
    added_later: int = 0
    removed: tuple[Person, ...] = ()
    formerly: dict[str, str] = field(default_factory=dict)
    dropped_promises: frozenset[int] = frozenset()
    topics: dict[str, str] = field(default_factory=dict)
    plans: ChangedPlans | None = None
    requests: tuple[Request, ...] = ()
    followed_by: int | None = None
    waiting_since: datetime | None = None
    call_promised_on: date | None = None
    review: Reviewed | None = None

    @property
    def open_drafts(self) -> tuple[Draft, ...]:
        """The drafts the user may still send, oldest first."""
        return tuple(draft for draft in self.drafts if draft.state.is_open)

    @property
    def unlaid_requests(self) -> tuple[int, ...]:
        """The numbers of the drafts that the user asked for and that never lay in Drafts."""
        laid = {draft.cycle - REQUESTED_FROM for draft in self.drafts}
        return tuple(number for number in range(len(self.requests)) if number not in laid)

    @property
    def unreachable(self) -> frozenset[str]:
        """The addresses at which nobody reads any more."""
        return self.bounced | self.gone

    def draft(self, message_id: str) -> Draft | None:
        """The draft queued with that Message-ID."""
        return next((draft for draft in self.drafts if draft.message_id == message_id), None)

    def key_of(self, address: str) -> str:
        """The address by which the owner of that address is known now, as it is compared."""
        key = address.casefold()
        return self.formerly.get(key, key)

    def last_mail_with(self, address: str) -> Mail | None:
        """The newest mail from or to that person: the thread to continue."""
        key = address.casefold()
        mails = [
            mail
            for mail in self.mails
            if key in (self.key_of(one) for one in (mail.sender, *mail.recipients))
        ]
        return max(mails, key=lambda mail: mail.date, default=None)
