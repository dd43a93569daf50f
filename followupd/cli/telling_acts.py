"""The user's own acts in words: one clause each, as `telling.py` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from followupd.cli.format import called, counted, task_done, worded
from followupd.domain import acts
from followupd.domain.days import say_day
from followupd.reading.text import clean, quoted

if TYPE_CHECKING:
    from datetime import date

    from followupd.domain.history import History

_TEXT_LIMIT = 300
_MOST = 5


def tell_act(act: acts.Act, history: History, today: date) -> str:  # noqa: C901, PLR0911 - one case an act
    """What the user did."""
    match act:
        case acts.InterviewEdited():
            return f"you changed {_changes(act)}"
        case acts.PersonRecorded(person=person, instead_of=before):
            who = f"{clean(person.called, 100)}, {worded(person.part)}"
            return f"you changed what is known of {who}" if before else f"you added {who}"
        case acts.PersonRemoved(address=address, part=part):
            return f"you removed {clean(address, 100)}, {worded(part)}"
        case acts.PromiseMade(promise=promise):
            return f"you promised for {say_day(promise.on, today)}: {clean(promise.what, 300)}"
        case acts.PromiseDropped(number=number):
            return f"your promise no longer holds: {_promise(history, number)}"
        case acts.TopicNoted(address=address, text=text):
            return f"you talked with {called(address, history)} about {_given(text)}"
        case acts.PlansChanged(text=text):
            return f"your plans: {_given(text)}"
        case acts.DraftRequested(template=template, person=person):
            return f"you asked for a draft: {clean(template, 60)} to {called(person, history)}"
        case acts.TaskDone(step=step):
            return task_done(step)
        case acts.NextRoundRecorded(interview_id=number):
            return f"the next round is interview {number}"
        case acts.Reviewed():
            return _review(act)
        case _:
            assert_never(act)


def review_to_json(review: acts.Reviewed) -> dict[str, object]:
    """A review, for programs; null where the user did not say."""
    return {
        "answered": review.answered,
        "days": review.days,
        "treated": review.treated,
        "again": review.again,
        "text": review.text,
        "declined": review.declined,
    }


def _changes(act: acts.InterviewEdited) -> str:
    named = (
        ("company", act.company),
        ("role", act.role),
        ("language", act.language),
        ("register", act.register),
        ("cadence", act.cadence),
        ("final round", None if act.is_final is None else ("yes" if act.is_final else "no")),
    )
    said = [f"{name}: {quoted(value, 100)}" for name, value in named if value is not None]
    return ", ".join(said) or "nothing"


def _promise(history: History, number: int) -> str:
    promises = history.interview.promises
    return clean(promises[number].what, _TEXT_LIMIT) if number < len(promises) else "an old one"


def _review(act: acts.Reviewed) -> str:
    if act.declined:
        return "you would rather not look back"
    said = []
    if act.answered is not None:
        said.append("they answered in the end" if act.answered else "they never answered")
    if act.days is not None:
        said.append(f"after {counted(act.days, 'working day')}")
    if act.treated is not None:
        said.append(f"they treated you {act.treated} of {_MOST}")
    if act.again is not None:
        said.append("you would apply again" if act.again else "you would not apply again")
    if act.text:
        said.append(quoted(act.text, _TEXT_LIMIT))
    return f"looking back: {', '.join(said) or 'nothing to say'}"


def _given(text: str) -> str:
    return quoted(text, _TEXT_LIMIT) if text else "nothing any more"
