"""Days and messages counted anew, for whoever checks the planner without sharing its code."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.domain.cadence import PROMISE, WaitUnit
from followupd.domain.interview import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from followupd.domain.cadence import Wait
    from followupd.domain.workdays import Workdays
    from tests.support.ledger import Case

DAY = timedelta(days=1)
_REST = 3
_MOST_TO_PERSON = 3
_MOST_TO_COMPANY = 6
_AT_COMPANY = (Part.RECRUITER, Part.HIRING_MANAGER, Part.SENIOR)
_EMPLOYER = (*_AT_COMPANY, Part.INTERVIEWER)


def works(day: date, workdays: Workdays) -> bool:
    """Whether it is a working day, counted anew."""
    return day.isoweekday() <= 5 and day not in workdays.holidays


def first_day(base: date, wait: Wait, workdays: Workdays) -> date:
    """The first day on which a step may come that waits so long from `base`, counted anew."""
    match wait.unit:
        case WaitUnit.HOURS:
            return base + DAY + DAY * (wait.amount // 26)  # the longest day has 25 hours
        case WaitUnit.DAYS:
            return base + DAY * wait.amount
        case WaitUnit.BUSINESS_DAYS:
            day, left = base, wait.amount
            while left:
                day += DAY
                left -= works(day, workdays)
            return day


def too_often(
    cases: Mapping[int, Case],
    workdays: Workdays,
    person: str,
    at: datetime,
    since: datetime | None = None,
) -> Iterator[str]:
    """Why a message at `at` is one too many; with `since`, by those that went out after it."""
    heard = [c.history.heard[person] for c in cases.values() if person in c.history.heard]
    # What goes out in the same moment could not have been known.
    unanswered = {
        message.message_id: message.at
        for case in cases.values()
        for message in case.messages
        if message.person == person
        and message.at < at
        and all(message.at > moment for moment in heard)
    }
    if not unanswered or (since is not None and max(unanswered.values()) <= since):
        return
    if len(unanswered) >= _MOST_TO_PERSON:
        yield f"{len(unanswered)} are unanswered"
    last = max(unanswered.values()).astimezone(workdays.zone).date()
    today = at.astimezone(workdays.zone).date()
    rest = sum(works(last + n * DAY, workdays) for n in range(1, (today - last).days + 1))
    if rest < _REST:
        yield f"{rest} working days after the last message"


def besieged(cases: Mapping[int, Case], company: str) -> Iterator[str]:
    """Why a message that asks for an answer is one too many for a company."""
    there = [
        case.history
        for case in cases.values()
        if case.history.interview.company.casefold() == company.casefold()
    ]
    whom = {
        (h.interview_id, p.key) for h in there for p in h.interview.people if p.part in _AT_COMPANY
    }
    who = {p.key for h in there for p in h.interview.people if p.part in _EMPLOYER}
    heard = [at for h in there for key, at in h.heard.items() if key in who]
    asked = {
        message.message_id
        for case in cases.values()
        for message in case.messages
        if (case.number, message.person) in whom
        and message.step not in ("thank-you", PROMISE)
        and all(message.at > moment for moment in heard)
    }
    if len(asked) >= _MOST_TO_COMPANY:
        yield f"{len(asked)} to {company} are unanswered"
