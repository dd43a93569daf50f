"""What a plan depends on as of one moment, and what holds for all of its steps alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from followupd.domain.cadence import Anchor
from followupd.domain.days import say_day
from followupd.domain.interview import Channel, DraftState, Outcome
from followupd.domain.steps import PlannedStep, StepState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from followupd.domain.cadence import Cadence, CadenceStep
    from followupd.domain.history import History, Skip
    from followupd.domain.interview import Person
    from followupd.domain.limits import Contacts
    from followupd.domain.workdays import Workdays

_STOPS_ALL = (Outcome.OFFER, Outcome.REJECTION)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a step's due time depends on, as of `now`."""

    history: History
    cadence: Cadence
    workdays: Workdays
    now: datetime
    contacts: Contacts
    expected_by: date

    def steps(self) -> Iterator[CadenceStep]:
        """The steps of the cadence that there are for this interview."""
        is_final = self.history.interview.is_final
        return (step for step in self.cadence.steps if is_final or not step.only_final)

    def closing(self, step: CadenceStep, nominal: datetime, why: str) -> PlannedStep:
        """Judge the step that ends the plan."""
        cycle = self.history.cycle
        blank = self.blank(step, cycle, None)
        if self.history.closed_by_plan_in == cycle:
            return replace(blank, state=StepState.DONE, reason="the plan came to its end")
        skipped = self.skipped(step.name, cycle, "")
        if skipped is not None:
            said = "you skipped it"
            return replace(blank, state=StepState.SKIPPED, reason=said, over_at=skipped.at)
        barred = self.barred() or self.paused()
        if barred is not None:
            return replace(blank, state=barred[0], reason=barred[1])
        due, is_now = self.when(nominal, self.workdays.next_open)
        state = StepState.DUE if is_now else StepState.PLANNED
        return replace(blank, state=state, due=due, reason=why)

    def task(
        self,
        step: CadenceStep,
        cycle: int,
        person: Person | None,
        due: datetime,
        why: str,
        since: datetime | None = None,
    ) -> PlannedStep:
        """Judge a task that has no draft; what the user said of it before `since` is past."""
        blank = self.blank(step, cycle, person)
        done = self.skipped(step.name, cycle, person.key if person is not None else "", since)
        if done is not None:
            said = "you did it" if done.done else "you skipped it"
            return replace(blank, state=StepState.DONE, reason=said, over_at=done.at)
        state = StepState.DUE if due <= self.now else StepState.PLANNED
        return replace(blank, state=state, due=self.workdays.local(due), reason=why)

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
        """Whom the step goes to: whom it already concerns, else the first who exist.

        Who was removed still has what was sent, deleted or skipped, and what the user has touched.
        """
        interview, history = self.history.interview, self.history
        there = {person.key for person in interview.people}
        removed = [person for person in reversed(history.removed) if person.key not in there]
        rung = (step.name, cycle)
        drafts = [draft for draft in history.drafts if (draft.step, draft.cycle) == rung]
        # A draft the user has touched holds the step until they send or delete it.
        touched = {draft.key for draft in drafts if draft.state.is_touched}
        if step.each:
            first = next(filter(None, map(interview.with_part, step.to)), ())
            people = (*first, *(person for person in removed if person.key in touched))
            keys = [person.key for person in people]
            return tuple(person for n, person in enumerate(people) if person.key not in keys[:n])
        over = {
            draft.key for draft in drafts if draft.state in (DraftState.SENT, DraftState.DISMISSED)
        } | {skip.person.casefold() for skip in history.skips if (skip.step, skip.cycle) == rung}
        concerned = over | {
            draft.key for draft in drafts if draft.state is not DraftState.WITHDRAWN
        }
        parts = [person for part in step.to for person in interview.with_part(part)]
        # Who is there in two parts is taken in the same one every time.
        everybody = (*parts, *interview.people)
        order = (
            *(person for person in (*everybody, *removed) if person.key in touched),
            *(
                person
                for person in everybody
                if person.key in concerned and self.is_reached(step, person)
            ),
            *(person for person in removed if person.key in over - history.unreachable),
            *(person for person in parts if person.key not in history.unreachable),
            *(person for person in parts if self.is_reached(step, person)),
        )
        return order[:1]

    def is_reached(self, step: CadenceStep, person: Person) -> bool:
        """Whether the step reaches the person; who is called is reached though mail comes back."""
        if person.key in self.history.gone:
            return False
        by_mail = self.channel(step, person) is Channel.EMAIL
        return not by_mail or person.key not in self.history.bounced

    @staticmethod
    def channel(step: CadenceStep, person: Person) -> Channel:
        """How the step reaches the person, as they prefer (advice row 9)."""
        by_phone = person.channel is Channel.CALL and step.after is not Anchor.INTERVIEW
        return Channel.CALL if by_phone and step.channel is Channel.EMAIL else step.channel

    def stopped(self, *, steadfast: bool = False, thanks: bool = False) -> str | None:
        """Why nothing more of this kind is to be done, or None.

        An answer does not stop what is steadfast: the user gave their word for it. An offer and a
        rejection stop that as well. A next round that the user recorded is no reason not to thank
        for this one.
        """
        history = self.history
        if history.closed is not None:
            return f"closed: {history.closed.reason}"
        answer = history.answer
        if answer is None or (steadfast and answer.outcome not in _STOPS_ALL):
            return None
        if history.followed_by is not None and answer.outcome is Outcome.NEXT_ROUND:
            return None if thanks else f"there is another round: interview {history.followed_by}"
        day = self.say_day_of(answer.at)
        if answer.mail is None:
            return f"you marked it answered on {day}"
        return f"{answer.mail.sender_name or answer.mail.sender} answered on {day}"

    def barred(
        self, *, steadfast: bool = False, thanks: bool = False
    ) -> tuple[StepState, str] | None:
        """Why no draft may lie there now whatever the time, or None; see `stopped`."""
        stopped = self.stopped(steadfast=steadfast, thanks=thanks)
        if stopped is not None:
            return StepState.STOPPED, stopped
        if self.history.possible and not steadfast:
            return StepState.HELD, "a possible reply waits for your word: followupd resolve"
        return None

    def paused(self) -> tuple[StepState, str] | None:
        """Why no draft may be laid now; what lies there stays."""
        if self.workdays.halted(self.now):
            return StepState.HELD, "you have paused everything: followupd resume"
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

    def skipped(
        self, step: str, cycle: int, person: str, since: datetime | None = None
    ) -> Skip | None:
        """The user's word, not before `since`, that they do not want a step, or have done it."""
        rung = (step, cycle, person.casefold())
        for skip in self.history.skips:
            if skip.rung == rung and (since is None or skip.at >= since):
                return skip
        return None

    def say_day_of(self, moment: datetime) -> str:
        """The day of a moment, as people say it."""
        return self.say(self.workdays.day_of(moment))
