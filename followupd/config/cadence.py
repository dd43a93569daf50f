"""Checking the cadences: the usual one, and those of the user's own by name.

A cadence of the user's own must be one that can be carried out. Sending hours are the service's,
not a cadence's: they are set once, with the usual cadence.
"""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

from followupd.config.clocks import clock_of
from followupd.config.keys import STEP
from followupd.config.steps import NAME, NAME_RULE, read_steps, read_wait
from followupd.config.words import quoted
from followupd.domain.cadence import (
    BUILT_IN,
    Cadence,
    CadenceStep,
    Wait,
    WaitUnit,
    with_senior,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from followupd.config.table import Table

_DEFAULT: Final = Cadence(BUILT_IN)
_MIDNIGHT: Final = "24:00"


def read_cadence(table: Table | None) -> Cadence:
    """Read the usual cadence; the built-in one where nothing is said."""
    if table is None:
        return _DEFAULT
    send_from, send_until = _sending_hours(table)
    silent_after = _silent_after(table, _DEFAULT.silent_after)
    cadence = Cadence(_steps(table), silent_after, send_from, send_until)
    _check_end(table, cadence)
    return cadence


def read_cadences(tables: tuple[tuple[str, Table], ...], usual: Cadence) -> Mapping[str, Cadence]:
    """Read the cadences that may be chosen for an interview, by name.

    Args:
        tables: each with its name.
        usual: the cadence whose sending hours and time until silence hold for them too.
    """
    cadences: dict[str, Cadence] = {}
    for name, table in tables:
        if not NAME.fullmatch(name):
            table.wrong(f"the name of a cadence {NAME_RULE}")
        elif name.casefold() in {one.casefold() for one in cadences}:
            table.wrong(f"there is another cadence named {quoted(name)}; case does not count")
        if "send_between" in table:
            table.mistake(
                "send_between", "the sending hours hold for all cadences; write them in [cadence]"
            )
        silent_after = _silent_after(table, usual.silent_after)
        cadence = Cadence(_steps(table), silent_after, usual.send_from, usual.send_until)
        _check_end(table, cadence)
        cadences[name] = cadence
    return cadences


def _check_end(table: Table, cadence: Cadence) -> None:
    """Check that a plan of the user's own comes to its end when nobody answers."""
    if "steps" not in table or not table.is_sound:
        return
    from followupd.domain.simulation import never_ends  # noqa: PLC0415 - most plans are built in

    reason = never_ends(cadence)
    if reason is not None:
        table.mistake("steps", f"this plan would never come to its end: {reason}")


def _silent_after(table: Table, default: Wait) -> Wait:
    wait = read_wait(table, "silent_after")
    if wait is None:
        return default
    if wait.unit is WaitUnit.HOURS:
        table.mistake("silent_after", 'is counted in days; write for example "5 business days"')
    return wait


def _sending_hours(table: Table) -> tuple[time, time]:
    default = (_DEFAULT.send_from, _DEFAULT.send_until)
    hours = table.texts("send_between", distinct=False)
    raw = table.raw("send_between")
    if hours is None or not isinstance(raw, list) or len(hours) != len(raw):
        return default
    clocks = [_clock(hour) for hour in hours]
    match clocks:
        case [time() as start, time() as end] if start < end and hours[0] != _MIDNIGHT:
            return start, end
        case [time(), time()]:
            table.mistake("send_between", "must name the earlier time of the day first")
        case _:
            table.mistake(
                "send_between", 'must hold two times of 24 hours, such as ["09:00", "17:30"]'
            )
    return default


def _clock(text: str) -> time | None:
    return time.max if text == _MIDNIGHT else clock_of(text)


def _steps(table: Table) -> tuple[CadenceStep, ...]:
    senior = table.flag("senior")
    tables = table.tables("steps", STEP)
    if senior and "steps" in table:
        table.mistake(
            "senior",
            "puts a step into the built-in plan, which your own steps replace; take this out and "
            f"write that step as one more [[{table.header}.steps]]",
        )
    if tables is None:
        return with_senior(BUILT_IN) if senior else BUILT_IN
    if not tables:
        table.mistake("steps", "holds no step; leave it out to keep the built-in plan")
    return read_steps(tables)
