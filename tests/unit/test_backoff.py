"""How long a lost connection stays lost."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from followupd.mailbox.backoff import Backoff, Connects

if TYPE_CHECKING:
    from collections.abc import Callable


def _longest(low: float, high: float) -> float:
    return high


def _shortest(low: float, high: float) -> float:
    return low


def _seeded(seed: int) -> Callable[[float, float], float]:
    return random.Random(seed).uniform  # noqa: S311 - nothing secret is drawn


def test_the_wait_doubles_up_to_eighty_seconds() -> None:
    """Each failure doubles the upper bound of the wait, and 80 seconds is the end of it."""
    backoff = Backoff(draw=_longest, window=0.0)
    assert [backoff.lost(0.0) for _ in range(8)] == [4, 8, 16, 32, 64, 80, 80, 80]


def test_the_wait_is_never_shorter_than_two_seconds() -> None:
    """Even the luckiest draw leaves the server two seconds."""
    backoff = Backoff(draw=_shortest, window=0.0)
    assert [backoff.lost(0.0) for _ in range(3)] == [2, 2, 2]


def test_two_clients_do_not_come_back_together() -> None:
    """The wait is drawn at random, so that clients spread out."""
    waits = {Backoff(draw=_seeded(seed)).lost(0.0) for seed in range(20)}
    assert len(waits) > 15


def test_a_stable_minute_makes_the_next_failure_the_first() -> None:
    """After a minute of a working connection the waits begin anew."""
    backoff = Backoff(draw=_longest, window=0.0)
    for _ in range(5):
        backoff.lost(0.0)
    backoff.opening(100.0)
    backoff.opened(100.0)
    assert backoff.lost(160.0) == 4


def test_a_connection_that_breaks_at_once_is_still_a_failure() -> None:
    """A login that works and a connection that dies after a second do not reset the wait."""
    backoff = Backoff(draw=_longest, window=0.0)
    waits = []
    for now in (0.0, 100.0, 200.0):
        backoff.opening(now)
        backoff.opened(now)
        waits.append(backoff.lost(now + 1.0))
    assert waits == [4, 8, 16]


@pytest.mark.parametrize("draw", [_shortest, _seeded(7)])
def test_never_more_than_two_connections_in_two_minutes(
    draw: Callable[[float, float], float],
) -> None:
    """However the draws fall, any two minutes see at most two connections."""
    backoff = Backoff(draw=draw)
    now, opened = 0.0, []
    for _ in range(30):
        backoff.opening(now)
        opened.append(now)
        now += backoff.lost(now)
    assert all(later - earlier >= 120.0 for earlier, later in zip(opened, opened[2:], strict=False))


def test_the_first_reconnect_after_a_long_good_time_is_quick() -> None:
    """A server that ends sessions once an hour or a day is reached again almost at once."""
    backoff = Backoff(draw=_longest)
    for ends_at in (3_600.0, 90_000.0):
        backoff.opening(0.0)
        backoff.opened(0.0)
        assert backoff.is_end_of_session(ends_at)
        assert backoff.lost(ends_at) == 2


def test_only_the_end_of_a_long_session_is_nothing_to_tell() -> None:
    """What breaks earlier, or could not be opened again, is a failure with growing waits."""
    backoff = Backoff(draw=_longest, window=0.0)
    backoff.opening(0.0)
    backoff.opened(0.0)
    assert not backoff.is_end_of_session(300.0)
    backoff.lost(3_600.0)
    backoff.opening(3_602.0)
    assert not backoff.is_end_of_session(9_000.0)
    assert [backoff.lost(9_000.0), backoff.lost(9_010.0)] == [4, 8]


def test_a_connection_that_we_ended_ourselves_uses_up_no_try() -> None:
    """Planned reconnects, however many, leave the two tries of a failure."""
    backoff = Backoff(draw=_shortest)
    for now in range(0, 100, 10):
        backoff.opening(float(now))
        backoff.opened(float(now))
        backoff.left()
    backoff.opening(100.0)
    assert backoff.lost(101.0) == backoff.first


def test_no_minute_sees_more_connections_than_the_account_may_have() -> None:
    """Whoever comes too early is told how long to wait, the later the longer."""
    connects = Connects(most=3)
    at = [now + connects.take(now) for now in (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)]
    assert at == [0.0, 1.0, 2.0, 60.0, 61.0, 62.0, 120.0]


def test_after_a_quiet_minute_there_is_no_wait() -> None:
    """What lies longer back no longer counts."""
    connects = Connects(most=2)
    assert [connects.take(now) for now in (0.0, 0.0, 60.0, 61.0)] == [0.0] * 4


def test_a_server_that_was_not_there_uses_up_no_place() -> None:
    """A machine without a network is not held back once the network is there."""
    connects = Connects(most=2)
    for now in range(20):
        assert connects.take(float(now)) == 0.0
        connects.give_back()


def test_a_server_that_is_not_there_does_not_use_up_the_burst() -> None:
    """Tries that reached nobody are only slowed down, not stopped for two minutes."""
    backoff = Backoff(draw=_shortest)
    waits = []
    for moment in range(0, 40, 4):
        backoff.opening(float(moment))
        waits.append(backoff.lost(float(moment), reached=False))
    assert max(waits) == backoff.first
