"""Random users, interviews and cadences, and a second opinion on what is allowed.

The checks of `laid_down_rightly` count days on their own, so that they cannot repeat a mistake
of `workdays.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from followupd.domain.cadence import (
    BUILT_IN,
    PROMISE,
    REMINDER,
    Anchor,
    Cadence,
    CadenceStep,
    Wait,
    WaitUnit,
    with_senior,
)
from followupd.domain.interview import Channel, DraftState, Interview, Part, Person, Promise
from followupd.domain.status import expected_by
from followupd.domain.steps import ASKING, REQUESTED_FROM
from followupd.domain.workdays import Away, Workdays
from tests.support.stories import Story
from tests.support.unanswered import first_day, works

if TYPE_CHECKING:
    from followupd.domain.history import Draft, History
    from tests.support.stories import Laid

ZONES = (
    "Africa/Cairo",
    "America/Havana",
    "America/Los_Angeles",
    "America/St_Johns",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
    "UTC",
)

ADDRESSES = ("a@acme.example", "B@acme.example", "c@friends.example")

DAY = timedelta(days=1)
_YEAR = datetime(2026, 2, 20, tzinfo=UTC)


def days(
    first: date = date(2026, 2, 20), last: date = date(2026, 12, 1)
) -> st.SearchStrategy[date]:
    """Days of a year in which the clocks change."""
    return st.dates(first, last)


def days_off() -> st.SearchStrategy[tuple[Away, ...]]:
    """A few absences, which may overlap."""
    began = st.timedeltas(timedelta(0), 280 * DAY).map(lambda past: _YEAR + past)
    lasts = st.timedeltas(timedelta(hours=1), 25 * DAY)
    away = st.builds(lambda since, wait: Away(since, since + wait), began, lasts)
    return st.lists(away, max_size=3).map(tuple)


def calendars() -> st.SearchStrategy[Workdays]:
    """Zones, holidays and sending hours; the hours keep clear of the clock changes at night."""
    start = st.times(time(4), time(12)).map(lambda t: t.replace(second=0, microsecond=0))
    end = st.times(time(12, 1), time(22, 59)).map(lambda t: t.replace(second=0, microsecond=0))
    return st.builds(
        Workdays,
        zone=st.sampled_from(ZONES).map(ZoneInfo),
        holidays=st.frozensets(days(), max_size=12),
        send_from=start,
        send_until=st.one_of(end, st.just(time.max)),
    )


def people(fewest: int = 0) -> st.SearchStrategy[tuple[Person, ...]]:
    """Few addresses in many parts, so that parts share people; some prefer the phone.

    `fewest` of them at least, the first a recruiter.
    """
    person = st.builds(
        Person,
        name=st.sampled_from(["Dana Fox", ""]),
        address=st.sampled_from(ADDRESSES),
        part=st.sampled_from(Part),
        phone=st.none(),
        channel=st.sampled_from([None, None, Channel.EMAIL, Channel.CALL]),
    )
    if not fewest:
        return st.lists(person, max_size=6).map(tuple)
    recruiter = person.map(lambda one: replace(one, part=Part.RECRUITER))
    others = st.lists(person, min_size=fewest - 1, max_size=5)
    return st.tuples(recruiter, others).map(lambda drawn: (drawn[0], *drawn[1]))


@st.composite
def interviews(
    draw: st.DrawFn, workdays: Workdays, number: int = 1, fewest_people: int = 0
) -> Interview:
    """An interview of that year, its decision date sometimes before it by mistake."""
    held_on = draw(days(date(2026, 3, 1), date(2026, 10, 31)))
    held_at = workdays.at(held_on, draw(st.times()))
    offset = draw(st.none() | st.integers(-2, 20))
    promised = st.builds(
        Promise, on=st.integers(-1, 12).map(lambda n: held_on + n * DAY), what=st.just("a sample")
    )
    return Interview(
        uid=f"{number:032x}",
        company="Acme",
        role="Engineer",
        held_at=held_at.astimezone(draw(st.sampled_from([UTC, workdays.zone]))),
        decision_by=None if offset is None else held_on + offset * DAY,
        people=draw(people(fewest_people)),
        promises=tuple(draw(st.lists(promised, max_size=2))),
        account="personal",
        language="en",
        is_final=draw(st.booleans()),
    )


@st.composite
def cadences(draw: st.DrawFn) -> Cadence:
    """The built-in cadence as often as one of the user's own, as the configuration allows it."""
    if draw(st.booleans()):
        return Cadence(draw(st.sampled_from([BUILT_IN, with_senior(BUILT_IN)])))
    waits = st.builds(Wait, st.integers(0, 5), st.sampled_from(WaitUnit))
    parts = st.lists(st.sampled_from(Part), min_size=1, max_size=3, unique=True).map(tuple)
    steps: list[CadenceStep] = []

    def add(after: Anchor) -> None:
        earlier = [step.name for step in steps]
        steps.append(
            CadenceStep(
                name=f"step-{len(steps)}",
                after=after,
                wait=draw(waits),
                to=draw(parts),
                channel=draw(st.sampled_from([Channel.EMAIL, Channel.EMAIL, Channel.CALL])),
                template="step",
                each=draw(st.booleans()),
                unless=draw(st.sampled_from([None, *earlier])),
            )
        )

    for _ in range(draw(st.integers(0, 2))):
        add(Anchor.INTERVIEW)
    add(Anchor.DECISION)
    for _ in range(draw(st.integers(0, 3))):
        add(draw(st.sampled_from([Anchor.DECISION, Anchor.PREVIOUS, Anchor.PREVIOUS])))
    if draw(st.booleans()):
        end = CadenceStep("end", Anchor.PREVIOUS, draw(waits), (), Channel.TASK, "", closes=True)
        steps.append(end)
    silent_after = Wait(draw(st.integers(0, 8)), draw(st.sampled_from(WaitUnit)))
    return Cadence(tuple(steps), silent_after)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """One interview, recorded some time before or after it was held."""
    workdays = draw(calendars())
    interview = draw(interviews(workdays))
    recorded = interview.held_at.astimezone(UTC) + draw(
        st.timedeltas(timedelta(days=-5), timedelta(days=25))
    )
    return Story(interview, workdays, recorded, draw(cadences()))


@dataclass(slots=True)
class World:
    """Some interviews of one user, who has one calendar, one cadence and one clock."""

    stories: list[Story]
    now: datetime
    checked: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for told in self.stories:
            told.others = [other for other in self.stories if other is not told]

    def set_clock(self, now: datetime) -> None:
        """It is that late everywhere."""
        self.now = now.astimezone(UTC)
        for told in self.stories:
            told.now = self.now

    def sweep(self) -> list[datetime]:
        """Do what all plans ask for; the moments at which they will ask again."""
        for _ in range(10):
            before = sum(len(told.events) for told in self.stories)
            for told in self.stories:
                told.now = self.now
                told.sweep()
                self._check_laid(told)
            if before == sum(len(told.events) for told in self.stories):
                plans = [told.plan() for told in self.stories]
                return [plan.next_due for plan in plans if plan.next_due is not None]
        raise AssertionError("the plans never come to rest")

    def until(self, end: datetime) -> None:
        """Let time pass, waking whenever something is due, and once at the end."""
        due = self.sweep()
        while due and min(due) <= end:
            assert min(due) > self.now, "woken again for nothing"
            self.set_clock(min(due))
            due = self.sweep()
        self.set_clock(max(self.now, end))
        self.sweep()

    def _check_laid(self, told: Story) -> None:
        done = self.checked.get(told.number, 0)
        for laid in told.laid[done:]:
            others = [other.history for other in told.others]
            laid_down_rightly(laid, told, [laid.history, *others])
        self.checked[told.number] = len(told.laid)


def ladder_of(cadence: Cadence) -> dict[str, CadenceStep]:
    """The steps from the check-in on."""
    return {step.name: step for step in cadence.steps if step.after is not Anchor.INTERVIEW}


def laid_down_rightly(laid: Laid, told: Story, histories: list[History]) -> None:
    """Check a draft against what must never happen, as things stood when it was laid down."""
    step, history, workdays = laid.step, laid.history, told.workdays
    assert step.person is not None
    rung = (step.step, step.cycle, step.person.key)
    assert rung not in [draft.rung for draft in history.open_drafts], "two drafts for one step"
    reached = [
        draft.rung
        for draft in history.drafts
        if draft.state is DraftState.SENT
        and not draft.is_sheet
        and draft.person.casefold() not in history.unreachable
        and draft.key not in history.unreachable
    ]
    assert rung not in reached, "they have had it, be it at another address"
    if step.request is not None and step.step not in ASKING:
        return
    assert history.closed is None
    if step.request is None:
        assert not any(away.covers(laid.at) for away in workdays.away), "while the user is away"
    if step.step in (PROMISE, REMINDER):
        return
    is_thanks = step.request is None and step.step not in ladder_of(told.cadence)
    assert history.answer is None or (is_thanks and history.followed_by), "they have answered"
    assert not history.possible, "they may have answered"
    if step.request is not None:
        return
    if step.channel is Channel.EMAIL:
        _limits_are_kept(laid, histories, workdays, is_thanks=is_thanks)
    if is_thanks:
        _is_thanked_once(laid, told, histories)
    if step.step not in ladder_of(told.cadence):
        return
    local = laid.at.astimezone(workdays.zone)
    assert works(local.date(), workdays), "on a day off"
    assert workdays.send_from <= local.time() < workdays.send_until, "outside the sending hours"
    assert laid.at >= told.interview.held_at, "before the interview"
    if step.channel is Channel.EMAIL:
        _company_is_not_besieged(histories)
    base = expected_by(history, told.cadence, workdays)
    wait = ladder_of(told.cadence)[step.step].wait
    assert local.date() >= first_day(base, wait, workdays), "too early"
    in_the_way = [
        draft
        for draft in history.open_drafts
        if draft.step in ladder_of(told.cadence) and draft.key == step.person.key
    ]
    assert not in_the_way, "two drafts of the ladder to one person"


def _is_thanked_once(laid: Laid, told: Story, histories: list[History]) -> None:
    """Nobody who was thanked after two interviews of one day is thanked again for one of them."""
    step, history, zone = laid.step, laid.history, told.workdays.zone
    assert laid.at >= history.interview.held_at, "thanks before the interview"
    if any(known.only_final for known in told.cadence.steps if known.name == step.step):
        return
    held_on = history.interview.held_at.astimezone(zone).date()
    for other in histories:
        same_day = other.interview.held_at.astimezone(zone).date() == held_on
        if other is history or not same_day or other.closed is not None:
            continue
        parts = next(known.to for known in told.cadence.steps if known.name == step.step)
        for draft in other.drafts:
            assert step.person is not None
            alike = (draft.step, draft.key) == (step.step, step.person.key)
            is_met = any(p.key == draft.key and p.part in parts for p in other.interview.people)
            if alike and is_met and not draft.is_sheet and draft.state is DraftState.SENT:
                assert draft.settled_at is not None
                is_request = draft.cycle >= REQUESTED_FROM
                assert is_request or draft.settled_at < history.interview.held_at, "thanked twice"


def _limits_are_kept(
    laid: Laid, histories: list[History], workdays: Workdays, *, is_thanks: bool
) -> None:
    assert laid.step.person is not None
    key = laid.step.person.key
    heard = [history.heard[key] for history in histories if key in history.heard]
    sent = {
        written.message_id: written.at
        for history in histories
        for written in history.written
        if written.address == key and (not heard or written.at > max(heard))
    }
    assert len(sent) < 3, "three are unanswered"
    if sent:
        last = max(sent.values()).astimezone(workdays.zone).date()
        today = laid.at.astimezone(workdays.zone).date()
        rest = sum(works(last + n * DAY, workdays) for n in range(1, (today - last).days + 1))
        assert rest >= 3, "too soon after the last message"
    open_mail = [
        draft
        for history in histories
        for draft in history.open_drafts
        if not draft.is_sheet and draft.key == key and not (is_thanks and _asks_nothing(draft))
    ]
    assert not open_mail, "another draft to the person is open"


def _asks_nothing(draft: Draft) -> bool:
    """Whether it is owed or wanted, and may lie beside the thanks."""
    return draft.step == PROMISE or (draft.cycle >= REQUESTED_FROM and draft.step not in ASKING)


def _company_is_not_besieged(histories: list[History]) -> None:
    """All interviews of these worlds are at one company."""
    asked: dict[str, datetime] = {}
    heard: list[datetime] = []
    for history in histories:
        parts: dict[str, set[Part]] = {}
        for person in history.interview.people:
            parts.setdefault(person.key, set()).add(person.part)
        friends = {Part.NETWORK, Part.REFERENCE}
        heard += [at for key, at in history.heard.items() if parts.get(key, friends) - friends]
        polite = [d.sent_message_id for d in history.drafts if d.step in ("thank-you", PROMISE)]
        for written in history.written:
            decides = parts.get(written.address, friends) - friends - {Part.INTERVIEWER}
            if decides and written.message_id not in polite:
                asked[written.message_id] = written.at
    assert sum(not heard or at > max(heard) for at in asked.values()) < 6, "six are unanswered"
