"""The steps of a plan as `plan` and `show` print them; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.format import NAME_LIMIT, distance, iso
from followupd.domain.days import say_day
from followupd.domain.interview import Channel
from followupd.domain.plan import StepState
from followupd.reading.text import clean

if TYPE_CHECKING:
    from followupd.cli.desk import Desk
    from followupd.cli.screen import Screen
    from followupd.domain.plan import Plan, PlannedStep


def step_to_json(step: PlannedStep, desk: Desk) -> dict[str, object]:
    """A step as programs read it; the keys are the contract's."""
    return {
        "step": step.step,
        "due": iso(step.due, desk.workdays),
        "channel": step.channel.value,
        "to": step.person.address if step.person is not None else None,
        "state": step.state.value,
        "reason": step.reason,
    }


def print_plan(screen: Screen, planned: Plan, desk: Desk) -> None:
    """Print the steps as a table."""
    rows = []
    for step in planned.steps:
        due = []
        if step.due is not None:
            day = desk.workdays.day_of(step.due)
            due = [say_day(day, desk.today), distance(day, desk.today, desk.workdays)]
        if step.estimated:
            due.append("at the earliest")
        rows.append((_step_words(step), "\n".join(due), _state_words(step), step.reason))
    screen.table(("STEP", "DUE", "STATE", "WHY"), rows, cut=(26, 18, 11))


def _step_words(step: PlannedStep) -> str:
    """The step, and below it whom it goes to."""
    name = clean(step.step, NAME_LIMIT)
    if step.person is None:
        return name
    who = clean(step.person.called, NAME_LIMIT)
    if step.channel is Channel.TASK:
        return f"{name}\nto yourself" if step.template else f"{name}\n{who}"
    return f"{name}\n{'call' if step.channel is Channel.CALL else 'to'} {who}"


def _state_words(step: PlannedStep) -> str:
    return "to do" if step.is_task and step.state is StepState.DUE else step.state.value
