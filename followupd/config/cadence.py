"""Checking the cadence: a plan that the user wrote must be one that can be carried out.

The rules of the order keep the promise that nothing asks for an answer before the decision
date: the steps after the interview stand first, and the ladder begins at the decision date.
"""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING, Final

from followupd.config.keys import STEP
from followupd.config.words import near, quoted
from followupd.domain.cadence import (
    BUILT_IN,
    PROMISE,
    Anchor,
    Cadence,
    CadenceStep,
    Wait,
    WaitUnit,
    parse_wait,
)
from followupd.domain.interview import Channel, Part

if TYPE_CHECKING:
    from followupd.config.table import Table

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_RESERVED: Final = (PROMISE, *(anchor.value for anchor in Anchor))
_DEFAULT: Final = Cadence(BUILT_IN)
_NAME_RULE = (
    "may hold up to 40 letters from a to z, digits, hyphens and underscores, "
    "and begins with a letter or a digit"
)


def read_cadence(table: Table | None) -> Cadence:
    """Read the cadence; the built-in one where nothing is said."""
    if table is None:
        return _DEFAULT
    send_from, send_until = _sending_hours(table)
    return Cadence(_steps(table), _silent_after(table), send_from, send_until)


def _silent_after(table: Table) -> Wait:
    wait = _wait(table, "silent_after")
    if wait is None:
        return _DEFAULT.silent_after
    if wait.unit is WaitUnit.HOURS:
        table.mistake("silent_after", 'is counted in days; write for example "5 business days"')
    return wait


def _wait(table: Table, key: str) -> Wait | None:
    value = table.optional_text(key)
    if value is None:
        return None
    try:
        return parse_wait(value)
    except ValueError:
        table.mistake(
            key, f'{quoted(value)} is no wait; write for example "2 business days" or "3 days"'
        )
        return None


def _sending_hours(table: Table) -> tuple[time, time]:
    default = (_DEFAULT.send_from, _DEFAULT.send_until)
    hours = table.texts("send_between", distinct=False)
    raw = table.raw("send_between")
    if hours is None or not isinstance(raw, list) or len(hours) != len(raw):
        return default
    clocks = [_clock(hour) for hour in hours]
    match clocks:
        case [time() as start, time() as end] if start < end and hours[0] != "24:00":
            return start, end
        case [time(), time()]:
            table.mistake("send_between", "must name the earlier time of the day first")
        case _:
            table.mistake(
                "send_between", 'must hold two times of 24 hours, such as ["09:00", "17:30"]'
            )
    return default


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    return time(int(found[1]), int(found[2])) if found[1] is not None else time.max


def _steps(table: Table) -> tuple[CadenceStep, ...]:
    tables = table.tables("steps", STEP)
    if tables is None:
        return BUILT_IN
    if not tables:
        table.mistake("steps", "holds no step; leave it out to keep the built-in plan")
    steps: list[CadenceStep] = []
    for one in tables:
        steps.append(_step(one, tuple(steps)))
    return tuple(steps)


def _step(table: Table, earlier: tuple[CadenceStep, ...]) -> CadenceStep:
    if earlier and earlier[-1].closes:
        table.mistake("name", f"nothing can follow {quoted(earlier[-1].name)}, which closes")
    if "wait" not in table:
        table.mistake("wait", 'is missing; write for example wait = "2 business days"')
    name = _name(table, earlier)
    closes = table.flag("closes")
    to = _parts(table)
    channel = table.choice("channel", Channel.TASK if closes else Channel.EMAIL)
    template = table.optional_text("template")
    if closes:
        _check_closing(table)
    elif not to and not table.raw("to") and channel is not Channel.TASK:
        table.mistake(
            "to",
            'names nobody; write for example to = ["recruiter"], or channel = "task" for '
            "a step that asks nobody, or closes = true for one that ends the plan",
        )
    if template is not None and not _NAME.fullmatch(template):
        table.mistake("template", f"{_NAME_RULE}; it is written without language and ending")
    return CadenceStep(
        name=name,
        after=_anchor(table, earlier),
        wait=_wait(table, "wait") or _DEFAULT.silent_after,
        to=to,
        channel=channel,
        template="" if closes else template or name,
        each=table.flag("each"),
        unless=_unless(table, earlier),
        closes=closes,
    )


def _name(table: Table, earlier: tuple[CadenceStep, ...]) -> str:
    name = table.text("name", "check-in")
    if not name:
        return ""
    if not _NAME.fullmatch(name):
        table.mistake("name", _NAME_RULE)
    elif name.casefold() in _RESERVED:
        table.mistake("name", f"{quoted(name)} has a meaning of its own; choose another name")
    elif name.casefold() in {step.name.casefold() for step in earlier}:
        table.mistake("name", f"there is another step named {quoted(name)}")
    return name


def _anchor(table: Table, earlier: tuple[CadenceStep, ...]) -> Anchor:
    """What the step's wait is counted from; where that is wrong, the step before."""
    after = table.text("after", "decision")
    on_ladder = any(step.after is not Anchor.INTERVIEW for step in earlier)
    before = earlier[-1].name if earlier else None
    if after == Anchor.INTERVIEW.value:
        if on_ladder:
            table.mistake(
                "after",
                "a step after the interview must stand before all steps that follow the decision",
            )
        return Anchor.INTERVIEW
    if after == Anchor.DECISION.value:
        return Anchor.DECISION
    if after == Anchor.PREVIOUS.value or (after and after == before):
        if not on_ladder:
            table.mistake(
                "after",
                "the first step that asks for an answer must wait for the decision date; "
                'write after = "decision", or after = "interview" if it asks for none',
            )
    elif after and after in {step.name for step in earlier}:
        table.mistake(
            "after",
            f"only the step right before this one can be named, which is {quoted(before or '')}",
        )
    elif after:
        known = [anchor.value for anchor in Anchor] + ([before] if before else [])
        table.mistake("after", f"{quoted(after)} is not possible here; {near(after, known)}")
    return Anchor.PREVIOUS


def _parts(table: Table) -> tuple[Part, ...]:
    known = [part.value for part in Part]
    raw = table.raw("to")
    if isinstance(raw, str):
        table.mistake("to", f"must be a list of parts, such as to = [{quoted(raw)}], but is text")
        return ()
    parts: list[Part] = []
    for name in table.texts("to") or ():
        if name in known:
            parts.append(Part(name))
        else:
            table.mistake("to", f"{quoted(name)} is no part; {near(name, known)}")
    return tuple(parts)


def _unless(table: Table, earlier: tuple[CadenceStep, ...]) -> str | None:
    unless = table.optional_text("unless")
    names = [step.name for step in earlier if step.name]
    if unless is None or unless in names:
        return unless
    hint = near(unless, names) if names else "there is none"
    table.mistake("unless", f"{quoted(unless)} is no earlier step; {hint}")
    return None


def _check_closing(table: Table) -> None:
    """Check that a step which closes does nothing besides: it has no draft."""
    if table.raw("to"):
        table.mistake("to", "a step that closes writes to nobody; take this out")
    if table.raw("channel") not in (None, Channel.TASK.value):
        table.mistake("channel", 'a step that closes has no draft; take this out or write "task"')
    for key in ("template", "each", "unless"):
        if table.raw(key):
            table.mistake(key, "a step that closes has no draft; take this out")
