"""Checking the steps of a plan that the user wrote: it must be one that can be carried out.

The rules of the order keep the promise that nothing asks for an answer before the decision
date: the steps after the interview stand first, and the ladder begins at the decision date.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from followupd.config.words import near, quoted
from followupd.domain.cadence import (
    PROMISE,
    REMINDER,
    Anchor,
    CadenceStep,
    Wait,
    WaitUnit,
    parse_wait,
)
from followupd.domain.interview import Channel, Part

if TYPE_CHECKING:
    from followupd.config.table import Table

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""What a step, a template or a cadence may be called."""

NAME_RULE: Final = (
    "may hold up to 40 letters from a to z, digits, hyphens and underscores, "
    "and begins with a letter or a digit"
)
"""The same in words."""

_RESERVED: Final = (PROMISE, REMINDER, *(anchor.value for anchor in Anchor))
_STAND_IN: Final = Wait(5, WaitUnit.BUSINESS_DAYS)


def read_steps(tables: tuple[Table, ...]) -> tuple[CadenceStep, ...]:
    """Read the steps of one plan, in order."""
    steps: list[CadenceStep] = []
    for table in tables:
        steps.append(_step(table, tuple(steps)))
    return tuple(steps)


def read_wait(table: Table, key: str) -> Wait | None:
    """Read a wait; None where it is absent or wrong."""
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


def _step(table: Table, earlier: tuple[CadenceStep, ...]) -> CadenceStep:
    if earlier and earlier[-1].closes:
        table.mistake("name", f"nothing can follow {quoted(earlier[-1].name)}, which closes")
    if "wait" not in table:
        table.mistake("wait", 'is missing; write for example wait = "2 business days"')
    name = _name(table, earlier)
    closes = table.flag("closes")
    to = _parts(table)
    channel = table.choice("channel", Channel.TASK if closes else Channel.EMAIL)
    only_final = table.flag("only_final")
    if closes:
        _check_closing(table)
    elif not to and not table.raw("to") and channel is not Channel.TASK:
        table.mistake(
            "to",
            'names nobody; write for example to = ["recruiter"], or channel = "task" for '
            "a step that asks nobody, or closes = true for one that ends the plan",
        )
    elif not to and not table.raw("to") and table.raw("template"):
        table.mistake(
            "to",
            'names nobody the sheet is about; write for example to = ["recruiter"], or take the '
            "template out",
        )
    if only_final and "final_template" in table:
        table.mistake(
            "final_template",
            "the step exists only after a final round, so it has one template; write template",
        )
    # A task needs no words of followupd's: its draft is one that the user asked for.
    usual = "" if closes or channel is Channel.TASK else name
    template, final_template = _template(table, "template"), _template(table, "final_template")
    after, wait = _anchor(table, earlier), read_wait(table, "wait") or _STAND_IN
    if after is Anchor.DECISION and wait.amount == 0 and wait.unit is not WaitUnit.HOURS:
        table.mistake(
            "wait",
            "would ask on the decision date itself, before it has passed; write at least "
            '"1 business day"',
        )
    return CadenceStep(
        name=name,
        after=after,
        wait=wait,
        to=to,
        channel=channel,
        template="" if closes else template or usual,
        each=table.flag("each"),
        unless=_unless(table, earlier),
        closes=closes,
        final_template="" if closes else final_template,
        only_final=only_final,
    )


def _template(table: Table, key: str) -> str:
    template = table.optional_text(key)
    if template is not None and not NAME.fullmatch(template):
        table.mistake(key, f"{NAME_RULE}; it is written without language and ending")
    return template or ""


def _name(table: Table, earlier: tuple[CadenceStep, ...]) -> str:
    name = table.text("name", "check-in")
    if not name:
        return ""
    if not NAME.fullmatch(name):
        table.mistake("name", NAME_RULE)
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
    if table.raw("only_final") is True:
        table.mistake(
            "only_final", "after any other round nothing would close the interview; take this out"
        )
    for key in ("template", "final_template", "each", "unless"):
        if table.raw(key):
            table.mistake(key, "a step that closes has no draft; take this out")
