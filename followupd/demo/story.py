"""The story: three interviews from 1 December 2026 to 8 January 2027.

Acme answers when the check-in lies in Drafts. Northwind is silent all the way up the ladder. The
recruiter of Globex is away when the check-in would be due.

A scene sets the clock, lets people act on the mailbox, waits for what followupd makes of it, and
tells what the database and the mailbox then hold. The story asserts nothing that it did not see.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from followupd.demo import cast
from followupd.demo.acts import Acts
from followupd.demo.cast import DANA, JO, KIM, LEE, PAT, SAM
from followupd.demo.narrator import FOLLOWUPD, ROBIN
from followupd.demo.sentences import days_off, standing, when
from followupd.domain.days import say_day
from followupd.domain.events import CallMade
from followupd.domain.interview import DraftState, Status

if TYPE_CHECKING:
    from followupd.demo.mailprogram import Lying
    from followupd.demo.narrator import Narrator
    from followupd.demo.stage import Stage

_PASSES = 3

_SEEN = (
    "A draft comes on the right working day, with its reason; Robin decides.",
    "However often followupd looks, a step has one draft; a deleted one means no.",
    "An answer stops everything at once; an absence note or a newsletter does not.",
    "Weekends and holidays do not count, and the plan comes to an end by itself.",
)


class Story:
    """Tells itself once.

    Args:
        stage: with the daemon watching.
        narrator: tells it.
    """

    def __init__(self, stage: Stage, narrator: Narrator) -> None:
        self._stage = stage
        self._narrator = narrator
        self._acts = Acts(stage, narrator)
        self._acme = 0
        self._northwind = 0
        self._globex = 0

    def tell(self) -> None:
        """Everything, from the first interview to the closing table.

        Raises:
            DidNotHappen: something that the story tells did not come about.
        """
        thanked = self._acme_is_held()
        self._northwind_is_held()
        self._globex_is_held()
        self._automatic_mail()
        self._acme_answers(thanked)
        self._northwind_check_in()
        self._globex_is_away()
        self._northwind_network()
        self._globex_check_in()
        self._northwind_hiring_manager()
        self._northwind_call()
        self._northwind_ends()
        self._how_things_stand()

    # ---- scenes

    def _acme_is_held(self) -> Lying:
        held = cast.interview("Acme", "Backend Engineer", "2026-12-01 14:00", "2026-12-04", (DANA,))
        self._acme = self._acts.adds("2026-12-01 14:45", held)
        self._acts.scene("2026-12-01 16:00", "Acme")
        draft = self._acts.draft(self._acme, "thank-you", DANA)
        self._acts.sends(self._acme, draft, "2026-12-01 16:20")
        return draft

    def _northwind_is_held(self) -> None:
        people = (SAM, KIM, JO, PAT)
        held = cast.interview("Northwind", "Data Analyst", "2026-12-02 10:00", "2026-12-08", people)
        self._northwind = self._acts.adds("2026-12-02 11:00", held)
        self._acts.scene("2026-12-02 12:00", "Northwind")
        draft = self._acts.draft(self._northwind, "thank-you", KIM)
        self._acts.sends(self._northwind, draft, "2026-12-02 12:10")

    def _globex_is_held(self) -> None:
        held = cast.interview(
            "Globex", "Site Reliability Engineer", "2026-12-03 11:00", "2026-12-09", (LEE,)
        )
        self._globex = self._acts.adds("2026-12-03 12:00", held)
        self._acts.scene("2026-12-03 13:00", "Globex")
        draft = self._acts.draft(self._globex, "thank-you", LEE)
        self._acts.sends(self._globex, draft, "2026-12-03 13:05")
        before = self._stage.step(self._globex, "check-in")
        self._acts.arrives(cast.ABSENCE, "2026-12-03 13:06")
        self._stage.until(
            "Lee Ray's absence note is noted",
            lambda: self._stage.history(self._globex).absences,
        )
        self._acts.tell_news()
        after = self._stage.step(self._globex, "check-in")
        self._acts.must(
            before.due is not None and after.due is not None and before.due < after.due,
            "the absence note moves the check-in",
        )
        workdays = self._stage.world.workdays
        self._narrator.line(
            FOLLOWUPD,
            f"moves the check-in: {when(before, workdays)} -> {when(after, workdays)}",
            more=(after.reason,),
        )

    def _automatic_mail(self) -> None:
        self._acts.scene("2026-12-07 11:00", "Acme, Northwind")
        before = self._statuses()
        self._acts.arrives(cast.RECEIPT, "2026-12-07 11:00")
        self._acts.arrives(cast.NEWSLETTER, "2026-12-07 11:00")
        self._stage.passes(_PASSES)
        self._acts.tell_news()
        self._acts.must(self._statuses() == before, "automatic mail changes no status")
        self._narrator.line(
            FOLLOWUPD,
            f"still has Acme as {before[self._acme]}, Northwind as {before[self._northwind]}",
        )

    def _acme_answers(self, thanked: Lying) -> None:
        stage, narrator = self._stage, self._narrator
        self._acts.scene("2026-12-08 09:00", "Acme")
        draft = self._acts.draft(self._acme, "check-in", DANA)
        narrator.frame(draft.message)
        stage.passes(_PASSES)
        count = len(stage.mail.drafts())
        self._acts.must(count == 1, "after more passes there is still one draft")
        narrator.line(
            FOLLOWUPD, f"looks {_PASSES} more times: {count} draft in Drafts, not one more"
        )
        self._acts.scene("2026-12-08 10:12", "Acme")
        stage.passes(1)
        raw = cast.ANSWER.mail(stage.now, thanked.message)
        self._narrator.line(DANA.name, f'writes: "{cast.ANSWER.subject}"')
        began = time.perf_counter()
        stage.mail.receive(raw, stage.now)
        stage.until(
            "Acme is answered",
            lambda: stage.plan(self._acme).status is Status.ANSWERED,
        )
        took = (time.perf_counter() - began) * 1000
        self._acts.settled(self._acme, draft, DraftState.WITHDRAWN)
        self._acts.tell_news()
        narrator.line(
            FOLLOWUPD, f"had it as answered {took:.0f} ms after the mail reached the server"
        )
        self._acts.must(not stage.mail.drafts(), "the stale draft is gone from Drafts")

    def _northwind_check_in(self) -> None:
        self._acts.scene("2026-12-10 09:00", "Northwind")
        draft = self._acts.draft(self._northwind, "check-in", SAM)
        self._acts.sends(self._northwind, draft, "2026-12-10 09:20")

    def _globex_is_away(self) -> None:
        self._acts.scene("2026-12-11 09:00", "Globex")
        self._stage.passes(1)
        self._acts.must(not self._stage.mail.drafts(), "no draft is laid while Lee Ray is away")
        step = self._stage.step(self._globex, "check-in")
        self._narrator.line(
            FOLLOWUPD,
            f"lays nothing: check-in on {when(step, self._stage.world.workdays)}",
            more=(step.reason,),
        )

    def _northwind_network(self) -> None:
        stage = self._stage
        self._acts.scene("2026-12-15 09:00", "Northwind")
        to_jo = self._acts.draft(self._northwind, "network", JO)
        to_pat = self._acts.draft(self._northwind, "network", PAT)
        self._acts.sends(self._northwind, to_jo, "2026-12-15 09:15")
        self._narrator.line(ROBIN, f"would rather not ask {PAT.name}, and deletes that draft")
        stage.mail.delete(to_pat)
        stage.tick()
        self._acts.settled(self._northwind, to_pat, DraftState.DISMISSED)
        self._acts.tell_news()
        stage.passes(_PASSES)
        count = len(stage.mail.drafts())
        self._acts.must(count == 0, "a deleted draft stays deleted")
        self._narrator.line(FOLLOWUPD, f"looks {_PASSES} more times: {count} drafts in Drafts")

    def _globex_check_in(self) -> None:
        self._acts.scene("2026-12-16 09:00", "Globex")
        self._acts.draft(self._globex, "check-in", LEE)
        self._narrator.line(ROBIN, "leaves it where it is: nothing goes out by itself")

    def _northwind_hiring_manager(self) -> None:
        self._acts.scene("2026-12-18 09:00", "Northwind")
        draft = self._acts.draft(self._northwind, "hiring-manager", KIM)
        self._acts.sends(self._northwind, draft, "2026-12-18 09:30")

    def _northwind_call(self) -> None:
        self._acts.scene("2026-12-23 09:00", "Northwind")
        sheet = self._acts.draft(self._northwind, "call", SAM)
        self._stage.set_clock("2026-12-23 10:05")
        self._narrator.line(
            ROBIN,
            f"calls {SAM.phone}, reaches voicemail, and tells followupd",
            more=(f"$ followupd called {self._northwind}",),
        )
        self._stage.record(self._northwind, CallMade(at=self._stage.now))
        self._acts.settled(self._northwind, sheet, DraftState.WITHDRAWN)
        self._acts.tell_news()
        end = self._stage.step(self._northwind, "move-on")
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

    def _northwind_ends(self) -> None:
        self._acts.scene("2027-01-08 09:00", "Northwind")
        self._stage.until(
            "Northwind is closed",
            lambda: self._stage.plan(self._northwind).status is Status.CLOSED,
        )
        self._acts.tell_news()

    def _how_things_stand(self) -> None:
        stage, narrator = self._stage, self._narrator
        stage.passes(1)
        narrator.heading("How things stand")
        rows = []
        for number, history in sorted(stage.world.histories().items()):
            plan = stage.plan(number)
            what = f"{history.interview.company}, {history.interview.role}"
            sent = sum(draft.state is DraftState.SENT for draft in history.drafts)
            because = standing(history, plan, stage.world.workdays)
            rows.append((str(number), what, plan.status.value, str(sent), because))
        narrator.table(("ID", "Interview", "Status", "Sent", "Because"), rows)
        narrator.heading("What you have seen")
        narrator.points(_SEEN)

    def _statuses(self) -> dict[int, Status]:
        numbers = (self._acme, self._northwind, self._globex)
        return {number: self._stage.plan(number).status for number in numbers}
