"""A simulated world: weeks of a user's life with two interviews, in any order of things.

The state machine plays the daemon (plan, withdraw, queue, close) and everybody else: the user
who sends, edits, deletes and skips, the people who answer, and the mailboxes that do so by
themselves. Whatever happens, the promises of the design must hold.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Cadence, with_senior
from followupd.domain.events import AutomaticCategory
from followupd.domain.interview import Channel, DraftState, Outcome, Person, Promise
from followupd.domain.status import expected_by
from followupd.domain.steps import ASKING, REQUESTED_FROM
from followupd.domain.workdays import Away
from tests.support.stories import ROBIN, SOON, Story
from tests.unit.domain.worlds import (
    ADDRESSES,
    DAY,
    World,
    cadences,
    calendars,
    days_off,
    interviews,
    ladder_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.events import Event
    from followupd.domain.history import Draft

_RESTLESS = timedelta(days=400)


TURNS = st.integers(0, 3)
"""What would end a story happens in one case of four, so that stories get far enough."""


class MailboxLife(RuleBasedStateMachine):
    """Two interviews of one user."""

    world: World
    days_off: tuple[Away, ...] = ()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """The user records two interviews within a few days."""
        self.days_off = data.draw(days_off())
        workdays = replace(data.draw(calendars()), away=self.days_off)
        cadence = data.draw(cadences())
        told = []
        for number in (1, 2):
            interview = data.draw(interviews(workdays, number, fewest_people=2))
            told.append(Story(interview, workdays, interview.held_at, cadence, number))
        first = min(one.interview.held_at for one in told)
        self.world = World(told, first)
        self.world.set_clock(first + data.draw(st.timedeltas(-2 * DAY, 5 * DAY)))
        self.world.sweep()

    # ---- picking

    def _story(self, data: st.DataObject) -> Story:
        return data.draw(st.sampled_from(self.world.stories))

    def _person(self, data: st.DataObject, told: Story) -> Person:
        people = told.history.interview.people
        assume(people)
        return data.draw(st.sampled_from(people))

    def _open_draft(self, data: st.DataObject) -> tuple[Story, Draft]:
        drafts = [(told, d) for told in self.world.stories for d in told.history.open_drafts]
        assume(drafts)
        return data.draw(st.sampled_from(drafts))

    def _has_open_draft(self) -> bool:
        return any(told.history.open_drafts for told in self.world.stories)

    # ---- time

    @rule(wait=st.timedeltas(timedelta(hours=1), timedelta(days=12)))
    def time_passes(self, wait: timedelta) -> None:
        """The daemon wakes whenever something is due."""
        self.world.until(self.world.now + wait)

    @rule(times=st.integers(1, 4))
    def user_follows_the_plan(self, times: int = 1) -> None:
        """They wait for the next thing that is due, and send whatever lies there."""
        for _ in range(times):
            due = self.world.sweep()
            if due:
                self.world.until(min(due))
            for told in self.world.stories:
                for draft in told.history.open_drafts:
                    told.send_draft(draft)
            self.world.set_clock(max(told.now for told in self.world.stories))
            self.world.sweep()

    @rule(wait=st.timedeltas(timedelta(minutes=1), timedelta(days=6)))
    def the_machine_sleeps(self, wait: timedelta) -> None:
        """The daemon sees nothing of it until it wakes."""
        self.world.set_clock(self.world.now + wait)
        self.world.sweep()

    @rule(data=st.data())
    def nothing_happens_before_its_time(self, data: st.DataObject) -> None:
        """Until `next_due` no plan asks for anything; at `next_due` it does."""
        now = self.world.now
        told = self._story(data)
        assume(not told.plan().tasks)
        next_due = told.plan().next_due
        end = next_due or now + _RESTLESS
        moments = st.integers(0, max(0, int((end - now).total_seconds()) - 1))
        for second in data.draw(st.lists(moments, max_size=3)):
            assert not _asks(told, now + timedelta(seconds=second))
        assert not _asks(told, end - timedelta(microseconds=1))
        if next_due is not None:
            assert _asks(told, next_due)

    # ---- the user and their drafts

    @precondition(_has_open_draft)
    @rule(data=st.data())
    def user_sends(self, data: st.DataObject) -> None:
        """They press Send; a call sheet is called, now and then mailed to oneself."""
        told, draft = self._open_draft(data)
        if draft.to == ROBIN and data.draw(st.integers(0, 3)):
            told.call()
        else:
            told.send_draft(draft)
        self.world.set_clock(self.world.now + SOON)
        self.world.sweep()

    @precondition(_has_open_draft)
    @rule(data=st.data())
    def user_edits(self, data: st.DataObject) -> None:
        """They change a draft and leave it."""
        told, draft = self._open_draft(data)
        told.record(happened.DraftEdited(at=told.now, message_id=draft.message_id))
        self.world.sweep()

    @precondition(_has_open_draft)
    @rule(data=st.data())
    def user_deletes(self, data: st.DataObject) -> None:
        """They say no."""
        told, draft = self._open_draft(data)
        told.record(happened.DraftDismissed(at=told.now, message_id=draft.message_id))
        self.world.sweep()

    @precondition(_has_open_draft)
    @rule(data=st.data())
    def draft_vanishes(self, data: st.DataObject) -> None:
        """It is gone for a moment; sometimes it is there again."""
        told, draft = self._open_draft(data)
        told.record(happened.DraftMissing(at=told.now, message_id=draft.message_id))
        self.world.sweep()
        if draft.state is DraftState.QUEUED and data.draw(st.booleans()):
            told.record(happened.DraftFound(at=told.now, message_id=draft.message_id))
            self.world.sweep()

    @rule(data=st.data(), turn=TURNS)
    def user_skips(self, data: st.DataObject, turn: int) -> None:
        """They do not want one of the steps."""
        if turn:
            self.user_follows_the_plan()
            return
        told = self._story(data)
        step = data.draw(st.sampled_from(told.plan().steps or [None]))
        assume(step is not None)
        assert step is not None
        address = step.person.address if step.person else ""
        told.record(
            happened.StepSkipped(at=told.now, step=step.step, cycle=step.cycle, person=address)
        )
        self.world.sweep()

    @rule(data=st.data())
    def user_writes_by_hand(self, data: st.DataObject) -> None:
        """To one or two people of the interview."""
        told = self._story(data)
        told.by_hand(self._person(data, told), self._person(data, told))
        self.world.sweep()

    @rule(data=st.data(), says_whom=st.booleans())
    def user_calls(self, data: st.DataObject, says_whom: bool) -> None:
        """And says so."""
        told = self._story(data)
        address = self._person(data, told).address if says_whom else ""
        told.record(happened.CallMade(at=told.now, person=address))
        self.world.sweep()

    @rule(data=st.data(), wait=st.timedeltas(timedelta(0), 10 * DAY))
    def user_snoozes(self, data: st.DataObject, wait: timedelta) -> None:
        """Not now."""
        told = self._story(data)
        told.record(happened.Snoozed(at=told.now, until=told.now + wait))
        self.world.sweep()

    @rule(data=st.data(), shift=st.integers(-5, 15))
    def decision_moves(self, data: st.DataObject, shift: int) -> None:
        """To a later day, or one that is already past."""
        told = self._story(data)
        day = told.workdays.day_of(told.now) + shift * DAY
        told.record(happened.DecisionMoved(at=told.now, decision_by=day))
        self.world.sweep()

    @rule(data=st.data(), turn=TURNS)
    def user_marks(self, data: st.DataObject, turn: int) -> None:
        """Answered, silent, closed or reopened, by hand."""
        if turn:
            self.user_follows_the_plan()
            return
        told = self._story(data)
        now = told.now
        marks: list[Event] = [
            happened.MarkedAnswered(at=now),
            happened.MarkedSilent(at=now),
            happened.MarkedSilent(at=now),
            happened.Closed(at=now, reason="enough"),
            happened.Reopened(at=now),
            happened.Reopened(at=now),
        ]
        told.record(data.draw(st.sampled_from(marks)))
        self.world.sweep()

    @rule(data=st.data(), template=st.sampled_from(["share-article", "still-open", "check-in"]))
    def user_asks_for_a_draft(self, data: st.DataObject, template: str) -> None:
        """It is there at once, whatever the time, unless it asks what is answered already."""
        told = self._story(data)
        person = self._person(data, told)
        laid = len(told.laid)
        told.record(acts.DraftRequested(at=told.now, template=template, person=person.address))
        history = told.history
        self.world.sweep()
        free = history.closed is None and history.answer is None and not history.possible
        asking = ASKING | ladder_of(told.cadence).keys()
        free = free and not any(
            draft.step in asking and draft.key == person.key for draft in history.open_drafts
        )
        if person.key not in history.unreachable and (free or template == "share-article"):
            newest = told.laid[laid:]
            assert (template, person.key) in [
                (one.step.step, one.step.person.key) for one in newest if one.step.person
            ]

    @rule(wait=st.none() | st.timedeltas(timedelta(hours=1), 20 * DAY))
    def user_pauses(self, wait: timedelta | None) -> None:
        """Nothing is laid, until a day or until they say so."""
        self._be_away((Away(self.world.now, None if wait is None else self.world.now + wait),))

    @rule()
    def user_is_back(self) -> None:
        """They resume."""
        self._be_away(())

    def _be_away(self, away: tuple[Away, ...]) -> None:
        for told in self.world.stories:
            told.workdays = replace(told.workdays, away=(*self.days_off, *away))
        self.world.sweep()

    @rule(data=st.data(), ahead=st.integers(-1, 9))
    def user_promises(self, data: st.DataObject, ahead: int) -> None:
        """Something by a day, and at times takes it back."""
        told = self._story(data)
        day = told.workdays.day_of(told.now) + ahead * DAY
        told.record(acts.PromiseMade(at=told.now, promise=Promise(day, "a sample")))
        self.world.sweep()
        if data.draw(st.booleans()):
            number = len(told.history.interview.promises) - 1
            told.record(acts.PromiseDropped(at=told.now, number=number))
            self.world.sweep()

    @rule(data=st.data(), turn=TURNS)
    def another_round_comes(self, data: st.DataObject, turn: int) -> None:
        """The user records it."""
        if turn:
            self.user_follows_the_plan()
            return
        told = self._story(data)
        told.record(acts.NextRoundRecorded(at=told.now, interview_id=3))
        self.world.sweep()

    @rule(data=st.data())
    def user_does_a_task(self, data: st.DataObject) -> None:
        """It is a task no longer."""
        told = self._story(data)
        tasks = told.plan().tasks
        assume(tasks)
        task = data.draw(st.sampled_from(tasks))
        address = task.person.address if task.person else ""
        told.record(acts.TaskDone(at=told.now, step=task.step, cycle=task.cycle, person=address))
        assert task not in told.plan().tasks
        self.world.sweep()

    @rule(data=st.data())
    def user_puts_people_right(self, data: st.DataObject) -> None:
        """One leaves, or was the wrong one."""
        told = self._story(data)
        person = self._person(data, told)
        told.record(acts.PersonRemoved(at=told.now, address=person.address, part=person.part))
        self.world.sweep()
        if data.draw(st.booleans()):
            told.record(acts.PersonRecorded(at=told.now, person=person))
            self.world.sweep()

    @rule(data=st.data(), address=st.sampled_from([*ADDRESSES, "d@acme.example"]))
    def user_changes_an_address(self, data: st.DataObject, address: str) -> None:
        """In one of the parts that the person plays, or in all of them."""
        told = self._story(data)
        old = self._person(data, told)
        parts = [each for each in told.history.interview.people if each.key == old.key]
        for each in parts if data.draw(st.booleans()) else [old]:
            new = replace(each, address=address)
            told.record(
                acts.PersonRecorded(at=told.now, person=new, instead_of=each.address),
            )
        self.world.sweep()

    @rule(data=st.data(), prefers=st.sampled_from([None, Channel.EMAIL, Channel.CALL]))
    def user_notes_how_to_reach_somebody(self, data: st.DataObject, prefers: Channel) -> None:
        """By mail or by telephone."""
        told = self._story(data)
        new = replace(self._person(data, told), channel=prefers)
        told.record(acts.PersonRecorded(at=told.now, person=new, instead_of=new.address))
        self.world.sweep()

    @rule(data=st.data(), is_final=st.booleans(), role=st.sampled_from(["Engineer", "Lead"]))
    def user_edits_the_interview(self, data: st.DataObject, is_final: bool, role: str) -> None:
        """What was recorded of it is put right."""
        told = self._story(data)
        told.record(acts.InterviewEdited(at=told.now, is_final=is_final, role=role))
        self.world.sweep()

    @rule(data=st.data(), has_senior=st.booleans())
    def user_follows_another_cadence(self, data: st.DataObject, has_senior: bool) -> None:
        """From one day to the next."""
        told = self._story(data)
        told.cadence = Cadence(with_senior(BUILT_IN) if has_senior else BUILT_IN)
        self.world.sweep()

    @rule(data=st.data(), shift=st.integers(-6, 12), turn=TURNS)
    def interview_is_moved(self, data: st.DataObject, shift: int, turn: int) -> None:
        """To another day, also when drafts lie there already."""
        if turn:
            self.user_follows_the_plan()
            return
        told = self._story(data)
        held_at = told.history.interview.held_at + shift * DAY
        told.record(happened.InterviewMoved(at=told.now, held_at=held_at))
        self.world.sweep()

    # ---- the others

    @rule(data=st.data(), days=st.none() | st.integers(-3, 15), by_call=st.booleans())
    def person_puts_off(self, data: st.DataObject, days: int | None, by_call: bool) -> None:
        """It is not decided yet; they name a day, or none, and mean to call at times."""
        told = self._story(data)
        person = self._person(data, told)
        day = None if days is None else told.workdays.day_of(told.now) + days * DAY
        told.record(
            happened.HoldingReply(
                at=told.now,
                mail=told.mail(person.address, (ROBIN,)),
                layer=happened.Layer.ADDRESS,
                evidence="",
                decision_by=day,
                verdict=happened.Verdict(happened.Meaning.STILL_DECIDING, 1.0, by_call=by_call),
            )
        )
        self.world.sweep()

    @rule(data=st.data(), turn=TURNS)
    def person_has_left(self, data: st.DataObject, turn: int) -> None:
        """Their mailbox says so."""
        if turn:
            self.user_follows_the_plan()
            return
        told = self._story(data)
        told.departure(self._person(data, told))
        self.world.sweep()

    @rule(data=st.data(), outcome=st.sampled_from(Outcome), turn=TURNS)
    def person_replies(self, data: st.DataObject, outcome: Outcome, turn: int) -> None:
        """They answer now and then; mostly they ask for some more days."""
        told = self._story(data)
        told.reply(self._person(data, told), outcome)
        if turn:
            day = told.workdays.day_of(told.now) + 4 * DAY
            told.record(happened.DecisionMoved(at=told.now, decision_by=day))
        self.world.sweep()

    @rule(data=st.data(), belongs=st.none() | st.booleans())
    def possible_reply_comes(self, data: st.DataObject, belongs: bool | None) -> None:
        """A mail that may be an answer; the user decides at once, or later, or never."""
        told = self._story(data)
        message_id = told.possible_reply()
        self.world.sweep()
        if belongs is not None:
            told.resolve(message_id, belongs=belongs)
            self.world.sweep()

    @rule(data=st.data(), belongs=st.booleans())
    def user_decides(self, data: st.DataObject, belongs: bool) -> None:
        """A possible reply that had waited."""
        told = self._story(data)
        assume(told.history.possible)
        told.resolve(told.history.possible[0].mail.message_id, belongs=belongs)
        self.world.sweep()

    @rule(
        data=st.data(),
        category=st.sampled_from(AutomaticCategory),
        back=st.none() | st.integers(-3, 20),
    )
    def automatic_mail_comes(
        self, data: st.DataObject, category: AutomaticCategory, back: int | None
    ) -> None:
        """It never changes where an interview stands."""
        told = self._story(data)
        before = told.plan().status
        day = told.workdays.day_of(told.now) + (back or 0) * DAY
        told.automatic(
            self._person(data, told), category, None if back is None else day.isoformat()
        )
        assert told.plan().status is before
        self.world.sweep()

    @rule(data=st.data(), turn=TURNS)
    def mail_bounces(self, data: st.DataObject, turn: int) -> None:
        """An address is gone."""
        if turn:
            self.user_follows_the_plan()
            return
        told = self._story(data)
        told.bounce(self._person(data, told))
        self.world.sweep()

    # ---- what always holds

    @invariant()
    def no_step_has_two_open_drafts(self) -> None:
        """Neither for one person, nor, where a step asks one person only, for two."""
        for told in self.world.stories:
            drafts = told.history.open_drafts
            assert max(Counter(draft.rung for draft in drafts).values(), default=0) <= 1
            alone = {step.name for step in told.cadence.steps if not step.each}
            steps = Counter((d.step, d.cycle) for d in drafts if d.step in alone)
            assert max(steps.values(), default=0) <= 1

    @invariant()
    def no_person_has_two_open_drafts_of_one_ladder(self) -> None:
        """Two ways of asking the same thing never wait side by side."""
        for told in self.world.stories:
            ladder = ladder_of(told.cadence)
            asked = Counter(d.key for d in told.history.open_drafts if d.step in ladder)
            assert max(asked.values(), default=0) <= 1

    @invariant()
    def only_untouched_drafts_were_withdrawn(self) -> None:
        """What the user has edited, or may be sending, is never taken away."""
        for told in self.world.stories:
            assert all(draft.state is DraftState.QUEUED for draft, _ in told.withdrawn)

    @invariant()
    def nothing_untouched_lies_there_before_its_time(self) -> None:
        """Not even where the interview or the decision was moved since."""
        for told in self.world.stories:
            history, workdays = told.history, told.workdays
            ladder = ladder_of(told.cadence)
            expected = expected_by(history, told.cadence, workdays)
            thanks = {step.name for step in told.cadence.steps} - ladder.keys()
            for draft in history.open_drafts:
                if draft.state is not DraftState.QUEUED or draft.cycle >= REQUESTED_FROM:
                    continue
                if draft.step in ladder or draft.step in thanks:
                    assert told.now >= history.interview.held_at
                if draft.step in ladder:
                    assert workdays.day_of(told.now) >= expected

    @invariant()
    def nothing_untouched_is_addressed_to_nobody_of_the_interview(self) -> None:
        """Who was removed or has another address is not written to by mistake."""
        for told in self.world.stories:
            people = {person.key for person in told.history.interview.people}
            for draft in told.history.open_drafts:
                if draft.state is DraftState.QUEUED:
                    assert draft.key in people
                    assert draft.is_sheet or draft.to.casefold() == draft.key

    @invariant()
    def nobody_is_woken_for_what_is_past(self) -> None:
        """What is due now was done; the next moment lies ahead."""
        for told in self.world.stories:
            due = told.plan().next_due
            assert due is None or due > told.now

    @invariant()
    def no_ladder_draft_lies_beside_an_answer(self) -> None:
        """Only one the user has touched may still be there."""
        for told in self.world.stories:
            history = told.history
            if history.answer is None and not history.possible:
                continue
            ladder = ladder_of(told.cadence)
            untouched = [d for d in history.open_drafts if d.state is DraftState.QUEUED]
            assert not [draft for draft in untouched if draft.step in ladder]


def _asks(told: Story, moment: datetime) -> bool:
    plan = told.plan(moment.astimezone(UTC))
    return bool(plan.queue or plan.withdraw or plan.close or plan.tasks)


TestMailboxLife = MailboxLife.TestCase
TestMailboxLife.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
)
