"""What was done of a step: its draft sent or deleted, skipped, written by hand, called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from followupd.domain.cadence import PROMISE, REMINDER, Anchor
from followupd.domain.interview import Channel, DraftState, Part
from followupd.domain.steps import REQUESTED_FROM, StepState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from followupd.domain.cadence import CadenceStep
    from followupd.domain.history import Call, Draft, Written
    from followupd.domain.interview import Person
    from followupd.domain.situation import Situation
    from followupd.domain.steps import PlannedStep

_DECIDERS = (Part.RECRUITER, Part.HIRING_MANAGER)


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
        earliest: before it no untouched draft of the step lies there, be it that the interview
            or the decision was moved since; None for any time.
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
    earliest: datetime | None = None
    steadfast: bool = False
    thanks: bool = False
    asks: bool = False


def what_was_done(
    situation: Situation,
    step: CadenceStep,
    person: Person,
    turn: Turn,
    blank: PlannedStep,
    drafts: Sequence[Draft],
) -> PlannedStep | None:
    """The rung if it is over, else None.

    Args:
        situation: what holds now.
        step: the cadence's step.
        person: whom it is for.
        turn: when it has its turn.
        blank: the rung before anything is known of it.
        drafts: its drafts, oldest first.
    """
    deeds = _Deeds(situation, step, person, turn, drafts)
    return deeds.settled(blank) or deeds.by_other_ways(blank)


@dataclass(frozen=True, slots=True)
class _Deeds:
    situation: Situation
    step: CadenceStep
    person: Person
    turn: Turn
    drafts: Sequence[Draft]

    @property
    def _first_sheet(self) -> datetime | None:
        """When a sheet for a call was first laid; the drafts are in that order."""
        return next((draft.queued_at for draft in self.drafts if draft.is_sheet), None)

    def settled(self, blank: PlannedStep) -> PlannedStep | None:
        """The rung if it is over: sent, dismissed or skipped; else None."""
        situation, history = self.situation, self.situation.history
        for draft in reversed(self.drafts):
            unread = {draft.person.casefold()} & history.bounced or {draft.key} & history.gone
            came_back = bool(unread) and not draft.is_sheet
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
        skipped = situation.skipped(blank.step, blank.cycle, self.person.key)
        if skipped is None:
            return None
        state, said = StepState.SKIPPED, "you skipped it"
        if skipped.done:
            state, said = StepState.DONE, "you did it"
        return replace(blank, state=state, reason=said, over_at=skipped.at)

    def by_other_ways(self, blank: PlannedStep) -> PlannedStep | None:
        """The rung if the user did it by other ways, else None; see `Turn`."""
        situation, person, turn = self.situation, self.person, self.turn
        by_mail = self.step.channel is not Channel.CALL
        if turn.since is not None and by_mail and person.key not in situation.history.unreachable:
            written = [
                mail
                for mail in situation.history.written
                if mail.address == person.key and mail.at > turn.since and self._counts(mail)
            ]
            if written:
                first = min(written, key=lambda mail: mail.at)
                own = " yourself" if self._draft_of(first) is None else ""
                day = situation.say_day_of(first.at)
                said = f"you wrote to {person.called}{own} on {day}"
                return replace(blank, state=StepState.DONE, reason=said, over_at=first.at)
        calls = [call.at for call in situation.history.calls if self._is_called(call)]
        if not calls:
            return None
        # A call from before the sheet was laid did something else, whatever came back since.
        sheet = self._first_sheet
        calls = [at for at in calls if sheet is not None and at >= sheet] or calls
        said = f"you called on {situation.say_day_of(min(calls))}"
        return replace(blank, state=StepState.DONE, reason=said, over_at=min(calls))

    def _draft_of(self, mail: Written) -> Draft | None:
        """The draft of ours that a message was; None for one that the user wrote by hand."""
        drafts = self.situation.history.drafts
        return next((each for each in drafts if each.sent_message_id == mail.message_id), None)

    def _counts(self, mail: Written) -> bool:
        """Whether a message that was no draft of this step does what the step is for."""
        draft = self._draft_of(mail)
        if draft is None:
            return mail.by_hand
        if draft.cycle >= REQUESTED_FROM:
            return not self.turn.steadfast  # it is known to be something else than what is owed
        if draft.step in (PROMISE, REMINDER):
            return self.turn.thanks  # one message a day is enough
        if not self.turn.asks:
            return False
        known = {step.name: step for step in self.situation.cadence.steps}
        step = known.get(draft.step)
        # What was asked before the decision date or the cadence was another one was asked.
        in_ladder = step is not None and step.after is not Anchor.INTERVIEW
        return step is None or (in_ladder and draft.cycle != self.situation.history.cycle)

    def _is_called(self, call: Call) -> bool:
        """Whether a call does what the step is for."""
        after = self.turn.called
        if after is None or call.at <= after:
            return False
        if call.person == self.person.key:
            return True
        people = self.situation.history.interview.people
        deciders = {person.key for person in people if person.part in _DECIDERS}
        if call.person and call.person not in deciders:
            return False
        if not set(self.step.to).isdisjoint(_DECIDERS):
            return True
        # A call to anybody else is known only by the call sheet that was made for it.
        sheet = self._first_sheet
        return not call.person and sheet is not None and call.at >= sheet
