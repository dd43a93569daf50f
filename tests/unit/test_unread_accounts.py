"""How long what is due in one account waits for another that nobody has looked into."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.service.unread import WAIT, UnreadAccounts, unread_since
from followupd.store import Health

NOON = datetime(2026, 12, 8, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_after_a_start_all_wait_for_all_others() -> None:
    """Each waits until the others were read, and never for itself."""
    unread = UnreadAccounts()
    unread.not_looked_at(["a", "b"], NOON)
    unread.was_read("a")
    assert unread.awaited("b", NOON) is None
    awaited = unread.awaited("a", NOON)
    assert awaited is not None
    assert (awaited.account, awaited.problem) == ("b", "")
    unread.was_read("b")
    assert unread.awaited("a", NOON) is None


def test_the_wait_is_over_after_an_hour_however_often_it_fails() -> None:
    """Further failures, in whatever words, do not begin the wait anew."""
    unread = UnreadAccounts()
    for minutes in range(0, 60, 7):
        now = NOON + minutes * MINUTE
        unread.failed("b", now, f"problem {minutes}")
        awaited = unread.awaited("a", now)
        assert awaited is not None
        assert awaited.until == NOON + WAIT
        assert awaited.problem == f"problem {minutes}"
    assert unread.awaited("a", NOON + WAIT) is None


def test_of_several_the_one_that_takes_longest_is_named() -> None:
    """So that what is told to the user stays true."""
    unread = UnreadAccounts()
    unread.failed("b", NOON, "b fails")
    unread.failed("c", NOON + MINUTE, "c fails")
    awaited = unread.awaited("a", NOON + 2 * MINUTE)
    assert awaited is not None
    assert awaited.account == "c"


def test_a_clock_that_was_set_back_keeps_nobody_waiting() -> None:
    """What is only going to fail in a year is not waited for until then."""
    unread = UnreadAccounts()
    unread.failed("b", NOON + timedelta(days=365), "b fails")
    assert unread.awaited("a", NOON) is None


@pytest.mark.parametrize(
    ("before", "since"),
    [
        (None, NOON),
        (Health("b", NOON - 5 * WAIT, "", None), NOON),
        (Health("b", NOON - WAIT, "it fails", NOON - 10 * MINUTE), NOON - 10 * MINUTE),
        (Health("b", None, "it fails", NOON - 10 * MINUTE), NOON - WAIT),
        (Health("b", NOON - 2 * WAIT, "it fails", NOON - MINUTE), NOON - WAIT),
    ],
    ids=["never tried", "well before", "fails again", "never read", "always another problem"],
)
def test_passes_by_a_timer_wait_together_and_not_each_anew(
    before: Health | None, since: datetime
) -> None:
    """The first failure begins the wait; the store tells the next process of it."""
    assert unread_since(before, NOON) == since


@given(st.lists(st.integers(1, 90), min_size=1, max_size=60))
def test_a_timer_of_whatever_pace_waits_for_two_hours_at_most(pauses: list[int]) -> None:
    """Even where each pass fails in other words than the one before."""
    now, health = NOON, Health("b", NOON, "", None)
    for pause in pauses:
        now += pause * MINUTE
        unread = UnreadAccounts()
        unread.failed("b", unread_since(health, now), "it fails")
        health = Health("b", NOON, f"it fails at {now}", now)
        if now - NOON >= 2 * WAIT:
            assert unread.awaited("a", now) is None
