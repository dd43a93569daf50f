"""Somebody who waits for Acme's answer, with a check-in in Drafts, on a real server.

The mail programs have no other clock than the machine's. So the story is told around today: the
draft was laid on the last working day before, and from then on it is now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from followupd.domain.interview import DraftState
from tests.support.seeker import BERLIN, DANA

if TYPE_CHECKING:
    from datetime import date
    from email.message import EmailMessage

    from followupd.domain.history import Draft
    from tests.support.approving import Approver
    from tests.support.seeker import Seeker

SUBJECT = "Re: Your interview at Acme"
"""Of the check-in, since it answers the recruiter's mail."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """See the module's docstring.

    Attributes:
        robin: whose mailbox it is, with a folder for approving.
        number: of the interview.
        letter: the recruiter's mail that the check-in answers.
        queued_on: the working day on which the check-in was laid.
    """

    robin: Approver
    number: int
    letter: EmailMessage
    queued_on: date

    @property
    def seeker(self) -> Seeker:
        """Whose mailbox it is."""
        return self.robin.seeker

    @property
    def draft(self) -> Draft:
        """The one draft there is, as followupd knows it."""
        [draft] = self.seeker.history(self.number).drafts
        return draft

    def look(self) -> Draft:
        """Followupd looks at the mailbox, as of now."""
        self.seeker.clock.moment = datetime.now(UTC)
        assert self.seeker.once() == []
        return self.draft

    def days_go_by(self, days: int) -> None:
        """Followupd looks at the mailbox each day for so long."""
        for _ in range(days):
            self.seeker.clock.moment += timedelta(days=1)
            assert self.seeker.once() == []

    def answered(self) -> None:
        """The recruiter answers, now."""
        self.seeker.clock.moment = datetime.now(UTC)
        self.seeker.receives(self.seeker.letter_from(DANA, "Good news"))
        assert self.seeker.once() == []


def waiting(robin: Approver) -> Waiting:
    """Record the interview and let the check-in be laid."""
    seeker = robin.seeker
    workdays = seeker.world.workdays
    day = datetime.now(BERLIN).date() - timedelta(days=1)
    while not workdays.is_working_day(day):
        day -= timedelta(days=1)
    decision = day
    while workdays.add(decision, 2) != day:
        decision -= timedelta(days=1)
    held = decision - timedelta(days=3)
    seeker.at(f"{held} 12:00")
    seeker.receives(seeker.letter_from(DANA, "Your interview at Acme", ago=timedelta(days=2)))
    [(_, letter)] = seeker.lying_in("INBOX")
    seeker.at(f"{day} 10:00")
    number = seeker.add((DANA,), held=f"{held} 14:00", decision=decision.isoformat())
    assert seeker.once() == []
    story = Waiting(robin, number, letter, day)
    assert story.draft.state is DraftState.QUEUED
    assert story.draft.step == "check-in"
    return story
