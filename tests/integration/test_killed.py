"""kill -9 over and over, in one pass after another: one draft, every event, nothing twice."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from tests.support.interrupted import rest
from tests.support.killed import WARM_UP, passes
from tests.support.seeker import DANA, Seeker
from tests.support.usermailbox import UserMailbox

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import TypeAlias

    from tests.support.dovecot import Dovecot
    from tests.support.killed import End

    Pass: TypeAlias = Callable[[Path, Path, datetime, int], End]

STRIDE = 3
"""Every how many moments the process is killed."""

MOST = 300

pytestmark = pytest.mark.every_moment


@pytest.fixture(scope="module")
def killing(
    dovecot: Dovecot, server_context: ssl.SSLContext, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pass]:
    """Makes passes that end at a given moment; each kind was made once, for somebody else."""
    mailbox = UserMailbox(f"robin-{uuid.uuid4().hex[:10]}", dovecot, server_context)
    other = Seeker(mailbox, tmp_path_factory.mktemp("warm"))
    other.at("2026-12-08 09:00")
    other.add((DANA,))
    other.close()
    with passes() as one:
        one(other.config, other.state, other.clock.now(), WARM_UP)
        other.receives(other.letter_from(DANA, "Good news"))
        one(other.config, other.state, other.clock.now(), WARM_UP)
        assert other.drafts() == []
        mailbox.close()
        yield one


def _killed_everywhere(killing: Pass, seeker: Seeker, start: int) -> int:
    """Kill pass after pass, each one some moments later, until one lives; how many died.

    Each pass begins with what the one before left, some minutes later: both single and repeated
    interruptions are gone through.
    """
    rest(seeker)
    for died in range(MOST):
        mark = start + died * STRIDE
        end = killing(seeker.config, seeker.state, seeker.clock.now(), mark)
        rest(seeker)
        assert len(seeker.drafts()) <= 1, f"two drafts after {died} kills, {end}"
        if not end.killed:
            return died
        seeker.clock.moment += timedelta(minutes=6)
    pytest.fail("no pass ever came to its end")


@pytest.mark.parametrize("start", [1, 2, 3])
def test_killed_while_laying_a_draft(killing: Pass, seeker: Seeker, start: int) -> None:
    """However often the pass is killed on the way, one draft lies there in the end."""
    seeker.at("2026-12-08 09:00")
    number = seeker.add((DANA,))
    died = _killed_everywhere(killing, seeker, start)
    assert died > 10
    assert len(seeker.drafts()) == 1
    assert seeker.kinds(number).count("draft_queued") == 1
    assert seeker.history(number).drafts[-1].state is DraftState.QUEUED
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    assert seeker.drafts() == []


@pytest.mark.parametrize("start", [1, 2, 3])
def test_killed_while_reading_an_answer_and_withdrawing(
    killing: Pass, seeker: Seeker, start: int
) -> None:
    """The answer is recorded once, and the draft is withdrawn, not taken for deleted."""
    seeker.at("2026-12-08 09:00")
    number = seeker.add((DANA,))
    seeker.once()
    assert len(seeker.drafts()) == 1
    for subject in ("Good news", "One more thing"):
        seeker.receives(seeker.letter_from(DANA, subject))
    died = _killed_everywhere(killing, seeker, start)
    assert died > 5
    assert seeker.drafts() == []
    assert seeker.status(number) is Status.ANSWERED
    assert seeker.kinds(number).count("reply_received") == 2
    assert seeker.history(number).drafts[-1].state is DraftState.WITHDRAWN
