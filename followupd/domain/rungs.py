"""The rungs of the plan: one step for one person is judged, as of now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from followupd.domain.cadence import Anchor
from followupd.domain.deeds import Turn, what_was_done
from followupd.domain.interview import Channel, DraftState
from followupd.domain.limits import MOST_TO_COMPANY
from followupd.domain.steps import ASKING, StepState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from followupd.domain.cadence import CadenceStep
    from followupd.domain.history import Draft
    from followupd.domain.interview import Person
    from followupd.domain.situation import Situation
    from followupd.domain.steps import PlannedStep

_REST_AFTER_NOTE = 3
"""Working days to wait after an absence note that names no day of return."""


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


def why_outdated(draft: Draft, person: Person) -> str:
    """Why a draft to somebody who can be written to is taken back and laid anew."""
    if draft.moved_to:
        return f"{person.called} has another address now: {person.address}"
    if draft.outdated:
        return "what it says was put right since"
    return f"{person.called} is to be reached by other ways now"


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
        over = what_was_done(situation, self.step, self.person, turn, blank, drafts)
        if over is not None:
            return over
        barred = situation.barred(steadfast=turn.steadfast, thanks=turn.thanks)
        limited = not turn.steadfast and blank.channel is Channel.EMAIL
        waiting = next((draft for draft in drafts if draft.state.is_open), None)
        lies_well = waiting is not None and not self._is_stale(
            waiting, blank.channel, limited=limited
        )
        if barred is None and waiting is not None and lies_well:
            return self._waiting(blank, waiting)
        barred = barred or situation.paused()
        if barred is not None:
            return replace(blank, state=barred[0], reason=barred[1])
        return self._to_come(blank, waiting, limited=limited)

    def _to_come(self, blank: PlannedStep, stale: Draft | None, *, limited: bool) -> PlannedStep:
        """The rung while its draft is still to be laid, once a stale one is taken back."""
        situation, turn = self.situation, self.turn
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
        in_the_way = self._in_the_way(stale, other) if is_now else None
        if in_the_way is not None:
            return replace(blank, state=StepState.HELD, reason=in_the_way)
        state = StepState.DUE if is_now else StepState.PLANNED
        return replace(blank, state=state, due=due, reason=why, estimated=other is not None)

    def _in_the_way(self, stale: Draft | None, other: Draft | None) -> str | None:
        """What has to go before the draft is laid, or None: a step never has two."""
        person = self.person
        if stale is not None:
            return why_outdated(stale, person)
        if not self.step.each:
            for draft in self.situation.history.open_drafts:
                if draft.rung[:2] == self.key[:2] and draft.key != person.key:
                    return f"the draft to {draft.person} is taken back before"
        if other is not None:
            is_approved = other.state in (DraftState.APPROVED, DraftState.UNCLEAR)
            stands = "is approved" if is_approved else "waits in Drafts"
            return f"another draft to {person.called} {stands}: {other.step}"
        return None

    def _blank(self, drafts: Sequence[Draft]) -> PlannedStep:
        """The rung before anything is known of it, as the person prefers (advice row 9)."""
        step = self.step
        channel, template = self.situation.channel(step, self.person), step.template
        if self.situation.history.interview.is_final and step.final_template:
            template = step.final_template
        if channel is Channel.CALL and step.channel is not Channel.CALL:
            template = "call"
        return replace(
            self.situation.blank(step, self.cycle, self.person),
            channel=channel,
            template=template,
            attempt=sum(not draft.state.is_open for draft in drafts),
        )

    def _waiting(self, blank: PlannedStep, draft: Draft) -> PlannedStep:
        """The rung while its draft waits for the user."""
        day = self.situation.say_day_of(draft.queued_at)
        if draft.state is DraftState.EDITED:
            state, said = StepState.EDITED, "you edited it in Drafts: send it, or delete it for no"
        elif draft.state is DraftState.MISSING:
            state, said = StepState.MISSING, "gone from Drafts, not yet seen in Sent"
        elif draft.state in (DraftState.APPROVED, DraftState.UNCLEAR):
            state, said = StepState.APPROVED, "you approved it"
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

    def _is_stale(self, draft: Draft, channel: Channel, *, limited: bool) -> bool:
        """Whether our untouched draft should not go out any more.

        It came before its time, says or is what was put right since, mail to the person comes
        back, or they were written to after it was laid down.
        """
        situation, turn = self.situation, self.turn
        if draft.state is not DraftState.QUEUED:
            return False
        if draft.outdated or draft.is_sheet is (channel is Channel.EMAIL):
            return True
        if turn.earliest is not None and situation.now < turn.earliest:
            return True
        if not situation.is_reached(self.step, self.person):
            return True
        sent = situation.contacts.unanswered(draft.key)
        if not limited or not sent or sent[-1] <= draft.queued_at:
            return False
        earliest = situation.contacts.earliest(draft.key, situation.workdays)
        rests = earliest is not None and situation.start(earliest) > situation.now
        return rests or not situation.contacts.may_write(draft.key)

    def _unreachable(self, *, limited: bool) -> str | None:
        """Why the step cannot go to the person at all, or None."""
        person, contacts = self.person, self.situation.contacts
        if not self.situation.is_reached(self.step, person):
            if person.key in self.situation.history.bounced:
                return f"mail to {person.called} comes back"
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
            other = self.situation.contacts.other_draft(
                self.person.address,
                self.situation.history.interview_id,
                self.key,
                beside_owed=self.turn.thanks,
            )
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
