"""The daily message laid into a real INBOX: once a day, whatever happens in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState
from followupd.errors import ConnectionLost, OutcomeUnknown
from followupd.service.digesting import Delivered, deliver, next_digest_at
from followupd.service.opener import Opener
from tests.support.killed import WARM_UP
from tests.support.killed_digest import deliveries
from tests.support.seeker import BERLIN, DANA

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from typing import Any

    from followupd.mailbox.connection import Connection
    from followupd.mailbox.responses import AppendUid
    from followupd.service.digesting import Delivery
    from tests.support.seeker import Seeker

DIGEST = '\n[digest]\nat = "08:00"\n'


@pytest.fixture
def seeker(seeker: Seeker) -> Seeker:
    """A job seeker with a digest at 08:00, to whom somebody owes an answer since Fri 4 Dec."""
    seeker.extra = DIGEST
    seeker.at("2026-12-08 07:00")
    seeker.add((DANA,))
    return seeker


def digests(seeker: Seeker) -> list[EmailMessage]:
    """The digests in INBOX."""
    return [m for _, m in seeker.lying_in("INBOX") if str(m["From"]).startswith("followupd")]


def delivered(seeker: Seeker, opener: Callable[[], Connection] | None = None) -> Delivery:
    return deliver(seeker.world, seeker.state, opener=opener)


def test_the_digest_lies_unread_in_inbox_from_and_to_the_user(seeker: Seeker) -> None:
    """Marked as a machine's, with the day in its subject."""
    seeker.at("2026-12-08 08:00")
    assert delivered(seeker).outcome is Delivered.PLACED
    [mail] = digests(seeker)
    assert mail["From"] == "followupd <robin@example.org>"
    assert mail["To"] == "Robin Doe <robin@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"].startswith("Follow-ups, Tuesday 8 December")
    assert mail["Date"] == "Tue, 08 Dec 2026 08:00:00 +0100"
    assert "Acme, Backend Engineer: the last word was on Tuesday 1 December" in mail.get_content()
    client = seeker.mailbox.looking
    client.select_folder("INBOX", readonly=True)
    [flags] = client.get_flags(client.search()).values()
    assert b"\\Seen" not in flags


def test_there_is_one_a_day(seeker: Seeker) -> None:
    """Not before its time, not twice, and again the next day, with another Message-ID."""
    seeker.at("2026-12-08 07:59")
    assert delivered(seeker).outcome is Delivered.NOT_DUE
    seeker.at("2026-12-08 21:00")
    first = delivered(seeker)
    assert first.outcome is Delivered.PLACED
    assert first.again_at == datetime(2026, 12, 9, 8, tzinfo=BERLIN)
    assert delivered(seeker).outcome is Delivered.ALREADY
    seeker.at("2026-12-09 08:00")
    assert delivered(seeker).outcome is Delivered.PLACED
    first_mail, second_mail = digests(seeker)
    assert first_mail["Message-ID"] != second_mail["Message-ID"]


def test_a_day_with_nothing_to_say_is_over_with_that(seeker: Seeker) -> None:
    """What happens later that day is told the next morning."""
    seeker.told("close", "1")
    seeker.at("2026-12-09 08:00")
    assert delivered(seeker).outcome is Delivered.PLACED
    seeker.at("2026-12-10 08:00")
    quiet = delivered(seeker)
    assert quiet.outcome is Delivered.NOTHING
    assert quiet.again_at == datetime(2026, 12, 11, 8, tzinfo=BERLIN)
    seeker.add((DANA,), held="2026-11-20 10:00", decision="2026-11-27")
    assert delivered(seeker).outcome is Delivered.NOT_DUE
    assert len(digests(seeker)) == 1


def test_our_own_reader_takes_it_for_nothing(seeker: Seeker) -> None:
    """It is neither an answer nor a mail by hand, in the inbox as in any other folder."""
    seeker.once()
    seeker.at("2026-12-08 08:00")
    delivered(seeker)
    before = seeker.kinds(1)
    seeker.at("2026-12-08 08:01")
    assert seeker.once() == []
    [(uid, _)] = seeker.lying_in("INBOX")
    client = seeker.mailbox.looking
    client.select_folder("INBOX")
    client.move([uid], "Sent")
    seeker.once()
    assert seeker.kinds(1) == before
    with seeker.world.store.look() as reading:
        assert reading.suggestions() == ()
        assert reading.unreadable("personal") == ()


def test_a_digest_that_is_there_already_is_not_laid_again(seeker: Seeker) -> None:
    """A database restored from a backup does not know that it laid it."""
    seeker.at("2026-12-08 08:00")
    delivered(seeker)
    seeker.close()
    (seeker.state / "followupd.db").unlink()
    seeker.add((DANA,))
    assert delivered(seeker).outcome is Delivered.PLACED
    assert len(digests(seeker)) == 1


def test_other_mail_stays_as_it_is(seeker: Seeker) -> None:
    """No flag of any mail changes."""
    seeker.receives(seeker.letter_from(DANA, "Something"))
    client = seeker.mailbox.looking
    client.select_folder("INBOX")
    [uid] = client.search()
    client.set_flags([uid], [b"\\Flagged"])
    seeker.at("2026-12-08 08:00")
    assert delivered(seeker).outcome is Delivered.PLACED
    client.select_folder("INBOX", readonly=True)
    assert set(client.get_flags([uid])[uid]) - {b"\\Recent"} == {b"\\Flagged"}


# ---- when something breaks


class Breaking:
    """A connection that breaks at its APPEND: before the server has it, or right after."""

    def __init__(self, connection: Connection, *, carried_out: bool) -> None:
        self._connection = connection
        self._carried_out = carried_out

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def append(self, *arguments: Any) -> AppendUid | None:
        """Nobody knows what became of it."""
        if self._carried_out:
            self._connection.append(*arguments)
        self._connection.close()
        raise OutcomeUnknown("the connection broke during APPEND")


def breaking(seeker: Seeker, *, carried_out: bool) -> Any:
    """An opener of connections that break."""
    account = seeker.world.settings.account("personal")
    return lambda: Breaking(Opener(account)(), carried_out=carried_out)


@pytest.mark.parametrize("carried_out", [True, False])
def test_an_unclear_append_is_looked_up_and_not_repeated_blindly(
    seeker: Seeker, *, carried_out: bool
) -> None:
    """Within five minutes the server may still be at it; then it is there, or laid once more."""
    seeker.at("2026-12-08 08:00")
    unclear = delivered(seeker, breaking(seeker, carried_out=carried_out))
    assert unclear.outcome is Delivered.UNCLEAR
    assert unclear.again_at == datetime(2026, 12, 8, 8, 5, tzinfo=BERLIN)
    assert "digest, since Tue 8 Dec, 08:00" in seeker.told("list").out
    seeker.at("2026-12-08 08:02")
    early = delivered(seeker)
    assert early.outcome is (Delivered.ALREADY if carried_out else Delivered.UNCLEAR)
    seeker.at("2026-12-08 08:05")
    late = delivered(seeker)
    assert late.outcome is (Delivered.ALREADY if carried_out else Delivered.PLACED)
    assert len(digests(seeker)) == 1
    assert "digest, since" not in seeker.told("list").out


def test_a_digest_read_and_thrown_away_meanwhile_is_not_laid_again(seeker: Seeker) -> None:
    """Its UID is gone, which tells that something came after all."""
    seeker.at("2026-12-08 08:00")
    delivered(seeker, breaking(seeker, carried_out=True))
    client = seeker.mailbox.looking
    client.select_folder("INBOX")
    client.delete_messages(client.search())
    client.expunge()
    seeker.at("2026-12-08 09:00")
    assert delivered(seeker).outcome is Delivered.ALREADY
    assert digests(seeker) == []


def test_a_mailbox_that_cannot_be_reached_is_tried_again_and_told(seeker: Seeker) -> None:
    """Nothing is lost: the digest comes when the mailbox is back."""

    def lost() -> Connection:
        raise ConnectionLost("localhost:993: cannot connect (no route to host)")

    seeker.at("2026-12-08 08:00")
    failed = delivered(seeker, lost)
    assert failed.outcome is Delivered.FAILED
    assert failed.again_at == datetime(2026, 12, 8, 8, 10, tzinfo=BERLIN)
    world = seeker.world
    assert next_digest_at(world.settings, world.store, seeker.clock.now()) == failed.again_at
    assert "digest, since Tue 8 Dec, 08:00: localhost:993" in seeker.told("list").out
    seeker.at("2026-12-08 08:20")
    assert delivered(seeker, lost).outcome is Delivered.FAILED
    assert "since Tue 8 Dec, 08:00: localhost" in seeker.told("list").out
    seeker.at("2026-12-08 08:30")
    assert delivered(seeker).outcome is Delivered.PLACED
    assert "digest, since" not in seeker.told("list").out


def test_what_could_not_be_delivered_one_day_is_told_the_next(seeker: Seeker) -> None:
    """An answer of Monday is news on Wednesday where Tuesday's digest never came."""
    seeker.at("2026-12-07 08:00")
    assert delivered(seeker).outcome is Delivered.PLACED
    seeker.receives(seeker.letter_from(DANA, "Your application", body="We offer you the job.\n"))
    seeker.at("2026-12-07 12:00")
    seeker.once()

    def lost() -> Connection:
        raise ConnectionLost("localhost:993: cannot connect")

    seeker.at("2026-12-08 08:00")
    assert delivered(seeker, lost).outcome is Delivered.FAILED
    seeker.at("2026-12-09 08:00")
    assert delivered(seeker).outcome is Delivered.PLACED
    assert "NEW ANSWERS" in digests(seeker)[-1].get_content()


def test_a_digest_by_hand_counts_as_today_s(seeker: Seeker) -> None:
    """It comes at once, before its time, and then not again."""
    said = seeker.told("digest", "--send").out
    assert "The digest of Tue 8 Dec lies in the INBOX of robin@example.org." in said
    assert "Wed 9 Dec, 08:00" in said
    seeker.at("2026-12-08 08:00")
    assert delivered(seeker).outcome is Delivered.ALREADY
    assert seeker.says("digest", "--send").code == 1
    assert len(digests(seeker)) == 1


@pytest.mark.every_moment
def test_killed_between_every_two_steps_it_still_comes_once(seeker: Seeker) -> None:
    """Each day the process is killed one moment later; then it is left alone."""
    day = datetime(2026, 12, 8, 8, tzinfo=BERLIN).astimezone(UTC)
    died = 0
    seeker.close()
    with deliveries(seeker.config, seeker.state) as deliver_once:
        assert deliver_once(WARM_UP, day) == "placed"
        for mark in range(1, 100):
            now = day + timedelta(days=mark)
            answer = deliver_once(mark, now)
            died += answer == "killed"
            assert deliver_once(0, now + timedelta(minutes=6)) in ("placed", "already placed")
            assert len(digests(seeker)) == 1 + mark
            if answer != "killed":
                break
        assert deliver_once(0, now + timedelta(hours=1)) == "already placed"
    assert answer == "placed"
    assert died > 10
    assert all(d.state is not DraftState.SENT for d in seeker.history(1).drafts)
