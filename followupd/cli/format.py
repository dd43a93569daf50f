"""How days, steps and people are put into a line; pure. What came from a mail is cleaned here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.domain.cadence import REMINDER
from followupd.domain.days import say_day, say_moment
from followupd.domain.duties import NEXT_ROUND_TASK, THEIR_CALL_TASK
from followupd.domain.interview import EMPLOYER, Channel, DraftState
from followupd.domain.steps import ANSWER_TASK
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from followupd.domain.history import Draft, History
    from followupd.domain.interview import Interview, Person
    from followupd.domain.plan import PlannedStep
    from followupd.domain.workdays import Workdays

_VOWEL_Y = ("ay", "ey", "oy", "uy")
NAME_LIMIT = 100

_SAID = {"info_request": "request for information"}
_PREFERS = {Channel.CALL: "prefers a call", Channel.EMAIL: "prefers e-mail"}
_DONE = {
    ANSWER_TASK: "you answered what they asked you for",
    NEXT_ROUND_TASK: "the next round needs nothing more",
    THEIR_CALL_TASK: "they did not call",
}
_FAR = 120
"""Days beyond which nobody thinks in working days."""


def distance(day: date, today: date, workdays: Workdays) -> str:
    """How far a day is: `today`, `in 3 working days`, `2 working days ago`.

    Calendar days are counted where no working day lies between, and where it is far.
    """
    away = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(away)
    if near is not None:
        return near
    count, unit = abs(away), "day"
    if count <= _FAR:
        working = workdays.between(min(day, today), max(day, today))
        if working:
            count, unit = working, "working day"
    said = counted(count, unit)
    return f"in {said}" if away > 0 else f"{said} ago"


def day_with_distance(day: date, today: date, workdays: Workdays) -> str:
    """`Tue 8 Dec, in 3 working days`."""
    return f"{say_day(day, today)}, {distance(day, today, workdays)}"


def moment(at: datetime, today: date, workdays: Workdays) -> str:
    """`Tue 8 Dec, 09:00`, in the user's zone."""
    return say_moment(workdays.local(at), today)


def iso(at: datetime | None, workdays: Workdays) -> str | None:
    """The moment in ISO 8601 with the offset of the user's zone; None for None."""
    return None if at is None else workdays.local(at).isoformat()


def name_of(interview: Interview) -> str:
    """`Acme, Engineer`."""
    return f"{clean(interview.company, NAME_LIMIT)}, {clean(interview.role, NAME_LIMIT)}"


def called(address: str, history: History) -> str:
    """The name of a person of the interview, else the address."""
    key = address.casefold()
    people = (person.called for person in history.interview.people if person.key == key)
    return clean(next(people, address), NAME_LIMIT)


def worded(value: str) -> str:
    """`next round` for `next_round`: a value of a closed set as it is said."""
    return _SAID.get(value, value.replace("_", " "))


def as_typed(value: str) -> str:
    """`next-round` for `next_round`: a value of a closed set as it is typed after an option."""
    return value.replace("_", "-")


def listed(words: Sequence[str]) -> str:
    """`this`, `this and that`, `this, that and more`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def person_name(person: Person) -> str:
    """What a person is called, for a line."""
    return clean(person.called, NAME_LIMIT)


def contact_words(person: Person) -> str:
    """How a person wants to be contacted, and whether they were asked at all."""
    if person.channel is None:
        return "e-mail (not asked)" if person.part in EMPLOYER else "e-mail"
    return _PREFERS.get(person.channel, person.channel.value)


def task_done(step: str) -> str:
    """A task without a draft, as done."""
    return _DONE.get(step, f"{clean(step, NAME_LIMIT)} is done")


def step_to(step: PlannedStep) -> str:
    """`check-in to Dana Fox`."""
    if step.person is None:
        return clean(step.step, NAME_LIMIT)
    return _to(step.step, clean(step.person.called, NAME_LIMIT), step.channel)


def step_ahead(step: PlannedStep) -> str:
    """`check-in to Dana Fox`, and of the last step what it does."""
    return f"{step_to(step)}, which closes the interview" if step.closes else step_to(step)


def draft_to(draft: Draft, history: History) -> str:
    """`check-in to Dana Fox`, for a draft."""
    is_letter = draft.to.casefold() == draft.person.casefold()
    who = called(draft.person or draft.to, history)
    return _to(draft.step, who, Channel.EMAIL if is_letter else Channel.CALL)


def _to(step: str, who: str, channel: Channel) -> str:
    name = clean(step, NAME_LIMIT)
    if name == REMINDER:
        return f"{name} to yourself"
    match channel:
        case Channel.EMAIL:
            return f"{name} to {who}"
        case Channel.TASK:
            return f"{name}: {who}"
        case Channel.CALL:
            return f"call {who}" if name == "call" else f"{name}: call {who}"


def draft_stands(draft: Draft) -> str:
    """What has become of a draft, as the rest of a sentence about it."""
    return {
        DraftState.QUEUED: "waits in Drafts",
        DraftState.EDITED: "waits in Drafts, edited by you",
        DraftState.MISSING: "is gone from Drafts; not yet seen in Sent",
        DraftState.APPROVED: "is approved by you, and waits for its hour",
        DraftState.UNCLEAR: "may have been sent or not",
        DraftState.SENT: "was sent",
        DraftState.DISMISSED: "was deleted by you",
        DraftState.WITHDRAWN: "was taken back",
    }[draft.state]


def stand_in_words(name: str, address: str) -> str:
    """`Max Muster <max@acme.example>`, or what is known of it."""
    who, where = clean(name, NAME_LIMIT), clean(address, NAME_LIMIT)
    return f"{who} <{where}>" if who and where else who or where


def counted(count: int, noun: str) -> str:
    """`1 draft`, `2 working days`, `2 possible replies`."""
    ends_in_ies = noun.endswith("y") and not noun.endswith(_VOWEL_Y)
    plural = f"{noun[:-1]}ies" if ends_in_ies else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
