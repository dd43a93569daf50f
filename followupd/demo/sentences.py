"""What the events of an interview are called in the story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.domain import events as happened
from followupd.domain.days import say_day
from followupd.domain.interview import Outcome, Status

if TYPE_CHECKING:
    from datetime import date, datetime

    from followupd.demo.stage import News
    from followupd.domain.history import History
    from followupd.domain.plan import Plan, PlannedStep
    from followupd.domain.workdays import Workdays

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Sentence:
    """What followupd does, and why, each a line; `why` may be empty."""

    does: str
    why: str = ""


def sentence(news: News) -> Sentence | None:  # noqa: PLR0911 - one case an event
    """What followupd did, or None for what is not worth a line."""
    history, event = news.history, news.event
    company = history.interview.company
    match event:
        case happened.ThreadFound(mail=mail):
            return Sentence(f'finds the thread with {mail.sender_name}: "{mail.subject}"')
        case happened.DraftQueued(step=step, person=person, to=to, subject=subject):
            if to.casefold() != person.casefold():
                return Sentence(f'lays a sheet for Robin: "{subject}"', news.why)
            return Sentence(f"lays a draft: {step} to {_name(history, person)}", news.why)
        case happened.DraftSent(message_id=message_id):
            return Sentence(f"sees in Sent that the {_draft(history, message_id)} went out")
        case happened.DraftDismissed(message_id=message_id):
            return Sentence(f"takes that for a no: no {_draft(history, message_id)} any more")
        case happened.DraftWithdrawn(message_id=message_id, reason=reason):
            said = f"takes its own untouched draft back: {_draft(history, message_id)}"
            return Sentence(said, reason)
        case happened.ReplyReceived(mail=mail, outcome=outcome):
            kind = "" if outcome is Outcome.OTHER else f": {outcome.value.replace('_', ' ')}"
            return Sentence(f"marks {company} answered by {mail.sender_name}{kind}")
        case happened.AutomaticReceived(mail=mail, category=category):
            kind = category.value.replace("_", " ")
            return Sentence(f'files "{mail.subject}" as automatic ({kind}): no answer')
        case happened.Closed():
            return Sentence(f"closes {company} and stops", news.why)
        case _:
            return None


def when(step: PlannedStep, workdays: Workdays) -> str:
    """When a step is due, in the user's zone; a guess for one that waits for another."""
    if step.due is None:
        return "open"
    about = "about " if step.estimated else ""
    return f"{about}{clock(step.due, workdays)}"


def clock(moment: datetime, workdays: Workdays) -> str:
    """A moment as Robin's clock shows it."""
    local = workdays.local(moment)
    return f"{say_day(local.date(), local.date())}, {local:%H:%M}"


def days_off(first: date, last: date, workdays: Workdays) -> list[date]:
    """The public holidays after `first`, before `last`, that take a working day away."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days))
    return [day for day in days if day.weekday() < _SATURDAY and not workdays.is_working_day(day)]


def standing(history: History, plan: Plan, workdays: Workdays) -> str:
    """Why an interview stands where it stands."""
    match plan.status:
        case Status.ANSWERED if history.answer is not None:
            day = workdays.day_of(history.answer.at)
            mail = history.answer.mail
            who = mail.sender_name if mail is not None else "you said so"
            outcome = history.answer.outcome
            kind = "" if outcome is Outcome.OTHER else f" ({outcome.value.replace('_', ' ')})"
            return f"{who}, {say_day(day, day)}{kind}"
        case Status.CLOSED if history.closed is not None:
            return history.closed.reason
        case _:
            waiting = [draft for draft in history.drafts if draft.state.is_open]
            names = [f"{draft.step} to {_name(history, draft.person)}" for draft in waiting]
            return f"in Drafts: {', '.join(names)}" if names else "nothing is due"


def _name(history: History, address: str) -> str:
    people = history.interview.people
    return next((p.called for p in people if p.key == address.casefold()), address)


def _draft(history: History, message_id: str) -> str:
    draft = history.draft(message_id)
    if draft is None:
        return "draft"
    if draft.to.casefold() != draft.person.casefold():
        return f'the sheet "{draft.subject}"'
    return f"{draft.step} to {_name(history, draft.person)}"
