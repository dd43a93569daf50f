"""kill -9 between every two I/O operations: one draft, one message, one copy, whatever happens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState
from tests.support.approving import FOLDER, Approver, approver
from tests.support.interrupted import (
    LATER,
    NUMBER,
    Act,
    check_end,
    drafts,
    once_more,
    pass_by,
    pause,
    recover,
    tell,
    tell_truthfully,
    traces,
)
from tests.support.killed import NEVER, WARM_UP, End, passes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import TypeAlias

    from tests.support.authority import Authority
    from tests.support.seeker import Seeker

    Pass: TypeAlias = Callable[[Path, Path, datetime, int], End]

SHARES = {Act.QUEUE: 2, Act.WITHDRAW: 1, Act.SEND: 3, Act.RETURN: 3}
"""In how many cases the moments of an act are gone through, side by side."""

EVERY = [
    pytest.param(act, share, id=f"{act}-{share}") for act in Act for share in range(SHARES[act])
]

SECOND_STRIDE = 41
"""Every how many moments a recovery is killed in its turn; from another one each time."""

pytestmark = pytest.mark.every_moment


@pytest.fixture(scope="module")
def killing() -> Iterator[Pass]:
    """Makes passes that end at a given moment."""
    with passes() as one:
        yield one


@pytest.fixture
def robin(seeker: Seeker, authority: Authority, act: Act, killing: Pass) -> Iterator[Approver]:
    """Somebody whose next pass is to carry out the act."""
    with approver(seeker, authority) as robin:
        tell(act, robin)
        with once_more(robin) as other:
            _pass(killing, other, WARM_UP)
        yield robin


def _pass(killing: Pass, robin: Approver, mark: int) -> End:
    """One pass that ends at moment `mark`; both servers have noticed when this returns."""
    end = killing(robin.seeker.config, robin.seeker.state, robin.seeker.clock.now(), mark)
    pause(robin)
    return end


def _whole(killing: Pass, robin: Approver) -> tuple[str, ...]:
    """The moments of a pass that is not killed."""
    with once_more(robin) as other:
        return _pass(killing, other, NEVER).moments


def _cut_off(
    killing: Pass, robin: Approver, marks: Iterable[int]
) -> Iterator[tuple[Approver, str]]:
    """What a kill leaves at each of the moments, and where it was; the same is given only once."""
    known = set()
    for mark in marks:
        with once_more(robin) as other:
            end = _pass(killing, other, mark)
            assert end.killed, f"this pass had no moment {mark}"
            left = traces(other)
            if left in known:
                continue
            known.add(left)
            pause(other)
            yield other, str(end)


def _telling(moments: tuple[str, ...]) -> list[int]:
    """The first moment, and each after which something is another than before."""
    return [1] + [
        mark
        for mark, what in enumerate(moments, start=1)
        if what in ("after a commit", "after SMTP dot") or what.startswith("after IMAP")
    ]


@pytest.mark.parametrize(("act", "share"), EVERY)
def test_killed_at_any_moment_it_is_done_once(
    robin: Approver, killing: Pass, act: Act, share: int
) -> None:
    """However a pass ends, the next ones finish what it began, and nothing is there twice."""
    moments, shares = len(_whole(killing, robin)), SHARES[act]
    marks = range(1 + moments * share // shares, 1 + moments * (share + 1) // shares)
    for left, killed in _cut_off(killing, robin, marks):
        with once_more(left) as other:
            recover(act, other, killed)
            check_end(act, other, killed)


@pytest.mark.parametrize("act", Act)
def test_killed_again_while_it_recovers(robin: Approver, killing: Pass, act: Act) -> None:
    """A recovery may be interrupted as well."""
    again = 0
    for left, killed in _cut_off(killing, robin, _telling(_whole(killing, robin))):
        for mark in range(1 + again % SECOND_STRIDE, 1000, SECOND_STRIDE):
            again += 5
            with once_more(left) as other:
                other.seeker.clock.moment += LATER
                end = _pass(killing, other, mark)
                if not end.killed:
                    break
                recover(act, other, f"{killed}, then {end}")
                check_end(act, other, f"{killed}, then {end}")


@pytest.mark.parametrize("act", Act)
def test_a_database_from_before_repeats_nothing(robin: Approver, killing: Pass, act: Act) -> None:
    """After a crash a backup is restored: what the mailbox tells to be done is not done again.

    A draft that was marked before it was handed over is asked about. One that was filed already is
    left in the approval folder, and mentioned there.
    """
    for left, killed in _cut_off(killing, robin, _telling(_whole(killing, robin))):
        with once_more(left, state=robin.seeker.state) as other:
            for _ in range(2):
                pass_by(other, killed)
                tell_truthfully(other)
            pass_by(other, killed)
            now = other.counts()
            assert {**now, FOLDER: 0} == act.ends_with, killed
            other.seeker.clock.moment += timedelta(days=1)
            pass_by(other, killed)
            assert other.counts() == now, killed


@pytest.mark.parametrize("act", [Act.SEND])
def test_a_database_from_before_the_handing_over(robin: Approver, killing: Pass, act: Act) -> None:
    """Killed between the message and its copy, and a backup restored: it may have been sent."""
    mark = _whole(killing, robin).index("after SMTP dot") + 3
    for left, killed in _cut_off(killing, robin, [mark]):
        with once_more(left, state=robin.seeker.state) as other:
            for _ in range(3):
                pass_by(other, killed)
                other.seeker.clock.moment += timedelta(hours=1)
            assert other.counts() == {"Drafts": 0, FOLDER: 1, "Sent": 0, "SMTP": 1}
            assert [draft.state for draft in drafts(other)] == [DraftState.UNCLEAR]


@pytest.mark.parametrize("act", [Act.QUEUE])
def test_a_server_that_is_still_at_the_append(robin: Approver, killing: Pass, act: Act) -> None:
    """Killed and started again at once: the draft may still be on its way into Drafts."""
    with once_more(robin) as other:
        _pass(killing, other, NEVER)
        [draft] = other.seeker.drafts()
    moments = _whole(killing, robin)
    unsaid = len(moments) - moments[::-1].index("before IMAP APPEND")
    with once_more(robin) as other:
        _pass(killing, other, unsaid)
        other.seeker.clock.moment += timedelta(minutes=1)
        other.seeker.once()
        assert other.seeker.drafts() == []
        other.seeker.mailbox.append("Drafts", draft.as_bytes(), b"\\Draft", b"\\Seen")
        recover(act, other, "right before the end of the APPEND")
        check_end(act, other, "right before the end of the APPEND")


@pytest.mark.parametrize("act", [Act.SEND])
def test_while_it_is_unclear_it_is_not_sent(robin: Approver, killing: Pass, act: Act) -> None:
    """Until the user tells, no pass sends it again, be it moved out and in meanwhile."""
    mark = _whole(killing, robin).index("after SMTP dot") + 1
    with once_more(robin) as other:
        end = _pass(killing, other, mark)
        sent = len(other.smtp.envelopes)
        pass_by(other, str(end))
        other.takes_back()
        pass_by(other, str(end))
        other.approves()
        pass_by(other, str(end))
        other.seeker.clock.moment += timedelta(days=2)
        other.seeker.once()
        assert [draft.state for draft in drafts(other)] == [DraftState.UNCLEAR]
        assert len(other.smtp.envelopes) == sent
        assert f"followupd sent {NUMBER}" in other.seeker.told("list").out
