"""How well invitations among the synthetic cases are read: when, whether to an interview, where."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from followupd.reading.body import read_body
from followupd.reading.invitation import read_invitation
from followupd.reading.invitation.shape import interview_shape
from followupd.reading.message import read_headers
from followupd.reading.names import Company, words
from tests import cases
from tests.report import facts
from tests.report.cases_score import BOTH
from tests.report.facts import Fact
from tests.report.judged import OWN_ADDRESSES, WORKDAYS
from tests.report.tables import Grid

if TYPE_CHECKING:
    from followupd.reading.invitation import Invitation
    from followupd.reading.invitation.shape import InterviewShape
    from tests.cases import Case


@cache
def read() -> tuple[Fact, ...]:
    """Everything that the cases say, and what was read of it."""
    return tuple(fact for case in cases.load("invitation") for fact in _facts(case))


def _facts(case: Case) -> list[Fact]:
    message, body = read_headers(case.raw), read_body(case.raw)
    invitation = None
    if body.calendar is not None:
        invitation = read_invitation(body.calendar, WORKDAYS.zone)
    shape = None
    if invitation is not None:
        shape = interview_shape(
            invitation, subject=message.subject, text=body.text, own_addresses=OWN_ADDRESSES
        )
    found = [_start(case, invitation)]
    if case.shaped is not None:
        said = shape.words if shape is not None else ""
        found.append(
            Fact(
                case.id,
                case.held_out,
                "is an interview",
                "interview" if case.shaped else "",
                "interview" if shape is not None else "",
                words=said,
            )
        )
    # Guesses are shown of what is suggested, and of nothing else.
    if case.shaped and shape is not None:
        found += _guesses(case, shape)
    return found


def _start(case: Case, invitation: Invitation | None) -> Fact:
    starts = invitation.starts_at if invitation is not None else None
    truth = datetime.fromisoformat(case.held_at) if case.held_at else None
    return Fact(
        case.id,
        case.held_out,
        "start",
        case.held_at,
        starts.isoformat() if starts is not None else "",
        same=starts == truth,
    )


def _guesses(case: Case, shape: InterviewShape) -> list[Fact]:
    company = Fact(
        case.id,
        case.held_out,
        "company",
        case.company,
        shape.company,
        # The legal form may be said or not: the matching does not look at it.
        same=Company.of(shape.company) == Company.of(case.company),
        partly=_is_part(shape.company, case.company),
        words=shape.words,
    )
    role = Fact(
        case.id,
        case.held_out,
        "role",
        case.role,
        shape.role,
        same=words(shape.role) == words(case.role),
        partly=_is_part(shape.role, case.role),
        words=shape.words,
    )
    return [company, role]


def _is_part(guess: str, truth: str) -> bool:
    """Whether all words of a guess are in the truth, or it is the truth without its blanks."""
    guessed, true = words(guess), words(truth)
    return bool(guessed) and (set(guessed) <= set(true) or "".join(guessed) == "".join(true))


def grids() -> list[Grid]:
    """The table."""
    title = "Synthetic: invitations"
    note = (
        "Companies and roles are counted where an interview was recognised; they are compared "
        "without case and punctuation, companies without their legal form."
    )
    return [Grid(title, facts.HEADINGS, facts.rows(read()), f"{BOTH} {note}")]


def mistakes() -> list[str]:
    """A line for each fact of a dev case that was read wrongly."""
    return [fact.mistake() for fact in read() if fact.is_mistake and not fact.held_out]
