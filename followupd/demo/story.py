"""The story: four interviews from 1 December 2026 to 8 January 2027.

Acme answers when the check-in lies in Drafts. Northwind is silent all the way up the ladder
(`silence.py`). The recruiter of Globex is away when the check-in would be due. Initech says no.

A scene sets the clock, lets people act on the mailbox, waits for what followupd makes of it, and
tells what the database and the mailbox then hold. The story asserts nothing that it did not see.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from followupd.demo import cast
from followupd.demo.acts import Acts
from followupd.demo.cast import DANA, LEE, MIA, UMA, Held
from followupd.demo.narrator import FOLLOWUPD, ROBIN
from followupd.demo.sentences import clock, standing, when
from followupd.demo.silence import PASSES, Northwind
from followupd.domain.interview import DraftState, Outcome, Status

if TYPE_CHECKING:
    from followupd.demo.mailprogram import Lying
    from followupd.demo.narrator import Narrator
    from followupd.demo.stage import Stage

_ACME = Held("Acme", "Backend Engineer", "2026-12-01 14:00", "2026-12-04", (DANA,))
_GLOBEX = Held("Globex", "Site Reliability Engineer", "2026-12-03 11:00", "2026-12-09", (LEE,))
_INITECH = Held("Initech", "Support Engineer", "2026-12-09 14:00", "2026-12-16", (UMA,))

_SEEN = (
    "A draft comes on the right working day, with its reason; Robin decides.",
    "However often followupd looks, a step has one draft; a deleted one means no.",
    "An answer stops everything at once; an absence note or a newsletter does not.",
    "Weekends and holidays do not count, and the plan comes to an end by itself.",
    "A promise is called to mind in time, and a rejection needs no further work.",
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
        self._northwind = Northwind(stage, narrator, self._acts)
        self._acme = 0
        self._globex = 0
        self._initech = 0

    def tell(self) -> None:
        """Everything, from the first interview to the closing table.

        Raises:
            DidNotHappen: something that the story tells did not come about.
        """
        thanked = self._acme_is_held()
        self._northwind.is_held()
        self._globex_is_held()
        reminder = self._northwind.promise_comes_up()
        self._northwind.promise_is_kept(reminder)
        self._automatic_mail()
        self._acme_answers(thanked)
        refused = self._initech_is_held()
        self._northwind.check_in()
        self._globex_is_away()
        self._initech_says_no(refused)
        self._initech_ends()
        self._northwind.network()
        self._globex_check_in()
        self._northwind.hiring_manager()
        self._northwind.call()
        self._northwind.ends()
        self._looking_back()
        self._how_things_stand()

    # ---- scenes

    def _acme_is_held(self) -> Lying:
        self._acme = self._acts.adds("2026-12-01 14:45", _ACME)
        self._acts.scene("2026-12-01 16:00", "Acme")
        draft = self._acts.draft(self._acme, "thank-you", DANA)
        self._acts.sends(self._acme, draft, "2026-12-01 16:20")
        return draft

    def _globex_is_held(self) -> None:
        self._globex = self._acts.adds("2026-12-03 12:00", _GLOBEX)
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
        self._stage.passes(PASSES)
        self._acts.tell_news()
        self._acts.must(self._statuses() == before, "automatic mail changes no status")
        self._narrator.line(
            FOLLOWUPD,
            f"still has Acme as {before[self._acme]}, "
            f"Northwind as {before[self._northwind.number]}",
        )

    def _acme_answers(self, thanked: Lying) -> None:
        stage, narrator = self._stage, self._narrator
        self._acts.scene("2026-12-08 09:00", "Acme")
        draft = self._acts.draft(self._acme, "check-in", DANA)
        narrator.frame(draft.message)
        stage.passes(PASSES)
        count = len(stage.mail.drafts())
        self._acts.must(count == 1, "after more passes there is still one draft")
        narrator.line(
            FOLLOWUPD, f"looks {PASSES} more times: {count} draft in Drafts, not one more"
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
        tasks = [task.reason for task in stage.plan(self._acme).tasks]
        self._acts.must(len(tasks) == 1, "Robin is asked for the date of the next round")
        narrator.line(FOLLOWUPD, "asks Robin:", more=tuple(tasks))

    def _initech_is_held(self) -> Lying:
        self._initech = self._acts.adds("2026-12-09 15:00", _INITECH)
        self._acts.scene("2026-12-09 16:00", "Initech")
        draft = self._acts.draft(self._initech, "thank-you", UMA)
        self._acts.sends(self._initech, draft, "2026-12-09 16:05")
        return draft

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
        shown = self._acts.types(
            "asks what there is to know of it meanwhile", "show", str(self._globex)
        )
        offers = [line for line in shown.splitlines() if f"{MIA.name} stands in" in line]
        self._acts.must(
            len(offers) == 1 and MIA.address in offers[0],
            f"{MIA.name}, whom the note names, is offered as the stand-in",
        )
        self._narrator.line(FOLLOWUPD, "tells whom else to ask:", more=tuple(offers))

    def _initech_says_no(self, thanked: Lying) -> None:
        stage = self._stage
        self._acts.scene("2026-12-11 10:30", "Initech")
        self._narrator.line(UMA.name, f'writes: "{cast.REJECTION.subject}"')
        stage.mail.receive(cast.REJECTION.mail(stage.now, thanked.message), stage.now)
        stage.until(
            "Initech's rejection is read",
            lambda: stage.history(self._initech).answer,
        )
        self._acts.tell_news()
        answer = stage.history(self._initech).answer
        is_no = answer is not None and answer.outcome is Outcome.REJECTION
        closes_at = stage.plan(self._initech).closes_at
        self._acts.must(is_no and closes_at is not None, "the rejection is read as one")
        self._narrator.line(
            FOLLOWUPD,
            f"will close Initech: {clock(closes_at or stage.now, stage.world.workdays)}",
            more=("the next working day; until then a misreading can be taken back",),
        )
        self._acts.types("wants to answer it well", "draft", str(self._initech), "rejection-answer")
        draft = self._acts.draft(self._initech, "rejection-answer", UMA)
        self._acts.sends(self._initech, draft, "2026-12-11 10:50")

    def _initech_ends(self) -> None:
        self._acts.scene("2026-12-14 09:00", "Initech")
        self._stage.until(
            "Initech is closed",
            lambda: self._stage.plan(self._initech).status is Status.CLOSED,
        )
        self._acts.tell_news()

    def _globex_check_in(self) -> None:
        self._acts.scene("2026-12-16 09:00", "Globex")
        self._acts.draft(self._globex, "check-in", LEE)
        self._narrator.line(ROBIN, "leaves it where it is: nothing goes out by itself")

    def _looking_back(self) -> None:
        self._acts.scene("2027-01-08 09:30", "all four")
        number = self._northwind.number
        asks = f"followupd review {number}"
        digest = self._acts.types("asks how the search goes", "digest")
        self._narrator.page("followupd digest", digest)
        self._acts.must(asks in digest, "the digest asks how it was at Northwind")
        self._acts.must("2 processes are alive" in digest, "the digest counts what is alive")
        self._acts.types(
            "looks back on Northwind", "review", str(number),
            "--answered", "no", "--treated", "2", "--again", "no",
        )  # fmt: skip
        self._acts.must(self._stage.history(number).review is not None, "the review is kept")
        self._acts.must(asks not in self._stage.command("digest"), "Robin is asked only once")
        self._narrator.line(
            FOLLOWUPD, "keeps that for the day Northwind comes up again, and asks no more"
        )

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
        numbers = (self._acme, self._northwind.number, self._globex)
        return {number: self._stage.plan(number).status for number in numbers}
