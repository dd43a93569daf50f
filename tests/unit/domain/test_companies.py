"""What the interviews of the past say about a company (advice row 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.companies import CompanyRecord, companies
from followupd.domain.interview import Outcome, company_key
from tests.support.stories import DANA, calendar, send_all, story

if TYPE_CHECKING:
    from tests.support.stories import Story


def record(*told: Story, at: str = "2027-06-01 09:00") -> CompanyRecord:
    """What is known of the one company of these stories."""
    workdays = calendar()
    (found,) = companies((each.history for each in told), workdays, told[0].moment(at))
    return found


def test_an_answer_is_counted_in_working_days_from_the_interview() -> None:
    """Held on Tuesday 3 November, answered on Monday the 16th: nine working days."""
    told = story(DANA)
    told.until("2026-11-16 09:00")
    told.reply(DANA, Outcome.REJECTION)
    found = record(told)
    assert (found.answered, found.never_answered, found.response_days) == ((1,), (), (9,))


def test_a_ladder_that_came_to_its_end_was_never_answered() -> None:
    """Closed by the plan."""
    told = story(DANA)
    send_all(told, "2027-03-01 09:00")
    assert told.history.closed is not None
    assert record(told).never_answered == (1,)


def test_silence_counts_only_once_the_ladder_would_be_over() -> None:
    """The decision was promised for Friday 13 November; a month later it still waits."""
    told = story(DANA)
    assert record(told, at="2026-12-11 09:00").never_answered == ()
    assert record(told, at="2026-12-20 09:00").never_answered == (1,)


def test_what_the_user_closed_before_the_decision_date_tells_nothing_of_the_company() -> None:
    """After it, it does."""
    early, late = story(DANA), story(DANA, number=2)
    early.record(happened.Closed(at=early.moment("2026-11-10 09:00"), reason="withdrawn"))
    late.record(happened.Closed(at=late.moment("2026-12-10 09:00"), reason="enough"))
    found = record(early, late)
    assert (found.answered, found.never_answered, found.interviews) == ((), (2,), (1, 2))


def test_what_the_user_says_looking_back_counts_more_than_what_was_read() -> None:
    """They answered by telephone, after four working days."""
    told = story(DANA)
    told.record(
        happened.Closed(at=told.moment("2026-12-10 09:00"), reason="over"),
        acts.Reviewed(
            at=told.moment("2026-12-10 09:00"), answered=True, days=4, treated=2, again=False
        ),
    )
    found = record(told)
    assert (found.answered, found.never_answered, found.response_days) == ((1,), (), (4,))
    assert (found.treated, found.again) == (2, False)


def test_a_review_says_that_they_never_answered_while_the_interview_still_waits() -> None:
    """The user knows better than the calendar."""
    told = story(DANA)
    told.record(acts.Reviewed(at=told.now, answered=False))
    assert record(told, at="2026-11-04 09:00").never_answered == (1,)


def test_who_would_rather_not_look_back_is_no_review() -> None:
    """The answer that was read still counts."""
    told = story(DANA)
    told.until("2026-11-16 09:00")
    told.reply(DANA)
    told.record(acts.Reviewed(at=told.now, declined=True))
    found = record(told)
    assert (found.reviews, found.answered, found.treated, found.again) == ((), (1,), None, None)


def test_a_next_round_is_an_answer() -> None:
    """Until the user says that it was none."""
    told = story(DANA)
    told.record(acts.NextRoundRecorded(at=told.moment("2026-11-05 09:00"), interview_id=2))
    assert record(told).response_days == (2,)
    told.record(happened.Reopened(at=told.moment("2026-11-05 10:00")))
    assert record(told).answered == ()


def test_a_company_is_one_however_it_is_written() -> None:
    """The way it was written last is shown; companies come in the order of their names."""
    told = [
        story(DANA, number=1),
        story(DANA, number=2, held="2026-12-01 10:00", decision_by=None),
        story(DANA, number=3),
    ]
    wide = "\uff21\uff23\uff2d\uff25  gmbh"
    for each, company in zip(told, (wide, "Acme GmbH", "Aardvark"), strict=True):
        each.record(acts.InterviewEdited(at=each.now, company=company))
    found = companies((each.history for each in told), calendar(), told[0].now)
    assert [(each.company, each.interviews) for each in found] == [
        ("Aardvark", (3,)),
        ("Acme GmbH", (1, 2)),
    ]
    assert company_key(" Straße AG ") == company_key("STRASSE ag")


def test_of_no_interviews_nothing_is_known() -> None:
    """There is no company."""
    assert companies((), calendar(), story(DANA).now) == ()
