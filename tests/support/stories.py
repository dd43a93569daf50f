"""Stories of interviews, lived through as the daemon would live them, but without any mail.

A `Story` holds the events of one interview and a clock that only the test moves. `until` goes
through the plan's own due times, does what each plan asks for (withdraw, queue, hold back, send,
close) and records the same events as the daemon; the other methods are what people do meanwhile.
Moments are written as the user's wall clock shows them: "2026-11-17 09:00".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from followupd.domain import approvals
from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, PROMISE, Cadence
from followupd.domain.events import AutomaticCategory, Event, Layer, Mail
from followupd.domain.folding import fold
from followupd.domain.interview import Channel, Interview, Outcome, Part, Person, Promise
from followupd.domain.plan import Plan, PlannedStep, plan
from followupd.domain.workdays import Workdays

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.domain.history import Draft, History

ROBIN = "robin@example.org"
DANA = Person("Dana Fox", "dana@acme.example", Part.RECRUITER)
HENRY = Person("Henry Hall", "henry@acme.example", Part.HIRING_MANAGER)
IVY = Person("Ivy Ito", "ivy@acme.example", Part.INTERVIEWER)
IAN = Person("Ian Irwin", "ian@acme.example", Part.INTERVIEWER)
NINA = Person("Nina North", "nina@friends.example", Part.NETWORK)
NOAH = Person("Noah Nash", "noah@friends.example", Part.NETWORK)
SAM = Person("Sam Stone", "sam@acme.example", Part.SENIOR)

APPROVAL_FOLDER = "Followups/Send"

EVERYBODY = (DANA, HENRY, IVY, IAN, NINA, NOAH)

BERLIN = "Europe/Berlin"
SOON = timedelta(minutes=5)


def calendar(
    zone: str = BERLIN,
    holidays: Iterable[str] = (),
    hours: tuple[time, time] = (time(9, 0), time(17, 30)),
) -> Workdays:
    """A user's calendar; holidays are ISO days."""
    days = frozenset(date.fromisoformat(day) for day in holidays)
    return Workdays(ZoneInfo(zone), days, *hours)


@dataclass(slots=True)
class Laid:
    """A draft as it was laid down: the step, and what was known at that moment."""

    at: datetime
    step: PlannedStep
    history: History


@dataclass(slots=True)
class Story:
    """One interview and its clock."""

    interview: Interview
    workdays: Workdays
    now: datetime
    cadence: Cadence = field(default_factory=lambda: Cadence(BUILT_IN))
    number: int = 1
    events: list[Event] = field(default_factory=list)
    others: list[Story] = field(default_factory=list)
    laid: list[Laid] = field(default_factory=list)
    withdrawn: list[tuple[Draft, str]] = field(default_factory=list)
    mails: int = 0
    folded: tuple[int, History] | None = None

    def __post_init__(self) -> None:
        if not self.events:
            self.record(happened.Added(at=self.now, interview=self.interview))

    # ---- the daemon's side

    def record(self, *events: Event) -> None:
        """Events happened."""
        self.events.extend(events)

    @property
    def history(self) -> History:
        """What has happened so far."""
        if self.folded is None or self.folded[0] != len(self.events):
            self.folded = (len(self.events), fold(self.number, self.events))
        return self.folded[1]

    def plan(self, now: datetime | None = None) -> Plan:
        """The plan as of the story's clock, or of another moment."""
        others = [other.history for other in self.others]
        return plan(self.history, self.cadence, self.workdays, now or self.now, others)

    def sweep(self) -> Plan:
        """Do what the plan asks for until it asks for nothing more; the last plan."""
        for _ in range(20):
            current = self.plan()
            sent = self._outbox(current)
            if not (current.withdraw or current.queue or current.close or sent):
                return current
            for withdrawal in current.withdraw:
                self._withdraw(withdrawal.message_id, withdrawal.reason)
            for step in current.queue:
                self._queue(step)
            if current.close:
                self.record(happened.Closed(at=self.now, reason=current.close, by_plan=True))
        raise AssertionError("the plan never comes to rest")

    def until(self, clock: str | datetime) -> Plan:
        """Let time pass, waking whenever something is due, and once at the end."""
        end = self.moment(clock) if isinstance(clock, str) else clock
        current = self.sweep()
        while current.next_due is not None and current.next_due <= end:
            assert current.next_due > self.now, "woken again for nothing"
            self.now = current.next_due.astimezone(UTC)
            current = self.sweep()
        self.now = max(self.now, end.astimezone(UTC))
        return self.sweep()

    def _queue(self, step: PlannedStep) -> None:
        assert step.person is not None
        to = step.person.address if step.channel is Channel.EMAIL else ROBIN
        self.laid.append(Laid(self.now, step, self.history))
        self.record(
            happened.DraftQueued(
                at=self.now,
                step=step.step,
                cycle=step.cycle,
                person=step.person.address,
                to=to,
                message_id=(
                    f"<{self.number}.{step.step}.{step.cycle}.{step.person.key}.{step.attempt}>"
                ),
                attempt=step.attempt,
                subject=step.step,
            )
        )

    def _outbox(self, current: Plan) -> bool:
        """Hold back and send what the plan says; whether there was any of it."""
        acted = False
        for sending in current.send:
            draft = self.history.draft(sending.message_id)
            assert draft is not None
            assert draft.approval is not None
            if sending.held and draft.approval.held != sending.held:
                self.record(
                    approvals.SendingHeld(
                        at=self.now, message_id=draft.message_id, reason=sending.held
                    )
                )
                acted = True
            if sending.due is not None and sending.due <= self.now:
                self._sent(draft, answer="250 OK")
                acted = True
        return acted

    def _withdraw(self, message_id: str, reason: str) -> None:
        draft = self.history.draft(message_id)
        assert draft is not None
        self.withdrawn.append((draft, reason))
        self.record(happened.DraftWithdrawn(at=self.now, message_id=message_id, reason=reason))

    # ---- looking

    def moment(self, clock: str) -> datetime:
        """That wall time of the user's."""
        return datetime.fromisoformat(clock).replace(tzinfo=self.workdays.zone).astimezone(UTC)

    def clock(self, moment: datetime | None) -> str | None:
        """The user's wall time of a moment."""
        if moment is None:
            return None
        return self.workdays.local(moment).strftime("%Y-%m-%d %H:%M")

    def step(self, name: str, person: Person | None = None) -> PlannedStep:
        """The step of that name as it is planned now; for that person, where several have it."""
        found = [
            step
            for step in self.plan().steps
            if step.step == name and (person is None or step.person == person)
        ]
        assert len(found) == 1, f"{name} is there {len(found)} times"
        return found[0]

    def due(self, name: str, person: Person | None = None) -> str | None:
        """When the step is due, as the user's clock shows it."""
        return self.clock(self.step(name, person).due)

    def draft(self, name: str, person: Person | None = None) -> Draft:
        """The newest draft of that step."""
        drafts = [
            draft
            for draft in self.history.drafts
            if draft.step == name and (person is None or draft.person == person.address)
        ]
        return drafts[-1]

    def waiting(self) -> list[str]:
        """The steps whose drafts lie in Drafts."""
        return [draft.step for draft in self.history.open_drafts]

    def times(self, name: str) -> list[str | None]:
        """When drafts of that step were laid into Drafts."""
        return [self.clock(laid.at) for laid in self.laid if laid.step.step == name]

    # ---- what people do

    def send(self, name: str, person: Person | None = None) -> None:
        """The user sends the draft a few minutes after now."""
        self.send_draft(self.draft(name, person))

    def send_draft(self, draft: Draft) -> None:
        """The user sends that draft."""
        self.now += SOON
        self._sent(draft)

    def _sent(self, draft: Draft, answer: str = "") -> None:
        self.record(
            happened.DraftSent(
                at=self.now,
                message_id=draft.message_id,
                sent_at=self.now,
                sent_message_id=draft.message_id,
                certain=True,
                answer=answer,
            )
        )

    def approve(self, name: str, person: Person | None = None, *recipients: str) -> None:
        """The user moves the draft into the approval folder; to whom, where they changed that."""
        draft = self.draft(name, person)
        self.record(
            approvals.DraftApproved(
                at=self.now,
                message_id=draft.message_id,
                folder=APPROVAL_FOLDER,
                recipients=recipients or (draft.to,),
            )
        )

    def take_back(self, name: str, person: Person | None = None) -> None:
        """The user moves the draft out of the approval folder."""
        message_id = self.draft(name, person).message_id
        self.record(approvals.ApprovalTakenBack(at=self.now, message_id=message_id))

    def fail(self, name: str, again: str | None, reason: str = "451 try later") -> None:
        """An approved draft could not be sent; when it is tried again, or never."""
        again_at = self.moment(again) if again is not None else None
        self.record(
            approvals.SendingFailed(
                at=self.now,
                message_id=self.draft(name).message_id,
                reason=reason,
                again_at=again_at,
            )
        )

    def lose_answer(self, name: str, person: Person | None = None) -> None:
        """An approved draft was handed over, and no answer came."""
        self.record(
            approvals.SendingUnclear(
                at=self.now,
                message_id=self.draft(name, person).message_id,
                sending_at=self.now,
                reason="the connection broke",
            )
        )

    def deny(self, name: str) -> None:
        """The user says that a draft of unclear outcome was not sent."""
        message_id = self.draft(name).message_id
        self.record(approvals.SendingDenied(at=self.now, message_id=message_id))

    def edit(self, name: str, person: Person | None = None) -> None:
        """The user changes the draft."""
        message_id = self.draft(name, person).message_id
        self.record(happened.DraftEdited(at=self.now, message_id=message_id))

    def delete(self, name: str, person: Person | None = None) -> None:
        """The user deletes the draft."""
        message_id = self.draft(name, person).message_id
        self.record(happened.DraftDismissed(at=self.now, message_id=message_id))

    def lose(self, name: str, person: Person | None = None) -> None:
        """The draft is gone and nothing explains it."""
        message_id = self.draft(name, person).message_id
        self.record(happened.DraftMissing(at=self.now, message_id=message_id))

    def skip(self, name: str, person: Person | None = None) -> None:
        """The user skips the step."""
        step = self.step(name, person)
        address = step.person.address if step.person else ""
        self.record(happened.StepSkipped(at=self.now, step=name, cycle=step.cycle, person=address))

    def mail(self, sender: str, recipients: tuple[str, ...]) -> Mail:
        """A mail of this moment."""
        self.mails += 1
        message_id = f"<mail.{self.number}.{self.mails}@example.org>"
        return Mail(message_id, sender, "", recipients, "Your interview", self.now, "INBOX")

    def reply(self, person: Person, outcome: Outcome = Outcome.OTHER) -> None:
        """The person answers."""
        mail = self.mail(person.address, (ROBIN,))
        self.record(
            happened.ReplyReceived(
                at=self.now, mail=mail, layer=Layer.ADDRESS, evidence="", outcome=outcome
            )
        )

    def possible_reply(self, sender: str = "jobs@acme.example") -> str:
        """A mail comes that may be an answer; its Message-ID."""
        mail = self.mail(sender, (ROBIN,))
        self.record(
            happened.PossibleReply(at=self.now, mail=mail, layer=Layer.NAME, evidence="acme")
        )
        return mail.message_id

    def resolve(self, message_id: str, *, belongs: bool, outcome: Outcome | None = None) -> None:
        """The user decides a possible reply."""
        self.record(
            happened.ReplyResolved(
                at=self.now, message_id=message_id, belongs=belongs, outcome=outcome
            )
        )

    def holding_reply(
        self, person: Person, until: str | None = None, mail: Mail | None = None
    ) -> None:
        """The person says that it is not decided yet, in a mail of now or an earlier one."""
        day = date.fromisoformat(until) if until else None
        self.record(
            happened.HoldingReply(
                at=self.now,
                mail=mail or self.mail(person.address, (ROBIN,)),
                layer=Layer.ADDRESS,
                evidence="",
                decision_by=day,
            )
        )

    def acknowledgement(self, person: Person) -> None:
        """The person says that something came."""
        mail = self.mail(person.address, (ROBIN,))
        self.record(happened.Acknowledged(at=self.now, mail=mail, layer=Layer.ADDRESS, evidence=""))

    def departure(self, person: Person) -> None:
        """The person's mailbox answers that they have left."""
        self.record(
            happened.AutomaticReceived(
                at=self.now,
                mail=self.mail(person.address, (ROBIN,)),
                category=AutomaticCategory.ABSENCE,
                rule="auto-submitted",
                has_left=True,
            )
        )

    def automatic(
        self, person: Person, category: AutomaticCategory, returns_on: str | None = None
    ) -> None:
        """The person's mailbox answers by itself."""
        mail = self.mail(person.address, (ROBIN,))
        back = date.fromisoformat(returns_on) if returns_on else None
        self.record(
            happened.AutomaticReceived(
                at=self.now, mail=mail, category=category, rule="auto-submitted", returns_on=back
            )
        )

    def absence(self, person: Person, returns_on: str | None = None) -> None:
        """The person's absence note comes."""
        self.automatic(person, AutomaticCategory.ABSENCE, returns_on)

    def bounce(self, person: Person) -> None:
        """A mail to the person comes back for good."""
        self.record(
            happened.Bounced(at=self.now, address=person.address, original_message_id="<ours>")
        )

    def by_hand(self, *people: Person) -> None:
        """The user writes on their own."""
        mail = self.mail(ROBIN, tuple(person.address for person in people))
        self.record(happened.WroteByHand(at=self.now, mail=mail))

    def call(self) -> None:
        """The user calls."""
        self.record(happened.CallMade(at=self.now))

    def decision(self, day: str) -> None:
        """The decision is moved to that day."""
        self.record(happened.DecisionMoved(at=self.now, decision_by=date.fromisoformat(day)))

    def snooze(self, clock: str) -> None:
        """The user wants to hear nothing before then."""
        self.record(happened.Snoozed(at=self.now, until=self.moment(clock)))


def story(
    *people: Person,
    held: str = "2026-11-03 10:00",
    decision_by: str | None = "2026-11-13",
    promises: Iterable[tuple[str, str]] = (),
    recorded: str | None = None,
    workdays: Workdays | None = None,
    cadence: Cadence | None = None,
    number: int = 1,
) -> Story:
    """A story that begins when the interview is recorded, by default an hour after it was held.

    Unless said otherwise: Robin in Berlin met Acme on Tuesday 3 November 2026 at 10:00 and was
    promised a decision by Friday 13 November.
    """
    workdays = workdays or calendar()
    held_at = datetime.fromisoformat(held).replace(tzinfo=workdays.zone).astimezone(UTC)
    interview = Interview(
        uid=f"{number:032x}",
        company="Acme",
        role="Engineer",
        held_at=held_at,
        decision_by=date.fromisoformat(decision_by) if decision_by else None,
        people=people,
        promises=tuple(Promise(date.fromisoformat(on), what) for on, what in promises),
        account="personal",
        language="en",
    )
    now = held_at + timedelta(hours=1)
    if recorded is not None:
        now = datetime.fromisoformat(recorded).replace(tzinfo=workdays.zone).astimezone(UTC)
    return Story(interview, workdays, now, cadence or Cadence(BUILT_IN), number)


def send_all(told: Story, end: str) -> None:
    """The user sends every draft a few minutes after it is laid down, and makes every call."""
    limit = told.moment(end)
    current = told.sweep()
    while told.now < limit:
        for draft in told.history.open_drafts:
            if draft.to == ROBIN and draft.step != PROMISE:
                told.now += SOON
                told.call()
            else:
                told.send_draft(draft)
        current = told.sweep()
        if told.history.open_drafts:
            continue
        if current.next_due is None or current.next_due > limit:
            return
        told.now = max(told.now, current.next_due.astimezone(UTC))
        told.sweep()
