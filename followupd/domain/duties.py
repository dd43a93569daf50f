"""What the user owes beside the ladder: promises, drafts they asked for, and tasks without a draft.

* A promise is kept on the morning of its date, with a reminder on the working day before (advice
  row 4).
* A draft that the user asked for (`acts.DraftRequested`) is laid at once, whatever the time and the
  pause: it is an act of theirs. One that asks where things stand is stopped by an answer.
* A task has no draft: answer what was asked for, say when the next round is, say whether the call
  came that was promised.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, Final

from followupd.domain.cadence import PROMISE, REMINDER, Anchor, CadenceStep, Wait, WaitUnit
from followupd.domain.deeds import Turn
from followupd.domain.interview import EMPLOYER, Channel, Outcome, Part
from followupd.domain.rungs import judged
from followupd.domain.steps import ANSWER_TASK, ASKING, REQUESTED_FROM, PlannedStep, StepState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from followupd.domain.history import Request
    from followupd.domain.interview import Person, Promise
    from followupd.domain.situation import Situation
    from followupd.domain.workdays import Workdays

NEXT_ROUND_TASK: Final = "next-round"
"""The task to record the next round."""

THEIR_CALL_TASK: Final = "their-call"
"""The task to say whether they called as they meant to."""

_MOMENT = timedelta(microseconds=1)
_AT_ONCE = Wait(0, WaitUnit.HOURS)
_TO = (Part.RECRUITER, Part.HIRING_MANAGER, Part.INTERVIEWER)


def promises(situation: Situation) -> Iterator[PlannedStep]:
    """Each promise on the morning of its date, whatever day that is, and its reminder before."""
    for number, promise in enumerate(situation.history.interview.promises):
        if number in situation.history.dropped_promises:
            continue
        kept = _promise(situation, number, promise)
        yield _reminder(situation, number, promise, kept)
        yield kept


def _promise(situation: Situation, number: int, promise: Promise) -> PlannedStep:
    workdays = situation.workdays
    step = _own_step(PROMISE, Channel.EMAIL, PROMISE)
    people = situation.people(step, number)
    if not people:
        return situation.nobody(step, number)
    turn = Turn(
        nominal=workdays.at(promise.on, time(9, 0)),
        why=f"promised for {situation.say(promise.on)}: {promise.what}",
        open_from=workdays.back,
        # What was written before that day may have been anything; on it, it was the promise.
        since=workdays.at(promise.on, time.min) - _MOMENT,
        steadfast=True,
    )
    return judged(situation, step, number, people[0], turn)


def _reminder(
    situation: Situation, number: int, promise: Promise, kept: PlannedStep
) -> PlannedStep:
    """The sheet for the user; its place is with the person the promise was made to."""
    workdays = situation.workdays
    step = _own_step(REMINDER, Channel.TASK, REMINDER)
    if kept.person is None:
        return situation.passed(step, number, None, kept.reason)
    day = working_day_before(workdays, promise.on)
    turn = Turn(
        nominal=workdays.opening(day),
        why=f"the working day before {situation.say(promise.on)}, as promised: {promise.what}",
        open_from=workdays.back,
        since=workdays.opening(day),
        steadfast=True,
    )
    reminder = judged(situation, step, number, kept.person, turn)
    if not reminder.state.is_ahead and reminder.state is not StepState.QUEUED:
        return reminder
    lies_at = max(reminder.due or situation.now, situation.now)
    if kept.state.is_over:
        return situation.passed(step, number, kept.person, "the promise is dealt with")
    if workdays.day_of(lies_at) >= promise.on:
        said = "the day of the promise itself has come"
        return situation.passed(step, number, kept.person, said)
    return reminder


def working_day_before(workdays: Workdays, day: date) -> date:
    """The last working day before `day`."""
    before = day - timedelta(days=1)
    while not workdays.is_working_day(before):
        before -= timedelta(days=1)
    return before


def requests(situation: Situation) -> Iterator[PlannedStep]:
    """The drafts that the user asked for, each at once."""
    for number, request in enumerate(situation.history.requests):
        step = _own_step(request.template, Channel.EMAIL, request.template)
        if request.template == "call":
            step = replace(step, channel=Channel.CALL)
        cycle = REQUESTED_FROM + number
        person = _person(situation, request)
        if person is None:
            gone = f"{request.person} no longer belongs to the interview"
            yield situation.passed(step, cycle, None, gone)
            continue
        yield _requested(situation, step, cycle, person, request)


def _requested(
    situation: Situation, step: CadenceStep, cycle: int, person: Person, request: Request
) -> PlannedStep:
    now = replace(situation, workdays=replace(situation.workdays, away=()))
    # The gracious answer to a rejection is written after all is over.
    alone = replace(situation.history, snoozed_until=None, closed=None, answer=None, possible=())
    turn = Turn(
        nominal=request.at,
        why=f"you asked for it on {situation.say_day_of(request.at)}",
        open_from=situation.workdays.local,
        since=None,
        called=request.at if step.channel is Channel.CALL else None,
        steadfast=True,
        asks=request.template in ASKING,
    )
    rung = judged(replace(now, history=alone), step, cycle, person, turn)
    barred = now.barred() if request.template in ASKING else None
    if barred is None or rung.state.is_over:
        return rung
    return replace(rung, state=barred[0], reason=barred[1], due=None)


def _person(situation: Situation, request: Request) -> Person | None:
    key = situation.history.key_of(request.person)
    return next((p for p in situation.history.interview.people if p.key == key), None)


def tasks(situation: Situation) -> Iterator[PlannedStep]:
    """What the user is to do now, without a draft."""
    history = situation.history
    if history.closed is not None:
        return
    answer = history.answer
    if answer is not None and answer.outcome is Outcome.INFO_REQUEST:
        sender = history.key_of(answer.mail.sender) if answer.mail is not None else ""
        people = [p for p in history.interview.people if p.key == sender]
        who = people[0].called if people else "they"
        why = f"{who} asked you for something on {situation.say_day_of(answer.at)}"
        who_asked = people[0] if people else None
        yield _task(situation, ANSWER_TASK, who_asked, answer.at, why, since=answer.at)
    if answer is not None and answer.outcome is Outcome.NEXT_ROUND and history.followed_by is None:
        why = (
            "they invite you to another round; when is it? "
            f"followupd add --round-of {history.interview_id} --held WHEN"
        )
        yield _task(situation, NEXT_ROUND_TASK, None, answer.at, why, since=answer.at)
    if answer is None and history.call_promised_on is not None:
        yield from _their_call(situation, history.call_promised_on)


def _their_call(situation: Situation, promised_on: date) -> Iterator[PlannedStep]:
    """They meant to call, which no mailbox shows: the user is asked on the next working day."""
    history, workdays = situation.history, situation.workdays
    asked_on = situation.start(workdays.add(promised_on, 1))
    employer = {person.key for person in history.interview.people if person.part in EMPLOYER}
    if any(each.address in employer and each.at > asked_on for each in history.written):
        return
    if any(call.at > asked_on for call in history.calls):
        return
    caller = history.key_of(history.held_up_by.sender) if history.held_up_by is not None else ""
    people = [person for person in history.interview.people if person.key == caller]
    who = people[0].called if people else "they"
    why = (
        f"{who} meant to call on {situation.say(promised_on)}; if they did, say what came of it: "
        f"followupd answered {history.interview_id} or followupd decision {history.interview_id}"
    )
    yield _task(situation, THEIR_CALL_TASK, people[0] if people else None, asked_on, why)


def _task(
    situation: Situation,
    name: str,
    person: Person | None,
    due: datetime,
    why: str,
    *,
    since: datetime | None = None,
) -> PlannedStep:
    step = _own_step(name, Channel.TASK, "")
    return situation.task(step, situation.history.cycle, person, due, why, since)


def _own_step(name: str, channel: Channel, template: str) -> CadenceStep:
    return CadenceStep(
        name=name,
        after=Anchor.INTERVIEW,
        wait=_AT_ONCE,
        to=_TO,
        channel=channel,
        template=template,
    )
