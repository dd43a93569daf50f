"""Reading a mailbox that will not be read: what is told, what is passed over, what is not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Status
from followupd.service.intake import Intake
from followupd.service.opener import Opener
from followupd.service.passes import AccountPass
from tests.support.dovecot import PASSWORD
from tests.support.fakemailbox import FakeFolder
from tests.support.fakeserver import ALWAYS, FakeServer, answer
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from followupd.mailbox.responses import Fetched
    from followupd.reading.body import Body
    from followupd.service.intake import Place, Read
    from tests.support.fakeserver import Command, Session


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """An interview past its decision date, looked at once; a check-in comes at 09:00."""
    with FakeServer(password=PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 08:00")
        seeker.add((DANA,))
        seeker.once()
        yield seeker
        seeker.close()


def _refuse_fetching(scripted: ScriptedSeeker, uid: int, section: str) -> None:
    def refuse(session: Session, command: Command) -> None:
        is_it = str(uid) in str(command.arguments[0]).split(",") and session.selected == "INBOX"
        if is_it and section in str(command.arguments[1]):
            answer("NO [SERVERBUG] this message is corrupted")(session, command)
        else:
            session.carry_out(command)

    scripted.server.on("UID FETCH", refuse, times=ALWAYS)


def test_a_mail_the_server_cannot_hand_out_does_not_block_the_folder(
    scripted: ScriptedSeeker,
) -> None:
    """It is written down with its UID, and the answer behind it is read."""
    uid = scripted.server.deliver(b"Subject: broken\r\n\r\nx\r\n")
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    _refuse_fetching(scripted, uid, "HEADER")
    assert scripted.once() == []
    assert scripted.status(1) is Status.ANSWERED
    with scripted.world.store.look() as reading:
        assert [mail.uid for mail in reading.unreadable("personal")] == [uid]


def test_a_text_the_server_cannot_hand_out_does_not_hide_the_answer(
    scripted: ScriptedSeeker,
) -> None:
    """The headers alone say that Dana wrote."""
    raw = scripted.letter_from(DANA, "Good news").replace(
        b'text/plain; charset="utf-8"', b"multipart/mixed; boundary=x"
    )
    uid = scripted.server.deliver(raw)
    _refuse_fetching(scripted, uid, "BODY.PEEK[]")
    scripted.once()
    assert scripted.status(1) is Status.ANSWERED


def test_a_server_that_refuses_every_fetch_loses_no_mail(scripted: ScriptedSeeker) -> None:
    """That is trouble with the folder, not with its mail: it is read when it works again."""
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    scripted.server.on("UID FETCH", answer("NO [INUSE] later"), times=ALWAYS)
    assert scripted.once()
    scripted.server.forget_hooks()
    assert scripted.once() == []
    assert scripted.status(1) is Status.ANSWERED


def test_a_mail_that_trips_the_reading_does_not_block_the_folder(
    scripted: ScriptedSeeker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a mail makes the reading raise, only that mail is passed over, and not quoted."""
    honest = Intake.take

    def trip(self: Intake, fetched: Fetched, place: Place, body: Callable[[], Body | None]) -> Read:
        if b"poison" in fetched.raw:
            raise TypeError("a stranger's secret words")
        return honest(self, fetched, place, body)

    monkeypatch.setattr(Intake, "take", trip)
    scripted.receives(b"Subject: poison\r\n\r\nx\r\n")
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    assert scripted.once() == []
    assert scripted.status(1) is Status.ANSWERED
    with scripted.world.store.look() as reading:
        [mail] = reading.unreadable("personal")
    assert "secret" not in mail.reason


def test_mail_in_a_folder_made_since_the_last_look_is_found(scripted: ScriptedSeeker) -> None:
    """A new folder and a rule that files into it: the answer lies there before we first look."""
    folder = FakeFolder("Recruiting", uidvalidity=7_000)
    with scripted.server.lock:
        scripted.server.folders["Recruiting"] = folder
        folder.add(scripted.letter_from(DANA, "Good news"))
    scripted.at("2026-12-08 09:00")
    assert scripted.once() == []
    assert scripted.status(1) is Status.ANSWERED
    assert scripted.in_drafts() == []


def test_a_folder_made_while_a_pass_runs_is_looked_into_before_a_draft_is_laid(
    scripted: ScriptedSeeker,
) -> None:
    """The folders are listed once more immediately before the draft."""
    scripted.at("2026-12-08 09:00")
    connection = Opener(scripted.world.settings.accounts[0])()
    work = AccountPass(scripted.world, scripted.world.settings.accounts[0], connection)
    work.read()
    with scripted.server.lock:
        folder = scripted.server.folders["Recruiting"] = FakeFolder("Recruiting")
        folder.add(scripted.letter_from(DANA, "Good news"))
    work.act([1])
    connection.logout()
    assert scripted.in_drafts() == []
    assert scripted.status(1) is Status.ANSWERED


def test_a_server_that_gives_no_uidnext_in_status_hides_nothing(scripted: ScriptedSeeker) -> None:
    """The answer in another folder is found though STATUS does not tell of it."""
    scripted.receives(scripted.letter_from(DANA, "Good news"), "Trash")

    def poor(session: Session, command: Command) -> None:
        name = str(command.arguments[0])
        validity = scripted.server.folders[name].uidvalidity
        session.send(f'* STATUS "{name}" (MESSAGES 1 UIDVALIDITY {validity})\r\n'.encode())
        session.ok(command)

    scripted.server.on("STATUS", poor, times=ALWAYS)
    scripted.once()
    assert scripted.status(1) is Status.ANSWERED


@pytest.mark.parametrize("name", ["bad&2AA-", "Public/Others"])
def test_a_folder_that_never_opens_does_not_end_all_drafting(
    scripted: ScriptedSeeker, name: str
) -> None:
    """Somebody else's folder, or a name that is no name: new interviews get drafts all the same."""
    scripted.server.folders[name] = FakeFolder(name)

    def closed(session: Session, command: Command) -> None:
        if command.arguments[0] == name:
            answer("NO [NOPERM] not for you")(session, command)
        else:
            session.carry_out(command)

    scripted.server.on("EXAMINE", closed, times=ALWAYS)
    scripted.server.on("STATUS", closed, times=ALWAYS)
    scripted.at("2026-12-08 09:00")
    second = scripted.add((DANA,), company="Globex", role="Analyst")
    scripted.once()
    assert len(scripted.in_drafts()) == 1
    assert "personal" in scripted.history(second).searched
