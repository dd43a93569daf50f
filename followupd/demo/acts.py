"""What every scene of the story is made of.

Each act waits for what followupd makes of it, and tells what the store and the mailbox then hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.demo.narrator import FOLLOWUPD, ROBIN
from followupd.demo.sentences import sentence, when
from followupd.demo.stage import DidNotHappen
from followupd.domain.interview import DraftState

if TYPE_CHECKING:
    from followupd.demo.cast import Held, Writing
    from followupd.demo.mailprogram import Lying
    from followupd.demo.narrator import Narrator
    from followupd.demo.stage import Stage
    from followupd.domain.interview import Person
    from followupd.domain.plan import PlannedStep

_NEXT_STEPS = 2
"""How many steps of a plan are told with their reasons."""


class Acts:
    """The acts; each raises `DidNotHappen` when its consequence does not come about.

    Args:
        stage: with the daemon watching.
        narrator: tells what happens.
    """

    def __init__(self, stage: Stage, narrator: Narrator) -> None:
        self._stage = stage
        self._narrator = narrator

    def scene(self, moment: str, about: str) -> None:
        """The clock goes on to `moment`, in Robin's zone."""
        self._stage.set_clock(moment)
        self._narrator.scene(self._stage.now, about)

    def adds(self, moment: str, held: Held, *, whole_plan: bool = False) -> int:
        """Robin comes out of an interview and records it; the command is shown the first time."""
        stage = self._stage
        self.scene(moment, held.company)
        number = int(stage.command(*held.words).split()[0])
        told = held.typed if number == 1 else held.summary
        self._narrator.line(ROBIN, "comes from the interview and tells followupd", more=told)
        stage.until(
            f"the mailbox is searched for {held.company}",
            lambda: stage.history(number).searched,
        )
        self.tell_news()
        self._tell_plan(number, whole=whole_plan)
        return number

    def _tell_plan(self, number: int, *, whole: bool) -> None:
        """Tell the next steps and why, or in fewer words all of them."""
        workdays = self._stage.world.workdays
        dated = [step for step in self._stage.plan(number).steps if step.state.is_ahead]
        by_name: dict[str, list[PlannedStep]] = {}
        for step in sorted(dated, key=lambda step: step.due or self._stage.now):
            by_name.setdefault(step.step, []).append(step)
        for name, steps in list(by_name.items())[: None if whole else _NEXT_STEPS]:
            to = " and ".join(step.person.called for step in steps if step.person is not None)
            day = when(steps[0], workdays)
            self._narrator.line(
                FOLLOWUPD,
                f"plans: {name}{f' to {to}' if to else ''}, {day}",
                more=() if whole else (steps[0].reason,),
            )

    def types(self, does: str, *words: str) -> str:
        """Robin types one of followupd's commands; what it prints."""
        printed = self._stage.command(*words)
        typed = " ".join(f'"{word}"' if " " in word else word for word in words)
        self._narrator.line(ROBIN, does, more=(f"$ followupd {typed}",))
        return printed

    def draft(self, number: int, step: str, person: Person) -> Lying:
        """Wait for a draft, tell of it, and take it out of the mailbox as it lies there."""
        stage = self._stage

        def queued() -> str:
            drafts = stage.history(number).drafts
            rungs = {(d.step, d.person.casefold()): d.message_id for d in drafts}
            return rungs.get((step, person.key), "")

        message_id = stage.until(f"the {step} draft to {person.name} is laid into Drafts", queued)
        self.tell_news()
        lying = [draft for draft in stage.mail.drafts() if draft.message_id == message_id]
        self.must(len(lying) == 1, f"the {step} draft to {person.name} lies in Drafts once")
        return lying[0]

    def sends(
        self, number: int, draft: Lying, moment: str, does: str = "reads it and presses Send"
    ) -> None:
        """Robin sends a draft of interview `number` as it is."""
        self._stage.set_clock(moment)
        self._narrator.line(ROBIN, f"{does} ({self._stage.now:%H:%M})")
        self._stage.mail.send(draft, self._stage.now)
        self._stage.tick()
        self.settled(number, draft, DraftState.SENT)
        self.tell_news()

    def settled(self, number: int, draft: Lying, state: DraftState) -> None:
        """Wait until followupd knows what became of a draft."""

        def known() -> bool:
            mine = self._stage.history(number).draft(draft.message_id)
            return mine is not None and mine.state is state

        self._stage.until(f'the draft "{draft.message["Subject"]}" is {state.value}', known)

    def arrives(self, writing: Writing, moment: str) -> None:
        """Mail that no person wrote arrives."""
        self._stage.set_clock(moment)
        sender = writing.sender.partition(" <")[0]
        self._narrator.line(sender, f'(a machine) writes: "{writing.subject}"')
        self._stage.mail.receive(writing.mail(self._stage.now), self._stage.now)

    def tell_news(self) -> None:
        """Tell what was recorded since the last time."""
        for news in self._stage.news():
            said = sentence(news)
            if said is not None:
                self._narrator.line(FOLLOWUPD, said.does, more=(said.why,) if said.why else ())
        self._narrator.flush()

    def quotes(self, draft: Lying, beginning: str) -> str:
        """The paragraph of a draft that begins with these words."""
        found = next((each for each in paragraphs(draft) if each.startswith(beginning)), "")
        self.must(bool(found), f'the draft "{draft.message["Subject"]}" says: {beginning}')
        return found

    @staticmethod
    def must(held: bool, what: str) -> None:
        """The story goes on only where this is so."""
        if not held:
            raise DidNotHappen(f"this is not so: {what}")


def paragraphs(draft: Lying) -> list[str]:
    """The text of a draft, each paragraph in one line; the first is the greeting."""
    lines = draft.message.get_content().splitlines()
    return [" ".join(each.split()) for each in "\n".join(lines).split("\n\n")]
