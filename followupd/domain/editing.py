"""What the user's own acts mean for the state of an interview; a part of `folding.fold`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from followupd.domain import acts
from followupd.domain.history import Answer, ChangedPlans, Request, Skip
from followupd.domain.interview import Outcome
from followupd.domain.steps import ANSWER_TASK

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.history import History
    from followupd.domain.interview import Interview

Act: TypeAlias = (
    acts.InterviewEdited
    | acts.PersonRecorded
    | acts.PersonRemoved
    | acts.PromiseMade
    | acts.PromiseDropped
    | acts.TopicNoted
    | acts.PlansChanged
    | acts.DraftRequested
    | acts.TaskDone
    | acts.NextRoundRecorded
    | acts.Reviewed
)


def after_act(history: History, act: Act) -> History:  # noqa: C901, PLR0911 - one case an act
    """The state after the user's act."""
    interview = history.interview
    match act:
        case acts.InterviewEdited():
            return replace(history, interview=_edited(interview, act))
        case acts.PersonRecorded():
            return _with_person(history, act)
        case acts.PersonRemoved():
            gone = (act.address.casefold(), act.part)
            people = tuple(p for p in interview.people if (p.key, p.part) != gone)
            return replace(history, interview=replace(interview, people=people))
        case acts.PromiseMade(promise=promise):
            promises = (*interview.promises, promise)
            return replace(history, interview=replace(interview, promises=promises))
        case acts.PromiseDropped(number=number):
            return replace(history, dropped_promises=history.dropped_promises | {number})
        case acts.TopicNoted(address=address, text=text):
            others = {
                key: said for key, said in history.topics.items() if key != address.casefold()
            }
            return replace(history, topics=others | ({address.casefold(): text} if text else {}))
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
    """They have what they asked for, and owe the answer again; no promised day comes forward."""
    if history.answer is None or history.answer.outcome is not Outcome.INFO_REQUEST:
        return history
    return replace(
        history,
        answer=None,
        decision_by=None,
        promised_before=history.decision_by or history.promised_before,
        held_up_by=None,
        waiting_since=since,
        cycle=history.cycle + 1,
    )


def _edited(interview: Interview, act: acts.InterviewEdited) -> Interview:
    return replace(
        interview,
        company=interview.company if act.company is None else act.company,
        role=interview.role if act.role is None else act.role,
        language=interview.language if act.language is None else act.language,
        register=interview.register if act.register is None else act.register,
        cadence=interview.cadence if act.cadence is None else act.cadence,
        is_final=interview.is_final if act.is_final is None else act.is_final,
    )


def _with_person(history: History, act: acts.PersonRecorded) -> History:
    """One person more, or another one in the place of the first; the order is kept.

    An address that is new has to be looked for in earlier mail.
    """
    people = list(history.interview.people)
    old = ((act.instead_of or act.person.address).casefold(), act.person.part)
    is_known = any(person.key == act.person.key for person in people)
    places = [n for n, person in enumerate(people) if (person.key, person.part) == old]
    if places:
        people[places[0]] = act.person
    else:
        people.append(act.person)
    history = replace(history, interview=replace(history.interview, people=tuple(people)))
    if is_known:
        return history
    return replace(history, searched=frozenset(), added_later=history.added_later + 1)


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
