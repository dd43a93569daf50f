"""`review`: how it was, looking back (advice row 18), said in options or asked on a terminal.

What was said before stays where nothing new is said.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from followupd.cli.asking import ask, converse, is_terminal
from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import NAME_LIMIT
from followupd.cli.people import TEXT_LIMIT
from followupd.cli.screen import Screen
from followupd.cli.telling_acts import tell_act
from followupd.config.words import quoted
from followupd.domain.acts import Reviewed
from followupd.domain.companies import companies
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean

if TYPE_CHECKING:
    from argparse import Namespace
    from datetime import datetime

    from followupd.cli.asking import Questions
    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.workdays import Workdays
    from followupd.service.clock import Clock

MOST_DAYS = 1000
"""Working days after which nobody answers any more."""

_MARKS = ("1", "2", "3", "4", "5")
_YES, _NO = ("y", "yes"), ("n", "no")
_OPEN = "Enter: leave it open"


def review(arguments: Namespace, clock: Clock) -> int:
    """Keep how it was; ask where nothing is said."""
    with open_desk(arguments, clock) as desk:
        said = _typed(arguments, desk.now)
        history = history_of(desk.histories(), arguments.id)
        if history.interview.held_at > desk.now:
            raise FollowupdError(
                f"interview {arguments.id} has not been held yet: there is nothing to look back on"
            )
        if said is None and not is_terminal():
            raise UsageError(
                "say how it was: --answered yes|no, --days N, --treated 1..5, --again yes|no, "
                "--note T, or --decline; on a terminal `followupd review ID` alone asks"
            )
        try:
            said = said or _converse(history, desk)
        except EOFError:
            print(file=sys.stderr)
            raise FollowupdError("nothing was recorded") from None
        _keep(history, said, desk)
    return 0


def ask_after_closing(arguments: Namespace, clock: Clock) -> int:
    """Ask how it was, where there is somebody to ask; to leave the questions is no mistake."""
    if not is_terminal():
        return 0
    with open_desk(arguments, clock) as desk:
        history = history_of(desk.histories(), arguments.id)
        is_known = history.review is not None or history.followed_by is not None
        if is_known or history.interview.held_at > desk.now:
            return 0
        said = None
        try:
            said = _converse(history, desk)
        except (EOFError, KeyboardInterrupt):
            print(file=sys.stderr)
        _keep(history, said, desk)
    return 0


def _converse(history: History, desk: Desk) -> Reviewed | None:
    return converse(review_questions(history, desk.workdays, desk.now), Screen(sys.stderr))


def review_questions(
    history: History, workdays: Workdays, now: datetime
) -> Questions[Reviewed | None]:
    """The questions; None where every one was left open.

    Whether they answered is asked only where it is not known; after how many days is taken from
    the mail.

    Args:
        history: the interview.
        workdays: the user's, to count how long the answer took.
        now: the moment of the review; aware.
    """
    company = clean(history.interview.company, NAME_LIMIT)
    before = [f"How was it with {company}? Every question may be passed over with Enter."]
    answered: bool | None = None
    if history.answer is None:
        text = f"Did they answer in the end? (yes or no; {_OPEN})"
        answered = yield from ask(text, _yes_no, *before)
        before = []
    known: int | None = None
    days: int | None = None
    if answered or history.answer is not None:
        known = next(iter(companies([history], workdays, now)[0].response_days), None)
        usual = _OPEN if known is None else f"Enter: {known}"
        days = yield from ask(f"After how many working days? ({usual})", _days, *before)
        before = []
    text = f"How did they treat you, from 1 (badly) to 5 (very well)? ({_OPEN})"
    treated = yield from ask(text, _mark, *before)
    again = yield from ask(f"Would you apply there again? (yes or no; {_OPEN})", _yes_no)
    text = "What do you want to remember for the next time? (Enter: nothing)"
    note = yield from ask(text, lambda typed: clean(typed, TEXT_LIMIT))
    said = Reviewed(at=now, answered=answered, days=days, treated=treated, again=again, text=note)
    if said == Reviewed(at=now):
        return None
    if history.answer is None:
        return said
    return replace(said, answered=True, days=known if days is None else days)


def _typed(arguments: Namespace, now: datetime) -> Reviewed | None:
    """What the options say; None where there are none.

    Raises:
        UsageError: they contradict each other, or a number is out of bounds.
    """
    days: int | None = arguments.days
    answered = None if arguments.answered is None else arguments.answered == "yes"
    if days is not None:
        if answered is False:
            raise UsageError(
                "--days: it says that they answered, and --answered no that they did not; "
                "leave one out"
            )
        _in_bounds(days, "--days: ")
        answered = True
    said = Reviewed(
        at=now,
        answered=answered,
        days=days,
        treated=arguments.treated,
        again=None if arguments.again is None else arguments.again == "yes",
        text=clean(arguments.note, TEXT_LIMIT),
    )
    is_empty = said == Reviewed(at=now)
    if arguments.decline and not is_empty:
        raise UsageError("--decline: either you say how it was, or you would rather not")
    if arguments.decline:
        return replace(said, declined=True)
    return None if is_empty else said


def _keep(history: History, said: Reviewed | None, desk: Desk) -> None:
    """Record what was said, over what was said before; nothing where nothing was."""
    number, screen = history.interview_id, Screen()
    if said is None:
        screen.line(
            f"Nothing was recorded. `followupd review {number}` asks again, `followupd review "
            f"{number} --decline` says that you would rather not."
        )
        return
    with desk.store.begin() as transaction:
        history = history_of(desk.histories(transaction), number)
        event = _over(history.review, said)
        transaction.append(number, event)
    screen.line(f"Noted, {tell_act(event, history, desk.today)}.")
    if not event.declined:
        company = clean(history.interview.company, NAME_LIMIT)
        screen.line(f"You are told when {company} comes up again; `followupd companies` shows all.")


def _over(known: Reviewed | None, said: Reviewed) -> Reviewed:
    """What is said now over what was said before.

    Raises:
        FollowupdError: the user would rather not, and has said something already.
    """
    if known is None or known.declined:
        return said
    if said.declined:
        raise FollowupdError("it is reviewed already; nothing was changed")
    answered = known.answered if said.answered is None else said.answered
    days = known.days if said.days is None else said.days
    return Reviewed(
        at=said.at,
        answered=answered,
        days=days if answered else None,
        treated=known.treated if said.treated is None else said.treated,
        again=known.again if said.again is None else said.again,
        text=said.text or known.text,
    )


def _yes_no(typed: str) -> bool | None:
    word = typed.casefold()
    if word and word not in _YES and word not in _NO:
        raise UsageError(f"{quoted(typed)} is neither yes nor no.")
    return word in _YES if word else None


def _days(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()):
        raise UsageError(f"{quoted(typed)} is no number of days; write for example 4.")
    return _in_bounds(int(typed[:9]), "")


def _in_bounds(days: int, option: str) -> int:
    if days > MOST_DAYS:
        raise UsageError(f"{option}{days} working days are more than anybody waits")
    return days


def _mark(typed: str) -> int | None:
    if typed and typed not in _MARKS:
        raise UsageError(f"{quoted(typed)} is none of 1, 2, 3, 4 and 5.")
    return int(typed) if typed else None
