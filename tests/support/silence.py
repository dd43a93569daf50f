"""Interviews that nobody has answered, as many end-to-end stories begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.domain.interview import Status
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from email.message import EmailMessage

    from followupd.domain.interview import Person
    from tests.support.seeker import Seeker


def silent(
    seeker: Seeker, *people: Person, company: str = "Acme", role: str = "Backend Engineer"
) -> int:
    """An interview past its decision date, one minute before the check-in is due; its number."""
    seeker.at("2026-12-08 08:59")
    number = seeker.add(people or (DANA,), company=company, role=role)
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    return number


def checked_in(seeker: Seeker, *people: Person) -> tuple[int, EmailMessage]:
    """An interview whose check-in the user has sent: its number, and the mail as it went out."""
    number = silent(seeker, *people)
    seeker.at("2026-12-08 09:00")
    seeker.once()
    [(uid, check_in)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    return number, check_in
