"""`cadence list` and `cadence show`: the plans interviews follow, and a plan day by day.

A timetable is no second opinion on the plan: the real planner is played through with one person in
each part, who never answer, and a user who does everything on its day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.cli.configured import settings_of
from followupd.cli.format import iso, moment, worded
from followupd.cli.particulars import refuse_before
from followupd.cli.screen import Screen, print_json
from followupd.cli.when import read_day
from followupd.config.words import near, quoted
from followupd.domain.cadence import Anchor
from followupd.domain.days import say_day
from followupd.domain.interview import Channel, Part
from followupd.domain.occurrence import What
from followupd.domain.simulation import rehearse
from followupd.errors import UsageError
from followupd.service.world import workdays_of

if TYPE_CHECKING:
    from argparse import Namespace
    from datetime import date, datetime

    from followupd.config import Settings
    from followupd.domain.cadence import Cadence, CadenceStep
    from followupd.domain.simulation import Simulated
    from followupd.domain.workdays import Workdays
    from followupd.service.clock import Clock

_BEFORE = 5
"""Working days between the interview and the decision where nothing is said."""

_USUAL = "the usual one"
_CHANNELS = {
    Channel.EMAIL: "e-mail",
    Channel.CALL: "call",
    Channel.TASK: "for you to do, without a draft",
}
_PARTS = {Part.NETWORK: "person you know there"}
_HAPPENS = (What.LAID, What.TASK, What.CLOSED)


def list_all(arguments: Namespace, clock: Clock) -> int:  # noqa: ARG001 - every command has one
    """Print every cadence with its steps."""
    settings = settings_of(arguments)
    cadences = {"": settings.cadence, **settings.cadences}
    if arguments.json:
        print_json(
            [
                {
                    "name": name or None,
                    "usual": not name,
                    "silent_after": str(cadence.silent_after),
                    "steps": [step.name for step in cadence.steps],
                }
                for name, cadence in cadences.items()
            ]
        )
        return 0
    screen = Screen()
    rows = [
        (name or f"({_USUAL})", ", ".join(step.name for step in cadence.steps))
        for name, cadence in cadences.items()
    ]
    screen.table(("NAME", "STEPS"), rows)
    screen.line()
    screen.line("`followupd cadence show NAME` shows one day by day; without a name the usual one.")
    return 0


def show(arguments: Namespace, clock: Clock) -> int:
    """Print a cadence as a timetable."""
    settings = settings_of(arguments)
    cadence = _named(settings, arguments.name)
    workdays = workdays_of(settings)
    today = workdays.day_of(clock.now())
    decision = read_day(arguments.decision or "today", today, "--from")
    if arguments.held:
        held = read_day(arguments.held, today, "--held", back=True)
    else:
        held = _working_days_before(decision, _BEFORE, workdays)
    refuse_before(decision, held, today, "--from")
    played = rehearse(cadence, workdays, held, decision)
    final = rehearse(cadence, workdays, held, decision, is_final=True)
    if arguments.json:
        print_json(
            {
                "name": arguments.name,
                "held_on": held.isoformat(),
                "decision_by": decision.isoformat(),
                "steps": [
                    _to_json(step, final if step.only_final else played, workdays)
                    for step in cadence.steps
                ],
            }
        )
        return 0
    screen = Screen()
    name = f"The cadence {quoted(arguments.name)}" if arguments.name else "The usual cadence"
    screen.line(
        f"{name}, for an interview on {say_day(held, today)} and a decision promised for "
        f"{say_day(decision, today)}, while nobody answers:"
    )
    screen.line()
    rows = [
        (
            f"{step.name}\n{_how(step)}",
            _when(step, final if step.only_final else played, today, workdays),
            f"{_counted_from(step, cadence)}\n{_to_whom(step)}".strip(),
        )
        for step in cadence.steps
    ]
    screen.table(("STEP", "DAY", "COUNTED FROM, TO WHOM"), rows)
    screen.line()
    screen.line(
        "Each wait counts from the day on which the step before was really sent, called or "
        "deleted: a draft that waits in Drafts holds all that follow. A step that has nobody to go "
        "to is passed over at once. An answer stops the plan."
    )
    return 0


def _named(settings: Settings, name: str | None) -> Cadence:
    if not name:
        return settings.cadence
    if name not in settings.cadences:
        known = (
            near(name, settings.cadences)
            if settings.cadences
            else "there is only the usual one, which has no name"
        )
        raise UsageError(f"there is no cadence {quoted(name)} in the configuration; {known}")
    return settings.cadences[name]


def _working_days_before(day: date, count: int, workdays: Workdays) -> date:
    while count:
        day -= timedelta(days=1)
        count -= workdays.is_working_day(day)
    return day


def _happens(step: CadenceStep, played: Simulated) -> tuple[datetime | None, str]:
    """When the step's turn comes, and why then; or why it never does."""
    for each in played.occurrences:
        if each.step == step.name and each.what in _HAPPENS:
            return each.at, each.reason
    return None, next((s.reason for s in played.plans[1].steps if s.step == step.name), "")


def _when(step: CadenceStep, played: Simulated, today: date, workdays: Workdays) -> str:
    at, reason = _happens(step, played)
    said = moment(at, today, workdays) if at is not None else f"never: {reason}"
    return f"{said}\nafter a final round only" if step.only_final else said


def _how(step: CadenceStep) -> str:
    if step.closes:
        return "closes the interview"
    said = _CHANNELS[step.channel]
    if step.channel is Channel.EMAIL and step.after is not Anchor.INTERVIEW:
        said = "e-mail, or a call if preferred"
    template = "" if step.template in ("", step.name) else f"\ntemplate {step.template}"
    final = f"\nafter a final round {step.final_template}" if step.final_template else ""
    return f"{said}{template}{final}"


def _to_whom(step: CadenceStep) -> str:
    parts = [_PARTS.get(part, worded(part)) for part in step.to]
    said = ", else ".join(f"each {part}" if step.each else part for part in parts)
    return f"{said}, unless the {step.unless} step went there" if step.unless else said


def _counted_from(step: CadenceStep, cadence: Cadence) -> str:
    match step.after:
        case Anchor.INTERVIEW:
            return f"{step.wait} after the interview"
        case Anchor.DECISION:
            return f"{step.wait} after the decision date"
        case Anchor.PREVIOUS:
            before = cadence.steps[cadence.steps.index(step) - 1]
            return f"{step.wait} after {before.name}"


def _to_json(step: CadenceStep, played: Simulated, workdays: Workdays) -> dict[str, object]:
    at, reason = _happens(step, played)
    return {
        "step": step.name,
        "at": iso(at, workdays),
        "after": step.after.value,
        "wait": str(step.wait),
        "to": [part.value for part in step.to],
        "each": step.each,
        "unless": step.unless,
        "channel": step.channel.value,
        "template": step.template or None,
        "final_template": step.final_template or None,
        "only_final": step.only_final,
        "closes": step.closes,
        "reason": reason,
    }
