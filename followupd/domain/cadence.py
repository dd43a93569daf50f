"""The cadence: which steps follow an interview, in what order, after what wait, to whom.

`BUILT_IN` is the plan of `plan.py`'s table; a user may replace it in the configuration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from followupd.domain.interview import Channel, Part


class WaitUnit(StrEnum):
    """What a wait is counted in."""

    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business days"


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait: `amount` of `unit`; never negative."""

    amount: int
    unit: WaitUnit

    def __str__(self) -> str:
        """As people say it; `parse_wait` reads it as well."""
        unit = self.unit.value.replace("business", "working")
        return f"{self.amount} {unit if self.amount != 1 else unit.removesuffix('s')}"


_WAIT = re.compile(r"(\d{1,3})\s*(business day|working day|day|hour)s?", re.IGNORECASE)
_UNITS = {
    "business day": WaitUnit.BUSINESS_DAYS,
    "working day": WaitUnit.BUSINESS_DAYS,
    "day": WaitUnit.DAYS,
    "hour": WaitUnit.HOURS,
}


def parse_wait(text: str) -> Wait:
    """Read "2 business days", "3 working days", "1 day" or "2 hours".

    Raises:
        ValueError: the text is none of these; the message says what to write.
    """
    found = _WAIT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is no wait; write for example "2 business days" or "2 hours"')
    return Wait(int(found[1]), _UNITS[found[2].lower()])


class Anchor(StrEnum):
    """What a step's wait is counted from."""

    INTERVIEW = "interview"
    DECISION = "decision"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class CadenceStep:
    """One rung.

    Attributes:
        name: unique in the cadence.
        after: the interview, the decision date, or the step before in the ladder.
        wait: counted from there.
        to: the parts it may go to; the first that exists (with `each`: every person of the
            first part that exists).
        channel: `email` goes as the person prefers; `call` is always a call sheet; `task`
            asks nobody.
        template: the template's name, without language and ending; "" for none.
        each: one draft for each person of the part, not one in all.
        unless: the name of an earlier step; passed over when that one went to this person.
        closes: the step has no draft; it closes the interview.
        final_template: the template after a final round; "" for the same.
        only_final: there is such a step only after a final round.
    """

    name: str
    after: Anchor
    wait: Wait
    to: tuple[Part, ...]
    channel: Channel
    template: str
    each: bool = False
    unless: str | None = None
    closes: bool = False
    final_template: str = ""
    only_final: bool = False


@dataclass(frozen=True, slots=True)
class Cadence:
    """A whole plan.

    Attributes:
        steps: in order; those after the interview first, then the ladder after the decision.
        silent_after: how long to wait for an answer when no decision date was promised.
        send_from: the start of the sending hours, local time of the user.
        send_until: their end; `time.max` for midnight.
    """

    steps: tuple[CadenceStep, ...]
    silent_after: Wait = Wait(5, WaitUnit.BUSINESS_DAYS)
    send_from: time = time(9, 0)
    send_until: time = time(17, 30)


PROMISE = "promise"
"""The step that a promise of the user's becomes; it is not part of the ladder."""

REMINDER = "promise-reminder"
"""The sheet for the user on the working day before a promise is to be kept."""


def _business_days(amount: int) -> Wait:
    return Wait(amount, WaitUnit.BUSINESS_DAYS)


BUILT_IN: tuple[CadenceStep, ...] = (
    CadenceStep(
        name="thank-you",
        after=Anchor.INTERVIEW,
        wait=Wait(2, WaitUnit.HOURS),
        to=(Part.INTERVIEWER, Part.HIRING_MANAGER, Part.RECRUITER),
        channel=Channel.EMAIL,
        template="thank-you",
        each=True,
    ),
    CadenceStep(
        name="references",
        after=Anchor.INTERVIEW,
        wait=_business_days(1),
        to=(Part.REFERENCE,),
        channel=Channel.EMAIL,
        template="references",
        each=True,
        only_final=True,
    ),
    CadenceStep(
        name="check-in",
        after=Anchor.DECISION,
        wait=_business_days(2),
        to=(Part.RECRUITER, Part.HIRING_MANAGER),
        channel=Channel.EMAIL,
        template="check-in",
        final_template="check-in-final",
    ),
    CadenceStep(
        name="network",
        after=Anchor.PREVIOUS,
        wait=_business_days(3),
        to=(Part.NETWORK,),
        channel=Channel.EMAIL,
        template="network",
        each=True,
    ),
    CadenceStep(
        name="hiring-manager",
        after=Anchor.PREVIOUS,
        wait=_business_days(3),
        to=(Part.HIRING_MANAGER,),
        channel=Channel.EMAIL,
        template="hiring-manager",
        unless="check-in",
    ),
    CadenceStep(
        name="call",
        after=Anchor.PREVIOUS,
        wait=_business_days(3),
        to=(Part.RECRUITER, Part.HIRING_MANAGER),
        channel=Channel.CALL,
        template="call",
    ),
    CadenceStep(
        name="move-on",
        after=Anchor.PREVIOUS,
        wait=_business_days(10),
        to=(),
        channel=Channel.TASK,
        template="",
        closes=True,
    ),
)
"""The built-in cadence (advice rows 3, 7, 8, 10, 11, 12, 14, 15, 17)."""

SENIOR = CadenceStep(
    name="senior",
    after=Anchor.PREVIOUS,
    wait=_business_days(4),
    to=(Part.SENIOR,),
    channel=Channel.EMAIL,
    template="senior",
)
"""Taking it up with someone more senior (advice row 13): only where the user wants it."""


def with_senior(steps: tuple[CadenceStep, ...]) -> tuple[CadenceStep, ...]:
    """The built-in steps with the senior one, right after the hiring manager's."""
    place = next(n for n, step in enumerate(steps) if step.name == "hiring-manager") + 1
    return (*steps[:place], SENIOR, *steps[place:])
