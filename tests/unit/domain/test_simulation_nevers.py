"""Made-up job searches never do what must never happen; and whoever checks that would notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Cadence
from followupd.domain.interview import Outcome, Promise
from followupd.domain.scenario import Handling, Pause, Scenario, answer, mail_from, possible_reply
from followupd.domain.simulation import simulate
from tests.support.nevers import Never, breaches
from tests.support.searches import cadence_of, made_up
from tests.support.stories import DANA, HENRY, IVY, story

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from followupd.domain.events import Event

    Log = list[tuple[int, Event]]

USUAL = Cadence(BUILT_IN)
TOLD = story(DANA, HENRY, IVY)


@pytest.mark.parametrize("tens", range(10))
def test_made_up_searches_keep_every_promise(tens: int) -> None:
    """Half a year each, ten by ten, always the same hundred."""
    for seed in range(10 * tens, 10 * tens + 10):
        search = made_up(seed)
        played = search.play()
        pauses = search.scenario.pauses
        assert breaches(played.log, cadence_of, search.workdays, pauses) == [], seed


@given(seed=st.integers(10_000, 10**9))
@settings(max_examples=10)
def test_whatever_search_is_made_up_is_played_the_same_way_twice(seed: int) -> None:
    """A breach that is found can be played again from its number alone."""
    assert made_up(seed).play().log == made_up(seed).play().log


# ---- whoever checks would notice


def lived() -> Log:
    """An interview that nobody answers, to its end."""
    end = TOLD.now + timedelta(days=90)
    handlings = Scenario((Handling(after=timedelta(hours=1)),))
    known = {1: TOLD.events}
    return [*simulate(known, lambda _: USUAL, TOLD.workdays, TOLD.now, end, handlings).log]


def seen(log: Log, pauses: Sequence[Pause] = ()) -> set[Never]:
    """What is found in it."""
    return {breach.never for breach in breaches(log, lambda _: USUAL, TOLD.workdays, pauses)}


def place(log: Log, step: str, kind: type[Event] = happened.DraftQueued) -> int:
    """Where a draft of the step is laid, or another event of its draft happens."""
    return next(
        number
        for number, (_, event) in enumerate(log)
        if isinstance(event, kind)
        and step in (getattr(event, "step", ""), getattr(event, "message_id", "").split(".")[1])
    )


def moved(log: Log, step: str, by: timedelta) -> Log:
    """The same, with the step's draft laid that much sooner or later, and sent after it."""
    changed = []
    for number, event in log:
        is_draft = f".{step}." in getattr(event, "message_id", "")
        change = replace(event, at=event.at + by) if is_draft else event
        if is_draft and isinstance(change, happened.DraftSent):
            change = replace(change, sent_at=change.sent_at + by)
        changed.append((number, change))
    return sorted(changed, key=lambda each: each[1].at)


def laid(log: Log, step: str) -> tuple[int, datetime]:
    """Where and when a draft of the step is laid."""
    where = place(log, step)
    return where, log[where][1].at


def test_a_life_as_it_should_be_gives_no_breach() -> None:
    """Else the others would prove nothing."""
    assert seen(lived()) == set()


def test_a_second_draft_for_one_step_is_noticed() -> None:
    """Laid again under another Message-ID."""
    log = lived()
    where, _ = laid(log, "check-in")
    number, event = log[where]
    assert isinstance(event, happened.DraftQueued)
    again = replace(event, message_id="<again>", attempt=1)
    assert Never.TWO_DRAFTS in seen([*log[: where + 1], (number, again), *log[where + 1 :]])


def test_a_draft_for_another_person_beside_the_first_is_noticed() -> None:
    """A step that asks one person has one draft."""
    log = lived()
    where, _ = laid(log, "check-in")
    number, event = log[where]
    assert isinstance(event, happened.DraftQueued)
    other = replace(event, message_id="<other>", person=HENRY.address, to=HENRY.address)
    assert Never.TWO_DRAFTS in seen([*log[: where + 1], (number, other), *log[where + 1 :]])


@pytest.mark.parametrize(
    "by",
    [
        timedelta(days=-1),  # the working day before
        timedelta(days=-7),  # before the decision date
        timedelta(hours=-1),  # before the sending hours
        timedelta(hours=9),  # after them
        timedelta(days=4),  # a Saturday
    ],
)
def test_a_check_in_at_another_time_is_noticed(by: timedelta) -> None:
    """It comes on Tuesday 17 November at 09:00, and not before."""
    assert Never.TOO_EARLY in seen(moved(lived(), "check-in", by))


def test_a_later_step_before_its_wait_is_noticed() -> None:
    """The hiring manager's comes on the third working day after the check-in was sent."""
    assert Never.TOO_EARLY in seen(moved(lived(), "hiring-manager", timedelta(days=-1)))


def test_a_step_beside_an_earlier_one_that_still_lies_there_is_noticed() -> None:
    """The ladder waits for the check-in to be sent."""
    log = lived()
    del log[place(log, "check-in", happened.DraftSent)]
    assert Never.TOO_EARLY in seen(log)


def test_closing_before_its_wait_is_noticed() -> None:
    """The end waits like every step."""
    log = lived()
    number, end = log.pop()
    assert isinstance(end, happened.Closed)
    log.append((number, replace(end, at=end.at - timedelta(days=1))))
    assert Never.TOO_EARLY in seen(log)


def test_a_draft_after_the_answer_is_noticed() -> None:
    """Dana has answered an hour before."""
    log = lived()
    where, at = laid(log, "hiring-manager")
    said = answer(DANA, at - timedelta(hours=1), Outcome.OTHER)
    assert Never.BESIDE_ANSWER in seen([*log[:where], (1, said), *log[where:]])


def test_a_draft_that_is_left_beside_the_answer_is_noticed() -> None:
    """It should have been taken back at once."""
    log = lived()
    where, at = laid(log, "check-in")
    said = answer(DANA, at + timedelta(minutes=5), Outcome.OTHER)
    assert seen([*log[: where + 1], (1, said)]) == {Never.BESIDE_ANSWER}


def test_a_draft_while_a_possible_reply_waits_is_noticed() -> None:
    """Unsure holds everything back."""
    log = lived()
    where, at = laid(log, "check-in")
    maybe = possible_reply(HENRY, at - timedelta(hours=1))
    assert Never.UNSURE in seen([*log[:where], (1, maybe), *log[where:]])


def test_taking_back_what_the_user_has_touched_is_noticed() -> None:
    """An edited draft is theirs."""
    log = lived()
    where, at = laid(log, "check-in")
    key = getattr(log[where][1], "message_id", "")
    edited = happened.DraftEdited(at=at, message_id=key)
    gone = happened.DraftWithdrawn(at=at, message_id=key, reason="")
    assert Never.TOUCHED in seen([*log[: where + 1], (1, edited), (1, gone)])


def test_a_second_letter_within_three_working_days_is_noticed() -> None:
    """The user has written to Dana on their own the day before."""
    log = lived()
    where, at = laid(log, "check-in")
    mail = replace(mail_from(DANA, at - timedelta(days=1)), recipients=(DANA.address,))
    wrote = happened.WroteByHand(at=mail.date, mail=mail)
    assert Never.TOO_OFTEN in seen([*log[:where], (1, wrote), *log[where:]])


def test_a_draft_during_a_pause_is_noticed() -> None:
    """The user has said that they are away."""
    log = lived()
    _, at = laid(log, "check-in")
    pause = Pause(at - timedelta(hours=1), at + timedelta(hours=1))
    assert Never.PAUSED in seen(log, [pause])


def test_a_promise_may_be_kept_on_a_sunday() -> None:
    """The rules of the ladder are not those of the user's own word."""
    told = story(DANA, HENRY, IVY)
    sunday = Promise(date(2026, 11, 8), "the sample")
    interview = replace(told.interview, promises=(sunday,))
    known: dict[int, list[Event]] = {1: [happened.Added(at=told.now, interview=interview)]}
    end = told.now + timedelta(days=90)
    played = simulate(known, lambda _: USUAL, told.workdays, told.now, end)
    assert seen([*played.log]) == set()
    assert any(getattr(event, "step", "") == "promise" for _, event in played.log)
