"""What holds for every user, interview, cadence and history, however odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from followupd.domain import acts, approvals
from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, PROMISE, REMINDER, Cadence
from followupd.domain.events import AutomaticCategory, Event, Layer, Mail
from followupd.domain.folding import fold
from followupd.domain.interview import Channel, DraftState, Outcome, Part, Person, Promise
from followupd.domain.plan import Plan, StepState, plan
from followupd.domain.status import expected_by, status
from followupd.domain.steps import ASKING
from tests.support.stories import ROBIN, Story, send_all
from tests.unit.domain.worlds import (
    ADDRESSES,
    DAY,
    ZONES,
    calendars,
    days,
    days_off,
    interviews,
    ladder_of,
    stories,
)

if TYPE_CHECKING:
    from followupd.domain.history import History
    from followupd.domain.workdays import Away, Workdays

_YEAR = datetime(2026, 2, 20, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=345)).map(lambda past: _YEAR + past)
FEW = settings(max_examples=40)  # each lives through months, or through many events


DRAFTS = st.sampled_from([f"<{number}@draft.example>" for number in range(4)])
CATEGORIES = st.sampled_from(AutomaticCategory)
PERSONS = st.builds(
    Person,
    name=st.just("Dana Fox"),
    address=st.sampled_from(ADDRESSES),
    part=st.sampled_from(Part),
    channel=st.sampled_from([None, Channel.EMAIL, Channel.CALL]),
)
MESSAGE_IDS = st.sampled_from([f"<{number}@mail.example>" for number in range(6)])


def mails() -> st.SearchStrategy[Mail]:
    """A mail between anybody of the story."""
    return st.builds(
        Mail,
        message_id=MESSAGE_IDS,
        sender=st.sampled_from([*ADDRESSES, ROBIN, "stranger@acme.example"]),
        sender_name=st.just(""),
        recipients=st.lists(st.sampled_from([*ADDRESSES, ROBIN]), max_size=2).map(tuple),
        subject=st.just(""),
        date=MOMENTS,
        folder=st.just("INBOX"),
    )


@cache
def wild_events(names: tuple[str, ...]) -> st.SearchStrategy[Event]:
    """Any event, about anything, whether it could follow the others or not."""
    at = {"at": MOMENTS}
    draft = {"at": MOMENTS, "message_id": DRAFTS}
    rung = {
        "at": MOMENTS,
        "step": st.sampled_from([*names, PROMISE, "of-old"]),
        "cycle": st.integers(0, 2),
        "person": st.sampled_from([*ADDRESSES, ""]),
    }
    text, mail, outcome = st.just(""), mails(), st.sampled_from(Outcome)
    found = {"at": MOMENTS, "mail": mail, "layer": st.sampled_from(Layer), "evidence": text}
    return st.one_of(
        st.builds(happened.MailboxSearched, **at, account=text),
        st.builds(happened.ThreadFound, **at, mail=mail),
        st.builds(happened.ReplyReceived, **found, outcome=outcome),
        st.builds(happened.PossibleReply, **found),
        st.builds(happened.ReplyResolved, **at, message_id=MESSAGE_IDS, belongs=st.booleans()),
        automatic(MOMENTS),
        st.builds(
            happened.Bounced,
            **at,
            address=st.sampled_from(ADDRESSES),
            original_message_id=DRAFTS,
        ),
        st.builds(
            happened.DraftQueued,
            **rung,
            to=st.sampled_from([*ADDRESSES, ROBIN]),
            message_id=DRAFTS,
            attempt=st.integers(0, 2),
            subject=text,
        ),
        st.builds(happened.DraftEdited, **draft),
        st.builds(
            happened.DraftSent,
            **draft,
            sent_at=MOMENTS,
            sent_message_id=MESSAGE_IDS,
            certain=st.booleans(),
            mail=st.none() | mail,
        ),
        st.builds(happened.DraftDismissed, **draft),
        st.builds(happened.DraftWithdrawn, **draft, reason=text),
        st.builds(happened.DraftMissing, **draft),
        st.builds(happened.DraftFound, **draft),
        st.builds(happened.WroteByHand, **at, mail=mail),
        st.builds(happened.CallMade, **at),
        st.builds(happened.DecisionMoved, **at, decision_by=days()),
        st.builds(happened.MarkedAnswered, **at, outcome=outcome),
        st.builds(happened.MarkedSilent, **at),
        st.builds(happened.Snoozed, **at, until=MOMENTS),
        st.builds(happened.StepSkipped, **rung),
        st.builds(happened.Closed, **at, reason=text, by_plan=st.booleans()),
        st.builds(happened.Reopened, **at),
        st.builds(happened.Noted, **at, text=text),
        st.builds(
            acts.InterviewEdited,
            **at,
            is_final=st.none() | st.booleans(),
            role=st.sampled_from([None, "Lead"]),
        ),
        st.builds(acts.PersonRecorded, **at, person=PERSONS),
        st.builds(
            acts.PersonRemoved,
            **at,
            address=st.sampled_from(ADDRESSES),
            part=st.sampled_from(Part),
        ),
        st.builds(acts.PromiseMade, **at, promise=st.builds(Promise, days(), st.just("a sample"))),
        st.builds(acts.PromiseDropped, **at, number=st.integers(0, 3)),
        st.builds(
            acts.DraftRequested,
            **at,
            template=st.sampled_from(["share-article", "check-in", *names]),
            person=st.sampled_from([*ADDRESSES, ""]),
        ),
        st.builds(acts.TaskDone, **rung),
        st.builds(acts.NextRoundRecorded, **at, interview_id=st.just(2)),
        approvings(),
    )


@cache
def approvings() -> st.SearchStrategy[approvals.Approving]:
    """Anything that can become of an approved draft, be there one or not."""
    draft = {"at": MOMENTS, "message_id": DRAFTS}
    reason = {"reason": st.sampled_from(["it is so", "closed: "])}
    return st.one_of(
        st.builds(
            approvals.DraftApproved,
            **draft,
            folder=st.just("Followups/Send"),
            recipients=st.lists(st.sampled_from([*ADDRESSES, ROBIN]), max_size=2).map(tuple),
        ),
        st.builds(approvals.ApprovalTakenBack, **draft),
        st.builds(approvals.SendingHeld, **draft, **reason),
        st.builds(approvals.SendingFailed, **draft, **reason, again_at=st.none() | MOMENTS),
        st.builds(approvals.SendingUnclear, **draft, **reason, sending_at=MOMENTS),
        st.builds(approvals.SendingDenied, **draft),
    )


def automatic(
    at: st.SearchStrategy[datetime],
    category: st.SearchStrategy[AutomaticCategory] = CATEGORIES,
) -> st.SearchStrategy[happened.AutomaticReceived]:
    """Automatic mail of any kind."""
    return st.builds(
        happened.AutomaticReceived,
        at=at,
        mail=mails(),
        category=category,
        rule=st.just(""),
        returns_on=st.none() | days(),
    )


@st.composite
def wild_stories(draw: st.DrawFn) -> Story:
    """A story whose events are any that can be recorded, in any order."""
    told = draw(stories())
    names = tuple(step.name for step in told.cadence.steps)
    told.record(*draw(st.lists(wild_events(names), max_size=12)))
    told.now = draw(MOMENTS)
    return told


@given(told=wild_stories())
@FEW
def test_whatever_was_recorded_can_be_planned(told: Story) -> None:
    """The plan never raises, and what it says can be shown."""
    current = told.plan()
    for step in current.steps:
        assert step.reason.isprintable()
        assert step.due is None or step.due.tzinfo == told.workdays.zone
        nobody = step.closes or step.is_task
        assert nobody or step.state is not StepState.DUE or step.person is not None
    assert {step.state for step in current.queue} <= {StepState.DUE}
    assert not [step for step in current.queue if step.is_task or not step.template]


@given(told=wild_stories())
@FEW
def test_whatever_was_recorded_the_nevers_hold(told: Story) -> None:
    """Answered, unsure or closed, nothing of the ladder is queued; nothing touched is withdrawn."""
    history, current = told.history, told.plan()
    untouched = {d.message_id for d in history.drafts if d.state is DraftState.QUEUED}
    assert {withdrawal.message_id for withdrawal in current.withdraw} <= untouched
    rungs = [(step.step, step.cycle, step.person and step.person.key) for step in current.queue]
    assert len(rungs) == len(set(rungs))
    for draft in history.open_drafts:
        assert draft.rung not in rungs
    queued = {step.step for step in current.queue if step.request is None}
    asked = {step.step for step in current.queue if step.request is not None}
    if history.closed is not None:
        assert not queued
        assert not asked & ASKING
        assert current.close is None
    if history.answer is not None or history.possible:
        assert queued <= {PROMISE, REMINDER}
        assert not asked & ASKING
        rejected = history.answer is not None and history.answer.outcome is Outcome.REJECTION
        assert current.close is None or rejected
    if queued & ladder_of(told.cadence).keys():
        assert told.workdays.is_open(told.now)
        assert told.workdays.day_of(told.now) >= expected_by(history, told.cadence, told.workdays)


@given(told=wild_stories(), zone=st.sampled_from(ZONES).map(ZoneInfo))
@FEW
def test_a_plan_depends_on_the_moment_and_on_nothing_else(told: Story, zone: ZoneInfo) -> None:
    """The same events at the same moment give the same plan, in whatever zone it is written."""
    first = told.plan()
    assert told.plan() == first
    assert told.plan(told.now.astimezone(zone)) == first
    assert told.plan(told.now.astimezone(told.workdays.zone)) == first
    held_at = told.interview.held_at.astimezone(zone)
    added = happened.Added(at=told.events[0].at, interview=replace(told.interview, held_at=held_at))
    assert _plan_of(told, fold(1, [added, *told.events[1:]])) == first


@given(told=wild_stories(), data=st.data())
@FEW
def test_automatic_mail_at_any_moment_changes_no_status(told: Story, data: st.DataObject) -> None:
    """Whatever else has happened, before or after."""
    place = data.draw(st.integers(1, len(told.events)))
    note = data.draw(automatic(st.just(told.now)))
    with_it = fold(1, [*told.events[:place], note, *told.events[place:]])
    before = status(told.history, told.cadence, told.workdays, told.now)
    assert status(with_it, told.cadence, told.workdays, told.now) is before


@given(told=wild_stories(), data=st.data())
@FEW
def test_an_absence_note_never_makes_a_step_earlier(told: Story, data: st.DataObject) -> None:
    """It moves a step to later, or not at all."""
    before = told.plan()
    note = data.draw(automatic(st.just(told.now), st.just(AutomaticCategory.ABSENCE)))
    assume(note.mail.sender.casefold() not in told.history.absences)  # that one could be over
    after = _plan_of(told, fold(1, [*told.events, note]))
    assert len(after.queue) <= len(before.queue)
    for earlier, later in zip(before.steps, after.steps, strict=True):
        if earlier.due and later.due and not (earlier.estimated or later.estimated):
            assert earlier.due <= later.due


@given(told=stories())
@FEW
def test_the_ladder_ends_when_nobody_answers(told: Story) -> None:
    """Whoever sends every draft and hears from nobody is done within a few months."""
    told.cadence = Cadence(BUILT_IN)
    first = max(told.now, told.interview.held_at)
    end = first + timedelta(days=200)
    send_all(told, told.workdays.local(end).replace(tzinfo=None).isoformat())
    assert told.history.closed is not None
    assert told.history.closed.by_plan
    assert told.plan().next_due is None
    started = max(
        told.workdays.day_of(first), expected_by(told.history, told.cadence, told.workdays)
    )
    ended = told.workdays.day_of(told.history.closed.at)
    # Two, three times three and ten working days, some rests, and a day lost now and then.
    assert told.workdays.between(started, ended) <= 35


@given(told=stories(), data=st.data())
@FEW
def test_nothing_becomes_due_before_the_plan_said_so(told: Story, data: st.DataObject) -> None:
    """Between now and `next_due` time alone changes nothing; at `next_due` it does."""
    told.sweep()
    for _ in range(6):
        due = told.plan().next_due
        end = due or told.now + timedelta(days=500)
        seconds = st.integers(0, max(0, int((end - told.now).total_seconds()) - 1))
        for second in data.draw(st.lists(seconds, max_size=4)):
            between = told.plan(told.now + timedelta(seconds=second))
            assert not _asks(between)
        if due is None:
            return
        told.now = due.astimezone(UTC)
        assert _asks(told.plan())
        told.sweep()


# ---- working days


@given(workdays=calendars(), away=days_off(), moment=MOMENTS, minutes=st.integers(0, 60 * 24 * 30))
def test_the_next_open_moment_is_the_first(
    workdays: Workdays, away: tuple[Away, ...], moment: datetime, minutes: int
) -> None:
    """It is open, not before the moment, and nothing between the two is, days off or not."""
    workdays = replace(workdays, away=away)
    opening = workdays.next_open(moment)
    assert opening >= moment
    assert workdays.is_open(opening)
    between = moment + timedelta(minutes=minutes)
    assert between >= opening or not workdays.is_open(between)


@given(workdays=calendars(), day=days(), count=st.integers(0, 30))
def test_working_days_added_are_working_days_between(
    workdays: Workdays, day: date, count: int
) -> None:
    """Counting forwards and counting the distance agree."""
    end = workdays.add(day, count)
    assert workdays.between(day, end) == count
    assert count == 0 or workdays.is_working_day(end)


@given(workdays=calendars(), day=days())
def test_every_day_begins_on_that_day(workdays: Workdays, day: date) -> None:
    """Midnight, or the first moment after it where the clocks jump."""
    begin = workdays.at(day, time.min)
    assert workdays.day_of(begin) == day
    assert workdays.day_of(begin.astimezone(UTC) - timedelta(microseconds=1)) == day - DAY


@given(workdays=calendars(), data=st.data())
def test_an_interview_is_waiting_until_the_decision_date_is_over(
    workdays: Workdays, data: st.DataObject
) -> None:
    """Held and within the day, it waits; a moment after the day, it is silent."""
    interview = data.draw(interviews(workdays))
    told = Story(interview, workdays, interview.held_at)
    day = expected_by(told.history, told.cadence, workdays)
    midnight = workdays.at(day + DAY, time.min).astimezone(UTC)
    if midnight - timedelta(microseconds=1) >= interview.held_at:
        assert told.plan(midnight - timedelta(microseconds=1)).status == "waiting"
        assert told.plan(midnight).status == "silent"


def _plan_of(told: Story, history: History) -> Plan:
    return plan(history, told.cadence, told.workdays, told.now)


def _asks(current: Plan) -> bool:
    return bool(current.queue or current.withdraw or current.close)
