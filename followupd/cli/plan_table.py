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


_STATES = {
    StepState.HELD: "held back",
    StepState.QUEUED: "in Drafts",
    StepState.MISSING: "gone",
    StepState.DISMISSED: "deleted",
}
"""States that have plainer words than their names; one that is edited lies in Drafts as well."""


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
    rows: list[tuple[str, ...]] = []
    for step in planned.steps:
        due = []
        if step.due is not None:
            day = desk.workdays.day_of(step.due)
            due = [say_day(day, desk.today), distance(day, desk.today, desk.workdays)]
        if step.estimated:
            due.append("at the earliest")
        state = state_words(step)
        if screen.is_narrow:
            rows.append((_step_words(step), "\n".join((state, *due)), step.reason))
        else:
            rows.append((_step_words(step), "\n".join(due), state, step.reason))
    if screen.is_narrow:
        screen.table(("STEP", "STATE, DUE", "WHY"), rows, cut=(18, 20))
    else:
        screen.table(("STEP", "DUE", "STATE", "WHY"), rows, cut=(26, 20, 11))


def _step_words(step: PlannedStep) -> str:
    """The step, and below it whom it goes to."""
    name = clean(step.step, NAME_LIMIT)
    if step.person is None:
        return name
    who = clean(step.person.called, NAME_LIMIT)
    if step.channel is Channel.TASK:
        return f"{name}\nto yourself" if step.template else f"{name}\n{who}"
    return f"{name}\n{'call' if step.channel is Channel.CALL else 'to'} {who}"


def state_words(step: PlannedStep) -> str:
    """What has become of a step, or will, as it is said."""
    if step.is_task and step.state is StepState.DUE:
        return "to do"
    return _STATES.get(step.state, step.state.value)
