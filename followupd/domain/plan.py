"""The plan: what is due for an interview, when, to whom, and why.

The built-in cadence (`cadence.BUILT_IN`; a user may write another):

    thank-you       2 hours after the interview, within sending hours, at the latest the next
                    working morning; to every interviewer, else the hiring manager, else the
                    recruiter; one for all interviews of a day with the same person
    references      after a final round: 1 working day after it, to each reference
    promise         09:00 on its date, to the person it was made to; a reminder for the user on the
                    working day before
    check-in        decision date + 2 working days, to the recruiter, else the hiring manager;
                    after a final round in other words
    network         + 3 working days, to each network contact
    hiring-manager  + 3 working days, unless the check-in went there
    senior          + 4 working days; only where the user has turned it on
    call            + 3 working days, to the recruiter, else the hiring manager
    move-on         + 10 working days; closes the interview

From the check-in on the steps are a ladder. Its rules:

* Nothing of the ladder is due before the decision date plus its wait, on a day off, or outside
  the sending hours.
* A wait counts from the day on which the step before was really sent, called, dismissed or
  skipped. A draft that still waits for approval holds the ladder.
* A step that has nobody to go to is passed over at once.
* What the user writes by hand to the same person after the decision date counts as the step,
  also when its turn has not come yet; so does a call, and what was asked before the decision date
  moved or the cadence was another one. One message counts for one step.
* An absence note moves the person's next step to the working day after the return.
* No person gets more than one unanswered message in three working days, or three in all
  (`limits.py`). Two drafts to one person never become due together, and an untouched draft is
  taken back when the person was written to meanwhile. A promise is the user's own word and is
  kept all the same.
* A bounce, and a note that somebody has left, move the step to the next person. A draft the user
  has touched holds its step, even one to a dead address, until they send or delete it.
* A reply stops everything but promises; an unsure one holds everything until the user decides.
  A rejection closes the interview on the next working day, so that a misreading can be taken back
  before; an offer stops all there is. A request for information and another round give the user a
  task (`duties.py`).
* What the user asks for is laid at once, but two drafts that ask the same person never come
  together.
* While the user is away or has paused, nothing of the rest is laid and nothing closes; what lies
  there stays.
* An untouched draft that came before its time, since the interview was moved, or that says what was
  put right since, is taken back and laid anew when it is due (`righting.py`). A step gets its next
  draft only when the one before is gone.
* A holding reply moves the decision date, and the ladder begins anew from there; one that names
  no day moves it as far as silence is waited for.

`plan` is a pure function of the history and the time, so a year can be gone through in
milliseconds. What waits for the interview is in `thanks.py`, the order of the ladder in
`ladder.py`, what the user owes beside it in `duties.py`, one step for one person in `rungs.py`, and
what holds for all of them in `situation.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, time, timedelta
from typing import TYPE_CHECKING

from followupd.domain.approving import Sending, sendings, stands
from followupd.domain.cadence import PROMISE, REMINDER, Anchor
from followupd.domain.duties import promises, requests, tasks
from followupd.domain.interview import Channel, DraftState, Outcome
from followupd.domain.ladder import ladder
from followupd.domain.limits import Contacts
from followupd.domain.rungs import why_outdated
from followupd.domain.situation import Situation
from followupd.domain.status import expected_by, status
from followupd.domain.steps import ASKING, PlannedStep, StepState
from followupd.domain.thanks import thank_yous, thanks_until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from followupd.domain.cadence import Cadence
    from followupd.domain.history import Draft, History
    from followupd.domain.interview import Status
    from followupd.domain.workdays import Workdays

__all__ = ["Plan", "PlannedStep", "StepState", "Withdrawal", "plan"]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An untouched draft of ours that should not lie in Drafts any longer."""

    message_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for one interview.

    Attributes:
        status: as of the moment planned for.
        steps: every step, in the order of the cadence.
        queue: the steps whose draft is to be laid into Drafts now.
        withdraw: our untouched drafts to be taken back now.
        send: what is to be done about the drafts that the user approved.
        close: the reason to close the interview now, or None.
        closes_at: when a rejection will close it, or None.
        next_due: the next moment at which time alone changes the plan, or None.
    """

    status: Status
    steps: tuple[PlannedStep, ...]
    queue: tuple[PlannedStep, ...]
    withdraw: tuple[Withdrawal, ...]
    send: tuple[Sending, ...]
    close: str | None
    closes_at: datetime | None
    next_due: datetime | None

    @property
    def next_step(self) -> PlannedStep | None:
        """The earliest step, tasks apart, that still lies ahead and has a time."""
        ahead = [
            (step.due, step)
            for step in self.steps
            if step.state.is_ahead and step.due and not step.is_task
        ]
        return min(ahead, key=lambda pair: pair[0], default=(None, None))[1]

    @property
    def tasks(self) -> tuple[PlannedStep, ...]:
        """What the user is to do now and has no draft for."""
        return tuple(s for s in self.steps if s.is_task and s.state is StepState.DUE)


def plan(
    history: History,
    cadence: Cadence,
    workdays: Workdays,
    now: datetime,
    others: Iterable[History] = (),
) -> Plan:
    """Plan one interview as of `now` (aware).

    Args:
        history: the interview.
        cadence: its steps and waits.
        workdays: the user's working days and sending hours.
        now: the moment to plan for.
        others: the other interviews that share people with it, for the limits per person.
    """
    others = tuple(others)
    now = now.astimezone(UTC)  # moments of one zone would be compared by their wall time
    situation = Situation(
        history=history,
        cadence=cadence,
        workdays=workdays,
        now=now,
        contacts=Contacts([history, *others]),
        expected_by=expected_by(history, cadence, workdays),
    )
    steps = _steps(situation)

    def objection(draft: Draft) -> str | None:
        return _objection(situation, draft, others)

    send = tuple(sendings(history, workdays, now, objection))
    steps = tuple(_as_approved(situation, steps, send))
    due = [step for step in steps if step.state is StepState.DUE]
    closes_at = _closes_at(situation)
    close = next((step.reason for step in due if step.closes), None)
    if closes_at is not None and closes_at <= now:
        close = situation.stopped(steadfast=True)
    return Plan(
        status=status(history, cadence, workdays, now),
        steps=steps,
        queue=tuple(step for step in due if not step.closes and not step.is_task),
        withdraw=tuple(_withdrawals(history, steps)),
        send=send,
        close=close,
        closes_at=closes_at,
        next_due=_next_due(situation, steps, send, closes_at),
    )


def _steps(situation: Situation) -> tuple[PlannedStep, ...]:
    return _one_to_each(
        situation,
        [
            *thank_yous(situation),
            *promises(situation),
            *ladder(situation),
            *requests(situation),
            *tasks(situation),
        ],
    )


def _as_approved(
    situation: Situation, steps: Iterable[PlannedStep], send: Iterable[Sending]
) -> Iterator[PlannedStep]:
    """The steps, those whose draft the user approved as that stands, whatever else holds."""
    approved = {
        draft.rung: draft
        for draft in situation.history.drafts
        if draft.state in (DraftState.APPROVED, DraftState.UNCLEAR)
    }
    sending = {each.message_id: each for each in send}
    for step in steps:
        draft = approved.get((step.step, step.cycle, step.person.key)) if step.person else None
        if draft is None or step.state.is_over:
            yield step
            continue
        said = stands(draft, sending.get(draft.message_id), situation.workdays, situation.now)
        since = situation.workdays.local(draft.queued_at)
        yield replace(step, state=StepState.APPROVED, reason=said, due=since, estimated=False)


def _objection(situation: Situation, draft: Draft, others: Iterable[History]) -> str | None:
    """Why an approved draft would be taken back had the user not touched it, or None.

    What is known now is weighed as of the moment of the approval: that it has waited for the
    sending hours since is no reason.
    """
    untouched = replace(draft, state=DraftState.QUEUED)
    history = replace(
        situation.history,
        drafts=tuple(
            untouched if each.message_id == draft.message_id else each
            for each in situation.history.drafts
        ),
    )
    approved_at = draft.approval.at if draft.approval is not None else situation.now
    then = replace(
        situation,
        history=history,
        contacts=Contacts([history, *others]),
        now=min(approved_at.astimezone(UTC), situation.now),
    )
    withdrawals = _withdrawals(history, _steps(then))
    return next((each.reason for each in withdrawals if each.message_id == draft.message_id), None)


def _closes_at(situation: Situation) -> datetime | None:
    """When a rejection closes the interview, unless that was taken back.

    On the working day after it became known: a misreading of an old mail can be taken back as well.
    """
    history, workdays = situation.history, situation.workdays
    answer = history.answer
    if history.closed is not None or answer is None or answer.outcome is not Outcome.REJECTION:
        return None
    taken_back = history.reopened_at is not None and history.reopened_at >= answer.at
    if taken_back or workdays.halted(situation.now):
        return None
    told_on = workdays.day_of(max(answer.known_at or answer.at, history.interview.held_at))
    return situation.start(workdays.add(told_on, 1))


def _one_to_each(situation: Situation, steps: Iterable[PlannedStep]) -> tuple[PlannedStep, ...]:
    """The steps, with only one draft due to each person; the others wait for it.

    A promise is kept all the same, and the user has what they asked for; but two of whatever
    channel that ask where things stand never come together.
    """
    steps = tuple(steps)
    due = [step for step in steps if step.state is StepState.DUE and step.person is not None]
    due.sort(key=lambda step: not _is_owed(step))

    def held(step: PlannedStep) -> PlannedStep:
        if step.person is None or step not in due:
            return step
        for other in due[: due.index(step)]:
            is_same = other.person is not None and other.person.key == step.person.key
            if is_same and _gives_way(situation, step, other):
                said = f"another draft to {step.person.called} is due before it: {other.step}"
                return replace(step, state=StepState.HELD, due=None, reason=said)
        return step

    return tuple(held(step) for step in steps)


def _gives_way(situation: Situation, step: PlannedStep, other: PlannedStep) -> bool:
    """Whether a step waits for another one to the same person that is due before it."""
    after = {known.name: known.after for known in situation.cadence.steps}

    def asks(each: PlannedStep) -> bool:
        if each.request is None and each.step in after:
            return after[each.step] is not Anchor.INTERVIEW
        return each.step in ASKING

    if asks(step) and asks(other):
        return True
    if _is_owed(step) or {step.channel, other.channel} != {Channel.EMAIL}:
        return False
    # What asks for nothing does not hold the thanks.
    is_thanks = after.get(step.step) is Anchor.INTERVIEW
    return not (is_thanks and _is_owed(other) and not asks(other))


def _is_owed(step: PlannedStep) -> bool:
    return step.step == PROMISE or step.request is not None


def _withdrawals(history: History, steps: Iterable[PlannedStep]) -> Iterator[Withdrawal]:
    """Untouched drafts whose step no longer wants them."""
    by_rung = {(s.step, s.cycle, s.person.key): s for s in steps if s.person is not None}
    for draft in history.drafts:
        if draft.state is not DraftState.QUEUED:
            continue
        step = by_rung.get(draft.rung)
        if step is None:
            yield Withdrawal(draft.message_id, _why_gone(history, draft))
        elif step.state is not StepState.QUEUED:
            reason = step.reason
            if draft.outdated and step.state.is_ahead and step.person is not None:
                reason = why_outdated(draft, step.person)
            yield Withdrawal(draft.message_id, reason)


def _why_gone(history: History, draft: Draft) -> str:
    """Why the plan no longer has the rung of a draft."""
    if draft.key in history.bounced:
        return f"mail to {draft.person} comes back"
    if draft.key in history.gone:
        return f"{draft.person} is no longer there"
    if draft.step in (PROMISE, REMINDER) and draft.cycle in history.dropped_promises:
        return "the promise no longer holds"
    people = {person.key for person in history.interview.people}
    if draft.key not in people:
        return f"{draft.person} no longer belongs to the interview"
    if draft.cycle != history.cycle:
        return "the decision date moved"
    return "the cadence no longer has this step"


def _next_due(
    situation: Situation,
    steps: Iterable[PlannedStep],
    send: Iterable[Sending],
    closes_at: datetime | None,
) -> datetime | None:
    steps = tuple(steps)
    moments = [
        step.due
        for step in steps
        if step.due is not None
        and step.state.is_ahead
        and not step.estimated
        and not (step.is_task and step.state is StepState.DUE)
    ]
    moments += [sending.due for sending in send if sending.due is not None]
    if closes_at is not None:
        moments.append(closes_at)
    thanks = {s.name: s for s in situation.cadence.steps if s.after is Anchor.INTERVIEW}
    for step in steps:
        if step.state is not StepState.QUEUED or step.request is not None:
            continue
        if step.step in thanks:
            # An untouched thank-you is taken back once it is too late for it.
            day_after = thanks_until(situation, thanks[step.step]) + timedelta(days=1)
            moments.append(situation.workdays.at(day_after, time.min))
        if step.step == REMINDER:
            # The reminder gives way to the promise's own draft, or is too late for it.
            on = situation.history.interview.promises[step.cycle].on
            moments.append(situation.workdays.at(on, time.min))
    return min(moments, default=None)
