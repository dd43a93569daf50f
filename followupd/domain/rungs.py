"""The rungs of the plan: one step for one person is judged, as of now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from followupd.domain.cadence import PROMISE, Anchor
from followupd.domain.days import say_day
from followupd.domain.interview import Channel, DraftState, Outcome, Part
from followupd.domain.steps import PlannedStep, StepState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from followupd.domain.cadence import Cadence, CadenceStep
    from followupd.domain.history import Draft, History
    from followupd.domain.interview import Person
    from followupd.domain.limits import Contacts
    from followupd.domain.workdays import Workdays

_REST_AFTER_NOTE = 3
"""Working days to wait after an absence note that names no day of return."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a step's due time depends on, as of `now`."""

    history: History
    cadence: Cadence
    workdays: Workdays
    now: datetime
    contacts: Contacts
    expected_by: date

    def rung(
        self,
        step: CadenceStep,
        cycle: int,
        person: Person,
        *,
        nominal: datetime,
        why: str,
        open_from: Callable[[datetime], datetime],
        since: datetime,
        called: datetime | None = None,
    ) -> PlannedStep:
        """Judge one step for one person.

        Args:
            step: the cadence's step.
            cycle: the run through the ladder, or the promise's number.
            person: whom it is for.
            nominal: when it would be due if nothing moved it.
            why: the reason to print for that.
            open_from: the first moment, not before its argument, at which it may be queued.
            since: what the user wrote to the person on their own after it counts as the step.
            called: a call after it counts as the step; None where no call does.
        """
        rung = (step.name, cycle, person.key)
        drafts = [draft for draft in self.history.drafts if draft.rung == rung]
        channel, template = self._preferred(step, person)
        blank = replace(
            self.blank(step, cycle, person),
            channel=channel,
            template=template,
            attempt=sum(draft.state is DraftState.WITHDRAWN for draft in drafts),
        )
        over = self._over(blank, drafts) or self._by_hand(blank, step, drafts, since, called)
        if over is not None:
            return over
        barred = self.barred(promise=step.name == PROMISE)
        if barred is not None:
            return replace(blank, state=barred[0], reason=barred[1])
        limited = step.name != PROMISE and channel is Channel.EMAIL
        waiting = next((draft for draft in drafts if draft.state.is_open), None)
        if waiting is not None and not self._is_stale(waiting, limited=limited):
            return self._waiting(blank, waiting)
        unreachable = self._unreachable(person, limited=limited)
        if unreachable is not None:
            return self.passed(step, cycle, person, unreachable)
        if limited:
            nominal, why = self._after_rest(person, nominal, why)
        if step.after is not Anchor.INTERVIEW:
            nominal, why = self._after_absence(person, nominal, why)
        due, is_now = self.when(nominal, open_from)
        other = self._other_draft(person, rung, limited=limited)
        if other is not None and is_now:
            said = f"another draft to {person.called} waits in Drafts: {other.step}"
            return replace(blank, state=StepState.HELD, reason=said)
        state = StepState.DUE if is_now else StepState.PLANNED
        return replace(blank, state=state, due=due, reason=why, estimated=other is not None)

    def closing(self, step: CadenceStep, nominal: datetime, why: str) -> PlannedStep:
        """Judge the step that ends the plan."""
        cycle = self.history.cycle
        blank = self.blank(step, cycle, None)
        if self.history.closed_by_plan_in == cycle:
            return replace(blank, state=StepState.DONE, reason="the plan came to its end")
        skipped = self._skipped(step.name, cycle, "")
        if skipped is not None:
            return replace(blank, state=StepState.SKIPPED, reason="you skipped it", over_at=skipped)
        barred = self.barred(promise=False)
        if barred is not None:
            return replace(blank, state=barred[0], reason=barred[1])
        due, is_now = self.when(nominal, self.workdays.next_open)
        state = StepState.DUE if is_now else StepState.PLANNED
        return replace(blank, state=state, due=due, reason=why)

    def nobody(self, step: CadenceStep, cycle: int) -> PlannedStep:
        """The step has nobody to go to."""
        parts = " or ".join(part.value.replace("_", " ") for part in step.to)
        said = f"no {parts} to write to" if parts else "it asks nobody"
        named = [p.key for part in step.to for p in self.history.interview.with_part(part)]
        if named:
            said = f"no {parts} can be reached any more"
            if self.history.bounced.issuperset(named):
                said = f"mail to every {parts} comes back"
        return self.passed(step, cycle, None, said)

    def passed(
        self, step: CadenceStep, cycle: int, person: Person | None, reason: str
    ) -> PlannedStep:
        """The step is passed over."""
        return replace(self.blank(step, cycle, person), state=StepState.PASSED, reason=reason)

    def blank(self, step: CadenceStep, cycle: int, person: Person | None) -> PlannedStep:
        """The step before anything is known of it."""
        return PlannedStep(
            step=step.name,
            cycle=cycle,
            person=person,
            due=None,
            channel=step.channel,
            template=step.template,
            state=StepState.PLANNED,
            reason="",
            closes=step.closes,
        )

    def people(self, step: CadenceStep, cycle: int) -> tuple[Person, ...]:
        """Whom the step goes to: whom it already concerns, else the first who exist."""
        interview, unreachable = self.history.interview, self.history.unreachable
        if step.each:
            people = next(filter(None, map(interview.with_part, step.to)), ())
            keys = [person.key for person in people]
            return tuple(person for n, person in enumerate(people) if person.key not in keys[:n])
        rung = (step.name, cycle)
        drafts = [draft for draft in self.history.drafts if (draft.step, draft.cycle) == rung]
        # A draft the user has touched holds the step until they send or delete it.
        touched = {
            draft.person.casefold()
            for draft in drafts
            if draft.state in (DraftState.EDITED, DraftState.MISSING)
        }
        concerned = {
            draft.person.casefold() for draft in drafts if draft.state is not DraftState.WITHDRAWN
        } | {
            skip.person.casefold() for skip in self.history.skips if (skip.step, skip.cycle) == rung
        }
        order = (
            *(person for person in interview.people if person.key in touched),
            *(person for person in interview.people if person.key in concerned - unreachable),
            *(
                person
                for part in step.to
                for person in interview.with_part(part)
                if person.key not in unreachable
            ),
        )
        return order[:1]

    def stopped(self, *, promise: bool) -> str | None:
        """Why nothing more of this kind is to be done, or None."""
        history = self.history
        if history.closed is not None:
            return f"closed: {history.closed.reason}"
        if history.answer is None:
            return None
        if promise and history.answer.outcome not in (Outcome.OFFER, Outcome.REJECTION):
            return None
        day = self._say_day_of(history.answer.at)
        mail = history.answer.mail
        if mail is None:
            return f"you marked it answered on {day}"
        return f"{mail.sender_name or mail.sender} answered on {day}"

    def barred(self, *, promise: bool) -> tuple[StepState, str] | None:
        """Why nothing may be queued now whatever the time, or None."""
        stopped = self.stopped(promise=promise)
        if stopped is not None:
            return StepState.STOPPED, stopped
        if self.history.possible and not promise:
            return StepState.HELD, "a possible reply waits for your word: followupd resolve"
        return None

    def when(
        self, nominal: datetime, open_from: Callable[[datetime], datetime]
    ) -> tuple[datetime, bool]:
        """The effective due time in the user's zone, and whether it is now."""
        snoozed = self.history.snoozed_until
        if snoozed is not None:
            nominal = max(nominal, snoozed)
        due = self.workdays.local(open_from(nominal))
        if due > self.now:
            return due, False
        opens = self.workdays.local(open_from(self.now))
        return (due, True) if opens <= self.now else (opens, False)

    def start(self, day: date) -> datetime:
        """When the sending hours of the day begin, or of the next working day."""
        return self.workdays.next_open(self.workdays.opening(day))

    def say(self, day: date) -> str:
        """The day as people say it."""
        return say_day(day, self.workdays.day_of(self.now))

    def _over(self, blank: PlannedStep, drafts: Sequence[Draft]) -> PlannedStep | None:
        """The rung if it is over: sent, dismissed or skipped; else None."""
        for draft in reversed(drafts):
            came_back = draft.person.casefold() in self.history.unreachable
            if draft.state is DraftState.SENT and not came_back:
                said = f"sent on {self._say_day_of(draft.settled_at or draft.queued_at)}"
                return replace(blank, state=StepState.SENT, reason=said, over_at=draft.settled_at)
            if draft.state is DraftState.DISMISSED:
                said = f"you deleted the draft on {self._say_day_of(draft.settled_at or self.now)}"
                return replace(
                    blank, state=StepState.DISMISSED, reason=said, over_at=draft.settled_at
                )
        person = blank.person
        skipped = self._skipped(blank.step, blank.cycle, person.key if person else "")
        if skipped is None:
            return None
        return replace(blank, state=StepState.SKIPPED, reason="you skipped it", over_at=skipped)

    def _by_hand(
        self,
        blank: PlannedStep,
        step: CadenceStep,
        drafts: Sequence[Draft],
        since: datetime,
        called: datetime | None,
    ) -> PlannedStep | None:
        """The rung if the user did it on their own, else None; see `rung`."""
        person = blank.person
        if person is None:
            return None
        written = [
            mail.at
            for mail in self.history.written
            if mail.by_hand and mail.address == person.key and mail.at > since
        ]
        if written and step.channel is not Channel.CALL:
            at = min(written)
            said = f"you wrote to {person.called} yourself on {self._say_day_of(at)}"
            return replace(blank, state=StepState.DONE, reason=said, over_at=at)
        if called is None:
            return None
        if Part.RECRUITER not in step.to and Part.HIRING_MANAGER not in step.to:
            # A call to anybody else is known only by the call sheet that was made for it.
            sheets = [draft.queued_at for draft in drafts if draft.to.casefold() != person.key]
            if not sheets:
                return None
            called = max(called, sheets[0])
        calls = [call for call in self.history.calls if call > called]
        if not calls:
            return None
        said = f"you called on {self._say_day_of(min(calls))}"
        return replace(blank, state=StepState.DONE, reason=said, over_at=min(calls))

    def _waiting(self, blank: PlannedStep, draft: Draft) -> PlannedStep:
        """The rung while its draft waits for the user."""
        day = self._say_day_of(draft.queued_at)
        if draft.state is DraftState.EDITED:
            state, said = StepState.EDITED, "you edited it in Drafts: send it, or delete it for no"
        elif draft.state is DraftState.MISSING:
            state, said = StepState.MISSING, "gone from Drafts, not yet seen in Sent"
        elif blank.channel is Channel.CALL:
            said = f"the call sheet is in Drafts since {day}: call, then followupd called"
            state = StepState.QUEUED
        else:
            state = StepState.QUEUED
            said = f"in Drafts since {day}: send it, or delete it for no"
        queued_at = self.workdays.local(draft.queued_at)
        return replace(blank, state=state, reason=said, due=queued_at)

    def _is_stale(self, draft: Draft, *, limited: bool) -> bool:
        """Whether our untouched draft should not go out any more.

        Mail to the person comes back, or they were written to after it was laid down.
        """
        if draft.state is not DraftState.QUEUED:
            return False
        if draft.person.casefold() in self.history.unreachable:
            return True
        sent = self.contacts.unanswered(draft.person)
        if not limited or not sent or sent[-1] <= draft.queued_at:
            return False
        earliest = self.contacts.earliest(draft.person, self.workdays)
        rests = earliest is not None and self.start(earliest) > self.now
        return rests or not self.contacts.may_write(draft.person)

    def _unreachable(self, person: Person, *, limited: bool) -> str | None:
        """Why the step cannot go to the person at all, or None."""
        if person.key in self.history.bounced:
            return f"mail to {person.called} comes back"
        if person.key in self.history.gone:
            return f"{person.called} is no longer there"
        if limited and not self.contacts.may_write(person.address):
            return f"three messages to {person.called} are unanswered"
        return None

    def _other_draft(
        self, person: Person, rung: tuple[str, int, str], *, limited: bool
    ) -> Draft | None:
        """Another draft for the person that still waits for the user."""
        other = self._other_of_ladder(rung)
        if other is None and limited:
            other = self.contacts.other_draft(person.address, self.history.interview_id, rung)
        return other

    def _other_of_ladder(self, rung: tuple[str, int, str]) -> Draft | None:
        """An open draft of the ladder for the same person, call sheets included."""
        names = {s.name for s in self.cadence.steps if s.after is not Anchor.INTERVIEW}
        if rung[0] not in names:
            return None
        for draft in self.history.open_drafts:
            if draft.step in names and draft.rung != rung and draft.rung[2] == rung[2]:
                return draft
        return None

    def _after_absence(self, person: Person, nominal: datetime, why: str) -> tuple[datetime, str]:
        note = self.history.absences.get(person.key)
        if note is None:
            return nominal, why
        if note.returns_on is not None:
            back = self.workdays.add(note.returns_on, 1)
            said = f"the working day after {person.called} is back on {self.say(note.returns_on)}"
        else:
            back = self.workdays.add(self.workdays.day_of(note.noted_at), _REST_AFTER_NOTE)
            said = (
                f"{_REST_AFTER_NOTE} working days after the absence note of "
                f"{person.called} on {self._say_day_of(note.noted_at)}"
            )
        opening = self.start(back)
        return (opening, said) if opening > nominal else (nominal, why)

    def _after_rest(self, person: Person, nominal: datetime, why: str) -> tuple[datetime, str]:
        earliest = self.contacts.earliest(person.address, self.workdays)
        if earliest is None or self.start(earliest) <= nominal:
            return nominal, why
        return self.start(earliest), f"three working days after the last message to {person.called}"

    @staticmethod
    def _preferred(step: CadenceStep, person: Person) -> tuple[Channel, str]:
        """The channel and template, as the person prefers (advice row 9)."""
        by_phone = person.channel is Channel.CALL and step.after is not Anchor.INTERVIEW
        if step.channel is Channel.EMAIL and by_phone:
            return Channel.CALL, "call"
        return step.channel, step.template

    def _skipped(self, step: str, cycle: int, person: str) -> datetime | None:
        rung = (step, cycle, person.casefold())
        return next((skip.at for skip in self.history.skips if skip.rung == rung), None)

    def _say_day_of(self, moment: datetime) -> str:
        return self.say(self.workdays.day_of(moment))
