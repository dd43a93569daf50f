"""What must never happen, checked from events alone: a second opinion on the planner.

It reads the events of all interviews of one user in the order in which they happened. Of the
planner it uses nothing, nor of the arithmetic of working days, so that it cannot repeat a mistake
of theirs. A step whose name the cadence does not hold is taken for something the user owes or asked
for: it may come at any time, but only once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.domain import events as happened
from followupd.domain.cadence import PROMISE, REMINDER, Anchor, WaitUnit
from followupd.domain.interview import Outcome
from followupd.domain.steps import ASKING
from tests.support.ledger import Case, Lying, lying_as
from tests.support.unanswered import besieged, first_day, too_often, works

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime

    from followupd.domain.cadence import Cadence, CadenceStep
    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.domain.interview import Interview
    from followupd.domain.scenario import Pause
    from followupd.domain.workdays import Workdays

_FINAL = (Outcome.OFFER, Outcome.REJECTION)
_OWED = (PROMISE, REMINDER)


class Never(StrEnum):
    """What must never happen; the numbers are those of the design."""

    TWO_DRAFTS = "2: two open drafts for one step"
    TOO_EARLY = "3: too early, or on a day off, or outside the sending hours"
    BESIDE_ANSWER = "4: a question beside an answer"
    TOUCHED = "5: a draft was taken back that the user had touched"
    AUTOMATIC = "7: automatic mail answered"
    UNSURE = "9: a question while a possible reply waits"
    TOO_OFTEN = "limits: too many messages to one person or company"
    PAUSED = "pause: something was laid down while the user was away"


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that must never happen has happened."""

    never: Never
    at: datetime
    interview_id: int
    what: str


def breaches(
    log: Iterable[tuple[int, Event]],
    cadence_of: Callable[[Interview], Cadence],
    workdays: Workdays,
    pauses: Sequence[Pause] = (),
) -> list[Breach]:
    """Everything in the events of one user that must never happen.

    Args:
        log: each event with the number of its interview, in the order in which they happened.
        cadence_of: the cadence of an interview.
        workdays: the user's calendar: zone, holidays, hours and days off.
        pauses: the user's pauses.
    """
    checker = _Checker(cadence_of, workdays, pauses)
    return [breach for number, event in log for breach in checker.see(number, event)] + [
        *checker.end_of_moment()
    ]


@dataclass(slots=True)
class _Checker:
    cadence_of: Callable[[Interview], Cadence]
    workdays: Workdays
    pauses: Sequence[Pause]
    cases: dict[int, Case] = field(default_factory=dict)
    now: datetime | None = None
    news: set[int] = field(default_factory=set)

    def see(self, number: int, event: Event) -> Iterator[Breach]:
        """Check one event against what happened before, and take it in."""
        if self.now is None or event.at > self.now:
            yield from self.end_of_moment()
            self.now = event.at
        case = self.cases.setdefault(number, Case(number))
        self.news.add(number)
        answer = case.history.answer if case.events else None
        found: list[tuple[Never, str]] = []
        match event:
            case happened.DraftQueued():
                found += self._laid(case, lying_as(event))
            case happened.Closed(by_plan=True) if case.history.answer is None:
                found += self._closed(case, event.at)
            case happened.DraftSent(message_id=key) if key in case.drafts:
                found += self._sent(case, case.drafts[key], event.sent_at)
            case happened.DraftWithdrawn(message_id=key) if key in case.drafts:
                if case.drafts[key].touched:
                    found.append((Never.TOUCHED, case.drafts[key].step))
            case _:
                pass
        case.note(event)
        is_automatic = isinstance(event, (happened.AutomaticReceived, happened.Bounced))
        if is_automatic and case.history.answer != answer:
            found.append((Never.AUTOMATIC, event.kind))
        for never, what in found:
            yield Breach(never, event.at, number, what)

    def end_of_moment(self) -> Iterator[Breach]:
        """Check what lies in Drafts once everything of a moment is done."""
        at = self.now
        if at is None:
            return
        for number in sorted(self.news):
            case = self.cases[number]
            history = case.history
            if history.answer is not None and not case.was_told:
                yield Breach(Never.AUTOMATIC, at, number, "answered by nobody")
            for lying in case.drafts.values():
                if not lying.touched and self._is_stopped(history, lying):
                    never = Never.UNSURE if history.possible else Never.BESIDE_ANSWER
                    yield Breach(never, at, number, f"{lying.step} still lies in Drafts")
        self.news.clear()

    # ---- a draft is laid down

    def _laid(self, case: Case, new: Lying) -> Iterator[tuple[Never, str]]:
        history = case.history
        cadence = self.cadence_of(history.interview)
        step = None
        if not new.is_requested:
            step = next((s for s in cadence.steps if s.name == new.step), None)
        for lying in case.drafts.values():
            same = (lying.step, lying.cycle) == (new.step, new.cycle)
            if same and (lying.person == new.person or (step is not None and not step.each)):
                yield Never.TWO_DRAFTS, f"{new} beside one to {lying.person}"
        if step is None:
            yield from self._owed(history, new)
            return
        yield from self._away(history, new)
        if history.closed is not None or _is_answered(history, step):
            yield Never.BESIDE_ANSWER, str(new)
        if history.possible:
            yield Never.UNSURE, str(new)
        if step.after is Anchor.INTERVIEW:
            yield from self._after_interview(history, step, new)
        else:
            yield from self._in_ladder(case, step, new)
        if new.is_letter:
            yield from self._limited(history, step, new)

    def _limited(
        self, history: History, step: CadenceStep, new: Lying
    ) -> Iterator[tuple[Never, str]]:
        """A letter may be one too many."""
        if step.after is not Anchor.INTERVIEW:
            yield from self._said(besieged(self.cases, history.interview.company), new)
        often = too_often(self.cases, self.workdays, new.person, new.laid_at)
        yield from self._said(often, new)
        is_thanks = step.after is Anchor.INTERVIEW
        if any(
            d.is_letter and d.person == new.person and not (is_thanks and _asks_nothing(d))
            for d in self._lying()
        ):
            yield Never.TOO_OFTEN, f"{new} beside another draft to them"

    def _owed(self, history: History, new: Lying) -> Iterator[tuple[Never, str]]:
        """A promise or its reminder; what else the cadence does not hold is not judged."""
        if new.is_requested or new.step not in _OWED:
            return
        yield from self._away(history, new)
        if self._is_over(history):
            yield Never.BESIDE_ANSWER, str(new)

    def _away(self, history: History, new: Lying) -> Iterator[tuple[Never, str]]:
        at = new.laid_at
        pauses = [pause.as_known(at) for pause in self.pauses]
        away = [*self.workdays.away, *(each for each in pauses if each is not None)]
        for each in away:
            if each.since <= at and (each.until is None or at < each.until):
                yield Never.PAUSED, str(new)
        if history.snoozed_until is not None and at < history.snoozed_until:
            yield Never.PAUSED, f"{new}, snoozed"

    def _after_interview(
        self, history: History, step: CadenceStep, new: Lying
    ) -> Iterator[tuple[Never, str]]:
        held_at, at = history.interview.held_at, new.laid_at
        held_on, today = self._day(held_at), self._day(at)
        if step.wait.unit is WaitUnit.HOURS:
            is_early = at < held_at + timedelta(hours=step.wait.amount)
        else:
            is_early = today < first_day(held_on, step.wait, self.workdays)
        if is_early:
            yield Never.TOO_EARLY, str(new)
        if not (works(today, self.workdays) or today == held_on) or not self._in_hours(at):
            yield Never.TOO_EARLY, f"{new}, out of hours"

    def _closed(self, case: Case, at: datetime) -> Iterator[tuple[Never, str]]:
        """The plan has come to its end: that waits like a step that writes to nobody."""
        cadence = self.cadence_of(case.history.interview)
        for step in cadence.steps:
            if step.closes:
                end = Lying(step.name, case.history.cycle, "", "", at)
                yield from self._in_ladder(case, step, end)

    def _in_ladder(self, case: Case, step: CadenceStep, new: Lying) -> Iterator[tuple[Never, str]]:
        history, today = case.history, self._day(new.laid_at)
        cadence = self.cadence_of(history.interview)
        if new.laid_at < history.interview.held_at:
            yield Never.TOO_EARLY, f"{new}, before the interview"
        if not works(today, self.workdays) or not self._in_hours(new.laid_at):
            yield Never.TOO_EARLY, f"{new}, out of hours"
        base = self._expected_by(history, cadence)
        if today < first_day(base, step.wait, self.workdays):
            yield Never.TOO_EARLY, f"{new}, decision by {base}"
        ladder = [s for s in cadence.steps if s.after is not Anchor.INTERVIEW]
        before = {s.name: s for s in ladder[: ladder.index(step)]}
        yield from self._in_the_way(case, {s.name for s in ladder}, before.keys(), new)
        over = [
            done.at
            for done in case.done
            if done.cycle == new.cycle
            and done.step in before
            and done.person in _whom(history, before[done.step])
        ]
        if over:
            since = self._day(max(over))
            if step.after is Anchor.PREVIOUS:
                since = first_day(since, step.wait, self.workdays)
            if today < since:
                yield Never.TOO_EARLY, f"{new}, the step before was done on {max(over)}"

    @staticmethod
    def _in_the_way(
        case: Case, ladder: AbstractSet[str], before: AbstractSet[str], new: Lying
    ) -> Iterator[tuple[Never, str]]:
        """Other drafts of the ladder that should have held it."""
        people = {person.key for person in case.history.interview.people}
        for lying in case.drafts.values():
            if case.is_dealt_with(lying):
                continue
            if lying.step in ladder and lying.person == new.person:
                yield Never.TWO_DRAFTS, f"{new} beside {lying.step}"
            in_time = lying.step in before and lying.cycle == new.cycle
            if in_time and lying.person in people:
                yield Never.TOO_EARLY, f"{new}, while {lying.step} lies in Drafts"

    def _expected_by(self, history: History, cadence: Cadence) -> date:
        if history.decision_by is not None:
            return history.decision_by
        since = [history.interview.held_at]
        if history.held_up_by is not None:
            since.append(history.held_up_by.date)
        if history.waiting_since is not None:
            since.append(history.waiting_since)
        wait = cadence.silent_after
        if wait.unit is WaitUnit.HOURS:
            assumed = self._day(max(since) + timedelta(hours=wait.amount))
        else:
            assumed = first_day(self._day(max(since)), wait, self.workdays)
        return max(assumed, history.promised_before or assumed)

    # ---- limits

    def _sent(self, case: Case, lying: Lying, at: datetime) -> Iterator[tuple[Never, str]]:
        """An untouched draft of the plan's goes out: it should have been taken back in time."""
        steps = self.cadence_of(case.history.interview).steps
        is_plans = not lying.is_requested and lying.step in {step.name for step in steps}
        if is_plans and lying.is_letter and not lying.touched:
            often = too_often(self.cases, self.workdays, lying.person, at, since=lying.laid_at)
            yield from self._said(often, f"{lying}, sent")

    @staticmethod
    def _said(reasons: Iterable[str], what: object) -> Iterator[tuple[Never, str]]:
        for reason in reasons:
            yield Never.TOO_OFTEN, f"{what}, {reason}"

    # ---- looking

    def _is_stopped(self, history: History, lying: Lying) -> bool:
        """Whether a draft should not lie there as things stand."""
        if lying.is_requested:
            return False
        if lying.step in _OWED:
            return self._is_over(history)
        for step in self.cadence_of(history.interview).steps:
            if step.name == lying.step:
                is_over = history.closed is not None or _is_answered(history, step)
                return is_over or bool(history.possible)
        return False

    @staticmethod
    def _is_over(history: History) -> bool:
        if history.closed is not None:
            return True
        return history.answer is not None and history.answer.outcome in _FINAL

    def _lying(self) -> Iterator[Lying]:
        for case in self.cases.values():
            yield from case.drafts.values()

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.workdays.zone).date()

    def _in_hours(self, moment: datetime) -> bool:
        wall = moment.astimezone(self.workdays.zone).time()
        return self.workdays.send_from <= wall < self.workdays.send_until


def _asks_nothing(lying: Lying) -> bool:
    """Whether a draft is owed or wanted, and may lie beside the thanks."""
    return lying.step == PROMISE or (lying.is_requested and lying.step not in ASKING)


def _is_answered(history: History, step: CadenceStep) -> bool:
    """Whether an answer stops the step; a next round does not stop the thanks for this one."""
    if history.answer is None:
        return False
    is_next = history.followed_by is not None and history.answer.outcome is Outcome.NEXT_ROUND
    return not (is_next and step.after is Anchor.INTERVIEW)


def _whom(history: History, step: CadenceStep) -> set[str]:
    """Whose rungs of a step count: those who can be reached and, for each, those of its part."""
    people = history.interview.people
    if step.each:
        people = next(filter(None, map(history.interview.with_part, step.to)), ())
    return {person.key for person in people} - history.unreachable
