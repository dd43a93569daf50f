"""The parts of a digest, each read off the interviews by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.domain.cadence import PROMISE, REMINDER
from followupd.domain.digest_parts import (
    About,
    Answer,
    Call,
    Cold,
    Ending,
    Next,
    Question,
    Task,
    WaitingDraft,
    WaitingPromise,
)
from followupd.domain.events import HoldingReply, Layer, ReplyReceived
from followupd.domain.interview import EMPLOYER, Channel, DraftState, Status
from followupd.domain.steps import StepState
from followupd.domain.verdicts import guess_of, is_unclear

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from followupd.domain.events import Event, Mail
    from followupd.domain.history import Draft, History
    from followupd.domain.plan import Plan
    from followupd.domain.steps import PlannedStep
    from followupd.domain.workdays import Workdays

_KEPT = (StepState.SENT, StepState.DISMISSED, StepState.SKIPPED, StepState.DONE, StepState.STOPPED)
"""What has become of a promise that need not be spoken of any more. One that was passed over is
still to be kept: there is only nobody recorded to send it to."""

_TO_CALL = (StepState.DUE, StepState.QUEUED, StepState.EDITED, StepState.APPROVED)
"""An approved call sheet is sent to nobody: the call is still to be made."""


@dataclass(frozen=True, slots=True)
class Process:
    """One interview as a digest looks at it.

    Attributes:
        history: as it stands.
        plan: as of now.
        news: what was recorded since the digest before, oldest first.
    """

    history: History
    plan: Plan
    news: tuple[Event, ...] = ()


def answers(processes: Iterable[Process], workdays: Workdays) -> Iterator[Answer]:
    """What came since; for each interview the last word, unless the user took it back."""
    for process in processes:
        history = process.history
        for event in reversed(process.news):
            if isinstance(event, ReplyReceived) and event.layer is not Layer.HAND:
                known = history.answer
                if known is None or not _is_same(known.mail, event.mail):
                    continue
                yield Answer(
                    about=about(history),
                    who=_writer(event.mail),
                    on=workdays.day_of(event.mail.date),
                    outcome=known.outcome,
                    is_unclear=is_unclear(known.verdict),
                )
                break
            if isinstance(event, HoldingReply) and _is_same(history.held_up_by, event.mail):
                yield Answer(
                    about=about(history),
                    who=_writer(event.mail),
                    on=workdays.day_of(event.mail.date),
                    outcome=None,
                    decision_by=history.decision_by,
                )
                break


def questions(processes: Iterable[Process], workdays: Workdays) -> Iterator[Question]:
    """Possible replies, and answers of which it is not clear what they say."""
    for process in processes:
        history, answer = process.history, process.history.answer
        for possible in history.possible:
            who, on = _writer(possible.mail), workdays.day_of(possible.mail.date)
            yield Question(about(history), who, on, is_answer=False)
        is_open = history.closed is None and answer is not None and answer.mail is not None
        if is_open and answer is not None and answer.mail and is_unclear(answer.verdict):
            who, on = _writer(answer.mail), workdays.day_of(answer.mail.date)
            guess = guess_of(answer.verdict)
            yield Question(about(history), who, on, is_answer=True, guess=guess)


def promises(processes: Iterable[Process], today: date) -> Iterator[WaitingPromise]:
    """The promises for today and tomorrow that are still to be kept, the earlier ones first."""
    found = []
    for process in processes:
        for step in process.plan.steps:
            if step.step != PROMISE or step.request is not None or step.state in _KEPT:
                continue
            promise = process.history.interview.promises[step.cycle]
            if _goes_out(step, process, promise.on):
                continue
            if 0 <= (promise.on - today).days <= 1:
                who = _called(step)
                found.append(WaitingPromise(about(process.history), promise.what, promise.on, who))
    yield from sorted(found, key=lambda each: each.on)


def calls(processes: Iterable[Process], workdays: Workdays, today: date) -> Iterator[Call]:
    """The calls to be made today, those whose sheet is already in Drafts included."""
    for process in processes:
        withdrawn = {each.message_id for each in process.plan.withdraw}
        taken_back = {d.rung for d in process.history.drafts if d.message_id in withdrawn}
        for step in process.plan.steps:
            person = step.person
            if step.channel is not Channel.CALL or person is None:
                continue
            is_planned = step.state is StepState.PLANNED and not step.estimated
            is_today = is_planned and step.due is not None and workdays.day_of(step.due) <= today
            if (step.step, step.cycle, person.key) in taken_back:
                continue
            if is_today or step.state in _TO_CALL:
                yield Call(about(process.history), person.called, person.phone or "", step.step)


def tasks(processes: Iterable[Process], workdays: Workdays, today: date) -> Iterator[Task]:
    """What is to be done now and has no draft, the oldest first."""
    found = [
        Task(
            about(process.history),
            step.step,
            _called(step),
            workdays.day_of(step.due) if step.due is not None else today,
            step.reason,
        )
        for process in processes
        for step in process.plan.tasks
    ]
    yield from sorted(found, key=lambda each: each.on)


def drafts(processes: Iterable[Process], workdays: Workdays, today: date) -> Iterator[WaitingDraft]:
    """The letters that wait to be sent or deleted, the longest waiting first."""
    found = []
    for process in processes:
        for draft in _lying(process):
            if draft.is_sheet:
                continue
            since = workdays.day_of(draft.queued_at)
            found.append(
                WaitingDraft(
                    about=about(process.history),
                    step=draft.step,
                    who=name_of(draft.person, process.history),
                    since=since,
                    days=workdays.between(since, today),
                    is_edited=draft.state is DraftState.EDITED,
                    is_refused=bool(draft.problem),
                )
            )
    yield from sorted(found, key=lambda each: each.since)


def cold(processes: Iterable[Process], workdays: Workdays, today: date) -> Iterator[Cold]:
    """The silent interviews, the longest silent first."""
    found = []
    for process in processes:
        history = process.history
        if process.plan.status is not Status.SILENT:
            continue
        last_word = workdays.day_of(_last_word(history))
        found.append(
            Cold(
                about=about(history),
                last_word=last_word,
                days=workdays.between(last_word, today),
                next=_next(process.plan, workdays),
                drafts=sum(draft.step != REMINDER for draft in _lying(process)),
                asks=bool(history.possible),
                approved=sum(sending.due is not None for sending in process.plan.send),
            )
        )
    yield from sorted(found, key=lambda each: each.last_word)


def endings(processes: Iterable[Process], since: datetime) -> Iterator[Ending]:
    """The interviews closed since; without those that the user has both closed and reviewed."""
    for process in processes:
        history, closed = process.history, process.history.closed
        if closed is None or closed.at <= since or history.followed_by is not None:
            continue
        if history.review is not None:
            continue
        outcome = history.answer.outcome if history.answer is not None else None
        yield Ending(about(history), closed.by_plan, outcome, closed.reason)


def about(history: History) -> About:
    """Which interview it is."""
    interview = history.interview
    return About(history.interview_id, interview.company, interview.role)


def name_of(address: str, history: History) -> str:
    """The name of a person of the interview, else the address."""
    key = address.casefold()
    return next((p.called for p in history.interview.people if p.key == key), address)


def _is_same(known: Mail | None, mail: Mail) -> bool:
    return known is not None and known.message_id == mail.message_id


def _writer(mail: Mail) -> str:
    return mail.sender_name or mail.sender


def _called(step: PlannedStep) -> str:
    return step.person.called if step.person is not None else ""


def _lying(process: Process) -> list[Draft]:
    """The drafts in Drafts, without those that are about to be taken back."""
    withdrawn = {each.message_id for each in process.plan.withdraw}
    return [
        draft
        for draft in process.history.open_drafts
        if draft.state.is_in_drafts and draft.message_id not in withdrawn
    ]


def _goes_out(step: PlannedStep, process: Process, day: date) -> bool:
    """Whether the draft of a step is approved and goes out on that day at the latest."""
    due = {each.message_id for each in process.plan.send if each.due and each.due.date() <= day}
    person = step.person.key if step.person is not None else ""
    rung = (step.step, step.cycle, person)
    return any(d.rung == rung and d.message_id in due for d in process.history.drafts)


def _last_word(history: History) -> datetime:
    """When the employer was last heard of; at the interview at the latest."""
    friends = {p.key for p in history.interview.people if p.part not in EMPLOYER}
    heard = [at for key, at in history.heard.items() if key not in friends]
    return max(history.interview.held_at, *heard) if heard else history.interview.held_at


def _next(plan: Plan, workdays: Workdays) -> Next | None:
    """The next step towards an answer; a promise is none."""
    ahead = [
        (step.due, step)
        for step in plan.steps
        if step.state.is_ahead
        and step.due is not None
        and not step.is_task
        and step.step not in (PROMISE, REMINDER)
    ]
    if not ahead:
        return None
    due, step = min(ahead, key=lambda pair: pair[0])
    return Next(
        step=step.step,
        who=_called(step),
        on=workdays.day_of(due),
        is_call=step.channel is Channel.CALL,
        closes=step.closes,
    )
