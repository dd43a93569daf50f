"""The employer who never answers: the whole ladder, from the thank-yous to the end.

Each scene raises `DidNotHappen` where what it tells did not come about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.demo.acts import paragraphs
from followupd.demo.cast import ADA, BEN, JO, KIM, PAT, RAE, SAM, Held
from followupd.demo.narrator import FOLLOWUPD, ROBIN
from followupd.demo.sentences import days_off, when
from followupd.domain.days import say_day
from followupd.domain.interview import DraftState, Status

if TYPE_CHECKING:
    from followupd.demo.acts import Acts
    from followupd.demo.mailprogram import Lying
    from followupd.demo.narrator import Narrator
    from followupd.demo.stage import Stage

PASSES = 3
"""How often followupd looks again where the story tells that nothing more comes of it."""

_HELD = Held(
    "Northwind",
    "Data Analyst",
    "2026-12-02 10:00",
    "2026-12-08",
    (SAM, KIM, ADA, BEN, RAE, JO, PAT),
    ("2026-12-07: a writing sample",),
)


class Northwind:
    """The scenes of the silent employer, in the order in which they are to be told.

    Attributes:
        number: of the interview, once it is recorded.
    """

    def __init__(self, stage: Stage, narrator: Narrator, acts: Acts) -> None:
        self._stage = stage
        self._narrator = narrator
        self._acts = acts
        self.number = 0

    def is_held(self) -> None:
        """Two interviewers are thanked, in different words."""
        self.number = self._acts.adds("2026-12-02 11:00", _HELD, whole_plan=True)
        self._acts.scene("2026-12-02 12:00", "Northwind")
        to_ada = self._acts.draft(self.number, "thank-you", ADA)
        to_ben = self._acts.draft(self.number, "thank-you", BEN)
        openings = [paragraphs(draft)[1] for draft in (to_ada, to_ben)]
        self._acts.must(openings[0] != openings[1], "each interviewer gets words of their own")
        self._narrator.line(
            FOLLOWUPD,
            "thanks each in other words:",
            more=tuple(
                f"{person.name}: {opening.partition('.')[0]}."
                for person, opening in zip((ADA, BEN), openings, strict=True)
            ),
        )
        self._acts.sends(self.number, to_ada, "2026-12-02 12:10")
        self._acts.sends(self.number, to_ben, "2026-12-02 12:12")

    def promise_comes_up(self) -> Lying:
        """On the Friday before the Monday; the sheet that says so."""
        self._acts.scene("2026-12-04 09:00", "Northwind")
        reminder = self._acts.draft(self.number, "promise-reminder", SAM)
        self._acts.must(ROBIN in str(reminder.message["To"]), "the reminder is for Robin alone")
        return reminder

    def promise_is_kept(self, reminder: Lying) -> None:
        """The reminder has done its work, and gives way to the draft."""
        self._acts.scene("2026-12-07 09:00", "Northwind")
        draft = self._acts.draft(self.number, "promise", SAM)
        self._acts.settled(self.number, reminder, DraftState.WITHDRAWN)
        self._acts.tell_news()
        does = "attaches the writing sample and presses Send"
        self._acts.sends(self.number, draft, "2026-12-07 09:10", does)

    def check_in(self) -> None:
        """To the recruiter first."""
        self._acts.scene("2026-12-10 09:00", "Northwind")
        draft = self._acts.draft(self.number, "check-in", SAM)
        self._acts.sends(self.number, draft, "2026-12-10 09:20")

    def network(self) -> None:
        """One friend is asked, and the other is not."""
        stage = self._stage
        self._acts.scene("2026-12-15 09:00", "Northwind")
        to_jo = self._acts.draft(self.number, "network", JO)
        to_pat = self._acts.draft(self.number, "network", PAT)
        self._acts.sends(self.number, to_jo, "2026-12-15 09:15")
        self._narrator.line(ROBIN, f"would rather not ask {PAT.name}, and deletes that draft")
        stage.mail.delete(to_pat)
        stage.tick()
        self._acts.settled(self.number, to_pat, DraftState.DISMISSED)
        self._acts.tell_news()
        stage.passes(PASSES)
        count = len(stage.mail.drafts())
        self._acts.must(count == 0, "a deleted draft stays deleted")
        self._narrator.line(FOLLOWUPD, f"looks {PASSES} more times: {count} drafts in Drafts")

    def hiring_manager(self) -> None:
        """And nobody above her."""
        self._acts.scene("2026-12-18 09:00", "Northwind")
        draft = self._acts.draft(self.number, "hiring-manager", KIM)
        self._acts.sends(self.number, draft, "2026-12-18 09:30")
        to_rae = [step for step in self._stage.plan(self.number).steps if step.person == RAE]
        self._acts.must(not to_rae, f"nothing goes to {RAE.name}")
        self._narrator.line(
            FOLLOWUPD,
            f"leaves {RAE.name}, their senior, alone: that step is off by default",
            more=("[cadence] senior = true would turn it on",),
        )

    def call(self) -> None:
        """A sheet to call with; the end has a day from then on."""
        self._acts.scene("2026-12-23 09:00", "Northwind")
        sheet = self._acts.draft(self.number, "call", SAM)
        self._acts.quotes(sheet, "WHAT HAPPENED SO FAR")
        self._acts.quotes(sheet, "IF SOMEBODY ANSWERS")
        self._narrator.line(
            FOLLOWUPD,
            "writes on it what happened so far, what to say, and for voicemail:",
            more=(
                self._acts.quotes(sheet, f"Number: {SAM.phone}"),
                self._acts.quotes(sheet, '"Hello, this is a message'),
            ),
        )
        self._stage.set_clock("2026-12-23 10:05")
        self._acts.types(
            "calls, reaches voicemail, and tells followupd", "called", str(self.number)
        )
        self._acts.settled(self.number, sheet, DraftState.WITHDRAWN)
        self._acts.tell_news()
        end = self._stage.step(self.number, "move-on")
        self._acts.must(end.due is not None, "the end of the plan has a day")
        workdays = self._stage.world.workdays
        last = workdays.day_of(end.due or self._stage.now)
        off = days_off(self._stage.now.date(), last, workdays)
        names = " and ".join(say_day(day, last) for day in off)
        self._narrator.line(
            FOLLOWUPD,
            f"will move on: {when(end, workdays)}",
            more=(f"{end.reason}; not counting {names}",),
        )

    def ends(self) -> None:
        """After the holidays nothing more comes of it."""
        self._acts.scene("2027-01-08 09:00", "Northwind")
        self._stage.until(
            "Northwind is closed",
            lambda: self._stage.plan(self.number).status is Status.CLOSED,
        )
        self._acts.tell_news()
