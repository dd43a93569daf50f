"""The rungs of the plan: one step for one person is judged, as of now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.domain.cadence import Anchor
from followupd.domain.interview import Channel, DraftState, Part
from followupd.domain.limits import MOST_TO_COMPANY
from followupd.domain.steps import ASKING, StepState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from followupd.domain.cadence import CadenceStep
    from followupd.domain.history import Draft
    from followupd.domain.interview import Person
    from followupd.domain.situation import Situation
    from followupd.domain.steps import PlannedStep

_MOMENT = timedelta(microseconds=1)
_REST_AFTER_NOTE = 3
"""Working days to wait after an absence note that names no day of return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """When a step would have its turn.

    Attributes:
        nominal: when it would be due if nothing moved it.
        why: the reason to print for that.
        open_from: the first moment, not before its argument, at which it may be queued.
        since: what the user wrote to the person on their own after it counts as the step; None
            where nothing does.
        called: a call after it counts as the step; None where no call does.
        steadfast: the user gave their word for it: an answer does not stop it, nor do the limits
            for messages to one person.
        thanks: it thanks for the interview.
        asks: it asks where things stand: two such drafts to one person never lie side by side, and
            the limit for a company applies.
    """

    nominal: datetime
    why: str
    open_from: Callable[[datetime], datetime]
    since: datetime | None
    called: datetime | None = None
    steadfast: bool = False
    thanks: bool = False
    asks: bool = False


def judged(
    situation: Situation, step: CadenceStep, cycle: int, person: Person, turn: Turn
) -> PlannedStep:
    """Judge one step for one person.

    Args:
        situation: what holds now.
        step: the cadence's step.
        cycle: the run through the ladder, or a promise's or a request's number.
        person: whom it is for.
        turn: when it would have its turn.
    """
    return _Rung(situation, step, cycle, person, turn).judged()


@dataclass(frozen=True, slots=True)
class _Rung:
    situation: Situation
    step: CadenceStep
    cycle: int
    person: Person
    turn: Turn

    @property
    def key(self) -> tuple[str, int, str]:
        """What `Draft.rung` is for a draft."""
        return (self.step.name, self.cycle, self.person.key)

    def judged(self) -> PlannedStep:
        situation, turn = self.situation, self.turn
        drafts = [draft for draft in situation.history.drafts if draft.rung == self.key]
        blank = self._blank(drafts)
        over = self._over(blank, drafts) or self._by_hand(blank, drafts)
        if over is not None:
            return over
        barred = situation.barred(steadfast=turn.steadfast, thanks=turn.thanks)
        if barred is not None:
            return replace(blank, state=barred[0], reason=barred[1])
        limited = not turn.steadfast and blank.channel is Channel.EMAIL
        waiting = next((draft for draft in drafts if draft.state.is_open), None)
        if waiting is not None and not self._is_stale(waiting, limited=limited):
            return self._waiting(blank, waiting)
        unreachable = self._unreachable(limited=limited)
        if unreachable is not None:
            return situation.passed(self.step, self.cycle, self.person, unreachable)
        nominal, why = turn.nominal, turn.why
        if limited:
            nominal, why = self._after_rest(nominal, why)
        if self.step.after is not Anchor.INTERVIEW:
            nominal, why = self._after_absence(nominal, why)
        due, is_now = situation.when(nominal, turn.open_from)
        other = self._other_draft(limited=limited)
        if other is not None and is_now:
            said = f"another draft to {self.person.called} waits in Drafts: {other.step}"
            return replace(blank, state=StepState.HELD, reason=said)
        state = StepState.DUE if is_now else StepState.PLANNED
        return replace(blank, state=state, due=due, reason=why, estimated=other is not None)

    def _blank(self, drafts: Sequence[Draft]) -> PlannedStep:
        """The rung before anything is known of it, as the person prefers (advice row 9)."""
        step = self.step
        channel, template = step.channel, step.template
        if self.situation.history.interview.is_final and step.final_template:
            template = step.final_template
        by_phone = self.person.channel is Channel.CALL and step.after is not Anchor.INTERVIEW
        if channel is Channel.EMAIL and by_phone:
            channel, template = Channel.CALL, "call"
        return replace(
            self.situation.blank(step, self.cycle, self.person),
            channel=channel,
            template=template,
            attempt=sum(draft.state is DraftState.WITHDRAWN for draft in drafts),
        )

    def _over(self, blank: PlannedStep, drafts: Sequence[Draft]) -> PlannedStep | None:
        """The rung if it is over: sent, dismissed or skipped; else None."""
        situation = self.situation
        for draft in reversed(drafts):
            came_back = draft.person.casefold() in situation.history.unreachable
            if draft.state is DraftState.SENT and not came_back:
                said = f"sent on {situation.say_day_of(draft.settled_at or draft.queued_at)}"
                return replace(blank, state=StepState.SENT, reason=said, over_at=draft.settled_at)
            if draft.state is DraftState.DISMISSED:
                day = situation.say_day_of(draft.settled_at or situation.now)
                return replace(
                    blank,
                    state=StepState.DISMISSED,
                    reason=f"you deleted the draft on {day}",
                    over_at=draft.settled_at,
                )
        skipped = situation.skipped(*self.key)
        if skipped is None:
            return None
        state, said = StepState.SKIPPED, "you skipped it"
        if skipped.done:
            state, said = StepState.DONE, "you did it"
        return replace(blank, state=state, reason=said, over_at=skipped.at)

    def _by_hand(self, blank: PlannedStep, drafts: Sequence[Draft]) -> PlannedStep | None:
        """The rung if the user did it on their own, else None; see `Turn`."""
        situation, person, turn = self.situation, self.person, self.turn
        if turn.since is None:
            return None
        written = [
            mail.at
            for mail in situation.history.written
            if mail.by_hand and mail.address == person.key and mail.at > turn.since
        ]
        if written and self.step.channel is not Channel.CALL:
            at = min(written)
            said = f"you wrote to {person.called} yourself on {situation.say_day_of(at)}"
            return replace(blank, state=StepState.DONE, reason=said, over_at=at)
        called = turn.called
        if called is None:
            return None
        if Part.RECRUITER not in self.step.to and Part.HIRING_MANAGER not in self.step.to:
            # A call to anybody else is known only by the call sheet that was made for it.
            sheets = [draft.queued_at for draft in drafts if draft.to.casefold() != person.key]
            if not sheets:
                return None
            called = max(called, sheets[0] - _MOMENT)
        calls = [call for call in situation.history.calls if call > called]
        if not calls:
            return None
        said = f"you called on {situation.say_day_of(min(calls))}"
        return replace(blank, state=StepState.DONE, reason=said, over_at=min(calls))

    def _waiting(self, blank: PlannedStep, draft: Draft) -> PlannedStep:
        """The rung while its draft waits for the user."""
        day = self.situation.say_day_of(draft.queued_at)
        if draft.state is DraftState.EDITED:
            state, said = StepState.EDITED, "you edited it in Drafts: send it, or delete it for no"
        elif draft.state is DraftState.MISSING:
            state, said = StepState.MISSING, "gone from Drafts, not yet seen in Sent"
        elif blank.channel is Channel.CALL:
            said = f"the call sheet is in Drafts since {day}: call, then followupd called"
            state = StepState.QUEUED
        elif blank.channel is Channel.TASK:
            said = f"a sheet for yourself, in Drafts since {day}: delete it when you have read it"
            state = StepState.QUEUED
        else:
            state = StepState.QUEUED
            said = f"in Drafts since {day}: send it, or delete it for no"
        queued_at = self.situation.workdays.local(draft.queued_at)
        return replace(blank, state=state, reason=said, due=queued_at)

    def _is_stale(self, draft: Draft, *, limited: bool) -> bool:
        """Whether our untouched draft should not go out any more.

        Mail to the person comes back, or they were written to after it was laid down.
        """
        if draft.state is not DraftState.QUEUED:
            return False
        if draft.person.casefold() in self.situation.history.unreachable:
            return True
        sent = self.situation.contacts.unanswered(draft.person)
        if not limited or not sent or sent[-1] <= draft.queued_at:
            return False
        earliest = self.situation.contacts.earliest(draft.person, self.situation.workdays)
        rests = earliest is not None and self.situation.start(earliest) > self.situation.now
        return rests or not self.situation.contacts.may_write(draft.person)

    def _unreachable(self, *, limited: bool) -> str | None:
        """Why the step cannot go to the person at all, or None."""
        person, contacts = self.person, self.situation.contacts
        if person.key in self.situation.history.bounced:
            return f"mail to {person.called} comes back"
        if person.key in self.situation.history.gone:
            return f"{person.called} is no longer there"
        if limited and not contacts.may_write(person.address):
            return f"three messages to {person.called} are unanswered"
        company = self.situation.history.interview.company
        if limited and self.turn.asks and not contacts.may_ask(company):
            return f"{MOST_TO_COMPANY} messages to {company} are unanswered"
        return None

    def _other_draft(self, *, limited: bool) -> Draft | None:
        """Another draft for the person that still waits for the user."""
        other = self._other_asking()
        if other is None and limited:
            number = self.situation.history.interview_id
            other = self.situation.contacts.other_draft(self.person.address, number, self.key)
        return other

    def _other_asking(self) -> Draft | None:
        """An open draft that asks the same person where things stand, call sheets included."""
        steps = self.situation.cadence.steps
        if not self.turn.asks:
            return None
        names = ASKING | {step.name for step in steps if step.after is not Anchor.INTERVIEW}
        for draft in self.situation.history.open_drafts:
            if draft.step in names and draft.rung != self.key and draft.rung[2] == self.key[2]:
                return draft
        return None

    def _after_absence(self, nominal: datetime, why: str) -> tuple[datetime, str]:
        situation, person = self.situation, self.person
        workdays = situation.workdays
        note = situation.history.absences.get(person.key)
        if note is None:
            return nominal, why
        if note.returns_on is not None:
            back = workdays.add(note.returns_on, 1)
            day = situation.say(note.returns_on)
            said = f"the working day after {person.called} is back on {day}"
        else:
            back = workdays.add(workdays.day_of(note.noted_at), _REST_AFTER_NOTE)
            said = (
                f"{_REST_AFTER_NOTE} working days after the absence note of "
                f"{person.called} on {situation.say_day_of(note.noted_at)}"
            )
        opening = situation.start(back)
        return (opening, said) if opening > nominal else (nominal, why)

    def _after_rest(self, nominal: datetime, why: str) -> tuple[datetime, str]:
        situation, person = self.situation, self.person
        earliest = situation.contacts.earliest(person.address, situation.workdays)
        if earliest is None or situation.start(earliest) <= nominal:
            return nominal, why
        said = f"three working days after the last message to {person.called}"
        return situation.start(earliest), said
