"""What the user's own acts mean for the state of an interview; a part of `folding.fold`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from followupd.domain import acts
from followupd.domain.history import Answer, ChangedPlans, Request, Skip
from followupd.domain.interview import Outcome
from followupd.domain.righting import with_edit, with_person, without_person
from followupd.domain.steps import ANSWER_TASK

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.history import History


def after_act(history: History, act: acts.Act) -> History:  # noqa: C901, PLR0911 - one case an act
    """The state after the user's act."""
    interview = history.interview
    match act:
        case acts.InterviewEdited():
            return with_edit(history, act)
        case acts.PersonRecorded():
            return with_person(history, act)
        case acts.PersonRemoved():
            return without_person(history, act)
        case acts.PromiseMade(promise=promise):
            promises = (*interview.promises, promise)
            return replace(history, interview=replace(interview, promises=promises))
        case acts.PromiseDropped(number=number):
            return replace(history, dropped_promises=history.dropped_promises | {number})
        case acts.TopicNoted(address=address, text=text):
            person = history.key_of(address)
            others = {key: said for key, said in history.topics.items() if key != person}
            return replace(history, topics=others | ({person: text} if text else {}))
        case acts.PlansChanged(text=text, at=at):
            return replace(history, plans=ChangedPlans(text, at) if text else None)
        case acts.DraftRequested(template=template, person=person, given=given, at=at):
            wanted = Request(template, person, given, at)
            return replace(history, requests=(*history.requests, wanted))
        case acts.TaskDone(step=step, cycle=cycle, person=person, at=at):
            done = Skip(step, cycle, person, at, done=True)
            history = replace(history, skips=(*history.skips, done))
            return waits_again(history, at) if step == ANSWER_TASK else history
        case acts.NextRoundRecorded():
            return _followed(history, act)
        case acts.Reviewed():
            return replace(history, review=act)
        case _:
            assert_never(act)


def alive(history: History) -> History:
    """After the ladder came to its end, a word from them is what everybody hoped for."""
    by_plan = history.closed is not None and history.closed.by_plan
    return replace(history, closed=None) if by_plan else history


def waits_again(history: History, since: datetime) -> History:
    """They have what they asked for, and owe the answer again; no promised day comes forward.

    Where another round is recorded they owe nothing more for this one.
    """
    asked = history.answer
    if asked is None or asked.outcome is not Outcome.INFO_REQUEST:
        return history
    if history.followed_by is not None:
        return replace(history, answer=Answer(asked.at, Outcome.NEXT_ROUND, None))
    # Who has written since the day they meant to call on has said what there was to say.
    call_on = history.call_promised_on
    if call_on is not None and call_on < asked.at.date():
        call_on = None
    return replace(
        history,
        answer=None,
        decision_by=None,
        promised_before=history.decision_by or history.promised_before,
        held_up_by=None,
        waiting_since=since,
        call_promised_on=call_on,
        cycle=history.cycle + 1,
    )


def _followed(history: History, act: acts.NextRoundRecorded) -> History:
    """The next round is their answer, unless they have given a final one."""
    history = replace(alive(history), followed_by=act.interview_id)
    known = history.answer
    if known is not None and known.outcome is not Outcome.OTHER:
        return history
    answer = (
        Answer(act.at, Outcome.NEXT_ROUND, None)
        if known is None
        else replace(known, outcome=Outcome.NEXT_ROUND)
    )
    return replace(history, answer=answer, marked_silent=False, possible=())
