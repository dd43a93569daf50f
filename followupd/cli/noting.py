"""`note`: something is written down, and what a draft is to say is said which draft says it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from followupd.cli.deciding import Case, record
from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import NAME_LIMIT, day_with_distance, step_to
from followupd.cli.people import TEXT_LIMIT
from followupd.cli.persons import people_named
from followupd.cli.screen import Screen
from followupd.domain import acts
from followupd.domain.editing import after_act
from followupd.domain.events import Noted
from followupd.domain.steps import StepState
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean, clean_lines
from followupd.service.letters import write
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Templates

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from followupd.cli.desk import Desk
    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.service.clock import Clock

_NOTE_LIMIT = 2000
_NONE = "none"
"""What takes back changed plans or a topic, as "" does."""


def note(arguments: Namespace, clock: Clock) -> int:
    """Something is written down: for the user, or for the drafts to come."""
    if (arguments.topic is None) != (arguments.person is None):
        raise UsageError(
            '--topic and --with go together: --topic "the migration" --with "Dana Fox"'
        )
    given = [bool(arguments.text), arguments.plan is not None, arguments.topic is not None]
    if sum(given) > 1:
        raise UsageError("give one of them: TEXT, --plan, or --topic with --with")
    if arguments.plan is not None or arguments.topic is not None:
        return _note_for_drafts(arguments, clock)
    text = clean_lines(" ".join(arguments.text), _NOTE_LIMIT)
    if not text:
        raise UsageError("TEXT: there is nothing to write down in it")

    def decide(case: Case) -> tuple[Event, str]:
        return Noted(at=case.desk.now, text=text), "Noted."

    return record(arguments, clock, decide)


def _note_for_drafts(arguments: Namespace, clock: Clock) -> int:
    with open_desk(arguments, clock) as desk:
        with desk.store.begin() as transaction:
            before = history_of(desk.histories(transaction), arguments.id)
            act, said = _act(arguments, before, desk)
            transaction.append(arguments.id, act)
        screen = Screen()
        screen.line(said)
        if act.text:
            for sentence in _who_says_it(before, act, desk.histories(), desk):
                screen.line(sentence)
    return 0


def _act(
    arguments: Namespace, history: History, desk: Desk
) -> tuple[acts.PlansChanged | acts.TopicNoted, str]:
    """What is to be recorded, and what is said of it.

    Raises:
        UsageError: nobody, or more than one, is meant.
        FollowupdError: there is nothing to take back.
    """
    if arguments.plan is not None:
        text = _text(arguments.plan)
        if not text and history.plans is None:
            raise FollowupdError("no changed plans are noted, so there is nothing to take back")
        said = "your plans changed" if text else "your plans are as they were"
        return acts.PlansChanged(at=desk.now, text=text), f"Noted: {said}."
    people, number = history.interview.people, history.interview_id
    whom = people_named(arguments.person, people, number, "--with")[0]
    who, text = clean(whom.called, NAME_LIMIT), _text(arguments.topic)
    if not text and whom.key not in history.topics:
        raise FollowupdError(f"no topic with {who} is noted, so there is nothing to take back")
    said = f"you talked with {who} about it" if text else f"no topic with {who} any more"
    return acts.TopicNoted(at=desk.now, address=whom.address, text=text), f"Noted: {said}."


def _text(typed: str) -> str:
    text = clean(typed, TEXT_LIMIT)
    return "" if text.casefold() == _NONE else text


def _who_says_it(
    before: History,
    act: acts.PlansChanged | acts.TopicNoted,
    histories: Mapping[int, History],
    desk: Desk,
) -> Iterator[str]:
    """The first draft to come that reads otherwise for it; found by writing it both ways."""
    after = after_act(before, act)
    plan = desk.plan(after, histories)
    settings, workdays = desk.settings, desk.workdays
    templates = Templates(shipped_templates(settings.user.templates))
    for step in plan.steps:
        is_to_come = step.state.is_ahead or step.state is StepState.HELD
        if not is_to_come or not step.template or step.person is None:
            continue
        with suppress(FollowupdError):  # a template that does not work is told of by `check`
            old, new = (
                write(history, step, plan, settings, workdays, templates, desk.now).body
                for history in (before, after)
            )
            if old != new:
                day = ""
                if step.due is not None:
                    on = workdays.day_of(step.due)
                    day = f" ({day_with_distance(on, desk.today, workdays)})"
                yield f"The next draft that says it: {step_to(step)}{day}."
                return
    yield (
        f"No draft that is planned says it; `followupd draft {before.interview_id} --list` shows "
        "what can be asked for."
    )
