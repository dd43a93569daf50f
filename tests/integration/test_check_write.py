"""`check --write`: a draft laid and taken back, whatever comes in between, and never a second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.cli.checks.line import Wall
from followupd.cli.checks.writing import BODY, SUBJECT, Writer
from followupd.config import load
from followupd.mailbox.folders import find_folders
from followupd.service.clock import SystemClock
from followupd.service.setup import account_lock
from tests.support.checked import checked
from tests.support.cli import Shell
from tests.support.dovecot import ONLY_THE_STANDARD, PASSWORD, Dovecot
from tests.support.fakeserver import PASSWORD as FAKE_PASSWORD
from tests.support.fakeserver import answer, carried_out_then_hang_up
from tests.support.killed_check import tries
from tests.support.mailbox_config import mailbox_config

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.checked import Checked, Row
    from tests.support.fakeserver import FakeServer
    from tests.support.usermailbox import UserMailbox

pytestmark = pytest.mark.dovecot

THEIRS = b"From: robin@example.org\r\nTo: dana@acme.example\r\nSubject: my own\r\n\r\nmine\r\n"
LEFT = (
    "Message-ID: <followupd-check-0123456789abcdef@example.org>\r\n"
    "From: Robin Doe <robin@example.org>\r\nTo: Robin Doe <robin@example.org>\r\n"
    f"Subject: {SUBJECT}\r\nMIME-Version: 1.0\r\n"
    'Content-Type: text/plain; charset="utf-8"\r\n\r\n' + BODY.replace("\n", "\r\n")
).encode()


@pytest.fixture
def shell(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mailbox: UserMailbox,
) -> Shell:
    """A command line whose account is an empty mailbox over TLS, at the time it really is."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.configure(
        mailbox_config(
            port=mailbox.imap.port,
            username=mailbox.name,
            ca_file=mailbox.imap.ca_file,
        )
    )
    shell.clock.moment = datetime.now(UTC)
    return shell


def in_drafts(mailbox: UserMailbox) -> list[str]:
    """The subjects of what lies in Drafts, marked as deleted or not."""
    mailbox.looking.select_folder("Drafts", readonly=True)
    uids = mailbox.looking.search("ALL")
    key = b"BODY[HEADER.FIELDS (SUBJECT)]"
    found = mailbox.looking.fetch(uids, ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"]) if uids else {}
    return [found[uid][key].decode().strip().removeprefix("Subject: ") for uid in uids]


def draft_line(shell: Shell) -> Row:
    """What is said of the draft."""
    return checked(shell, "--write")["personal: draft"]


def test_a_draft_is_laid_found_and_taken_back_and_the_clocks_compared(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """The user's own draft stays, and without `--write` nothing is laid at all."""
    mailbox.append("Drafts", THEIRS, b"\\Draft")
    assert "personal: draft" not in checked(shell)
    uidnext = mailbox.open().status("Drafts").uidnext
    found = checked(shell, "--write")
    assert found.failed() == set()
    assert found["personal: draft"].detail.startswith(
        "laid into Drafts, found again by its Message-ID, and taken back"
    )
    assert found["personal: server's clock"].state == "ok"
    assert mailbox.open().status("Drafts").uidnext == uidnext + 1
    assert in_drafts(mailbox) == ["my own"]


def test_a_clock_that_is_wrong_is_seen_by_what_the_server_stamps(shell: Shell) -> None:
    """An hour is told; which of the two is wrong nobody can know."""
    shell.clock.moment = datetime.now(UTC) + timedelta(hours=1)
    line = checked(shell, "--write")["personal: server's clock"]
    assert line.state == "warning"
    assert "minutes behind this machine's" in line.detail


@pytest.mark.every_moment
def test_killed_at_any_moment_it_never_leaves_two_and_the_next_try_clears_up(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """Killed again and again, each time one moment later, until it gets through."""
    mailbox.append("Drafts", THEIRS, b"\\Draft")
    state = shell.database.parent
    state.mkdir(parents=True)
    seen, left = [], 0
    with tries(shell.config, state) as one:
        for mark in range(1, 80):
            said = one(mark)
            subjects = in_drafts(mailbox)
            assert subjects.count(SUBJECT) <= 1, said
            assert subjects.count("my own") == 1, said
            left += subjects.count(SUBJECT)
            if said.startswith("lived"):
                break
            assert said.startswith("killed "), said
            seen.append(said)
        assert said.startswith("lived ok: laid into Drafts"), said
    assert {"killed after IMAP APPEND", "killed after IMAP UID STORE"} <= set(seen)
    assert left > 3
    assert in_drafts(mailbox) == ["my own"]


def test_what_an_earlier_try_left_is_removed_also_where_it_is_marked_already(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """As a try that was killed leaves it: laid, or laid and marked."""
    mailbox.append("Drafts", LEFT, b"\\Draft", b"\\Seen")
    marked = LEFT.replace(b"0123456789abcdef", b"0123456789abcde0")
    mailbox.append("Drafts", marked, b"\\Draft", b"\\Seen", b"\\Deleted")
    assert draft_line(shell).state == "ok"
    assert in_drafts(mailbox) == []


@pytest.mark.parametrize(
    ("raw", "flags"),
    [
        (LEFT.replace(b"This draft", b"Dear Dana, this draft"), (b"\\Draft", b"\\Seen")),
        (LEFT.replace(b"To: Robin Doe <robin", b"To: Dana <dana"), (b"\\Draft", b"\\Seen")),
        (LEFT.replace(b"\r\nSubject", b", dana@acme.example\r\nSubject"), (b"\\Draft", b"\\Seen")),
        (LEFT.replace(b"MIME", b"Cc: dana@acme.example\r\nMIME"), (b"\\Draft", b"\\Seen")),
        (LEFT, (b"\\Draft", b"\\Seen", b"\\Flagged")),
    ],
)
def test_one_that_the_user_has_changed_stays_and_no_other_is_laid(
    shell: Shell, mailbox: UserMailbox, raw: bytes, flags: tuple[bytes, ...]
) -> None:
    """It is theirs now; they are told how to find it."""
    mailbox.append("Drafts", raw, *flags)
    line = draft_line(shell)
    assert line.state == "warning"
    assert "changed since" in line.detail
    assert SUBJECT in line.advice
    assert in_drafts(mailbox) == [SUBJECT]


def test_while_a_pass_is_at_work_nothing_is_laid(
    shell: Shell, mailbox: UserMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that write at once could take each other's drafts for the user's."""
    monkeypatch.setattr("followupd.cli.checks.writing._LOCK_SECONDS", 0.2)
    state = shell.database.parent
    state.mkdir(parents=True)
    with account_lock(state, "personal", lambda: True):
        line = draft_line(shell)
    assert line.state == "warning"
    assert "another followupd was at work" in line.detail
    assert in_drafts(mailbox) == []


def test_a_server_that_can_remove_no_single_message_gets_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could not be taken back is not laid."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    with Dovecot(extra=ONLY_THE_STANDARD) as server:
        shell.configure(
            mailbox_config(
                port=server.ports.imaps,
                username="robin",
                ca_file=server.ca_file,
            )
        )
        line = draft_line(shell)
        drafts = server.doveadm("fetch", "-u", "robin", "uid", "mailbox", "Drafts")
    assert line.state == "warning"
    assert "not tried" in line.detail
    assert drafts == ""


def test_where_the_state_folder_cannot_be_used_nothing_is_laid(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """There is no way then to keep a pass off the account."""
    settings = load(shell.config)
    (account,) = settings.accounts
    clock = SystemClock()
    connection = mailbox.open()
    roles = find_folders(connection.folders(), account.imap)
    wall = Wall(clock.now(), settings.user.timezone)
    writer = Writer(account, settings.user, connection, roles, clock, wall)
    for state in (None, shell.folder / "no" / "such"):
        (line,) = writer.checks(state)
        assert line.state == "failed"
        assert line.advice
    assert in_drafts(mailbox) == []


def test_no_password_is_in_what_a_try_prints(shell: Shell) -> None:
    """Neither as lines nor as JSON."""
    result = shell.run("check", "--write")
    assert PASSWORD not in result.out + result.err
    assert "ok: personal: draft" in result.out


def on_a_scripted_server(
    shell: Shell, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> Checked:
    """Try it on a server that goes wrong as the test has said."""
    monkeypatch.setenv("SCRIPTED", FAKE_PASSWORD)
    shell.configure(
        mailbox_config(
            port=server.imap.port, username="robin", ca_file="", password='{ env = "SCRIPTED" }'
        )
        .replace('ca_file = ""', 'security = "none"')
        .replace("localhost", "127.0.0.1")
    )
    return checked(shell, "--write")


def test_a_connection_that_breaks_at_the_append_says_what_clears_up(
    shell: Shell, fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it lies there nobody knows; the next try removes it and goes through."""
    fake_server.on("APPEND", carried_out_then_hang_up)
    line = on_a_scripted_server(shell, fake_server, monkeypatch)["personal: draft"]
    assert line.state == "failed"
    assert "may or may not" in line.detail
    assert "`followupd check --write personal`" in line.advice
    again = on_a_scripted_server(shell, fake_server, monkeypatch)
    assert again["personal: draft"].state == "ok"
    assert len(fake_server.folders["Drafts"].messages) == 0


def test_a_server_without_room_is_told_in_its_words(
    shell: Shell, fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was laid; the rest of the account is told all the same."""
    fake_server.on("APPEND", answer("NO [OVERQUOTA] no room"))
    found = on_a_scripted_server(shell, fake_server, monkeypatch)
    assert found.failed() == {"personal: draft"}
    assert "OVERQUOTA" in found["personal: draft"].detail
    assert found["personal: mail"].state == "ok"
