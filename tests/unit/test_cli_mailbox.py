"""`check` and `once` against a real mail server."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import pytest
import structlog

from followupd.cli import logs
from tests.support.cli import Shell
from tests.support.dovecot import PASSWORD
from tests.support.mailbox_config import mailbox_config
from tests.support.usermailbox import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.usermailbox import UserMailbox


@pytest.fixture
def shell(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mailbox: UserMailbox,
) -> Iterator[Shell]:
    """A command line whose account is an empty mailbox over TLS."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.configure(
        mailbox_config(
            port=mailbox.imap.port,
            username=mailbox.name,
            ca_file=mailbox.imap.ca_file,
        )
    )
    umask = os.umask(0o077)
    yield shell
    os.umask(umask)
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, logs.Forwarder)]:
        root.removeHandler(handler)


def test_check_finds_everything_in_order_on_a_real_server(shell: Shell) -> None:
    """TLS with the end of its certificate, capabilities and folders; nothing failed."""
    result = shell.run("check", "--json")
    assert result.code == 0, result.out
    details = {each["check"]: each["detail"] for each in result.json}
    assert details["personal: TLS"].startswith("TLSv1.")
    assert "the certificate is for localhost, 127.0.0.1" in details["personal: TLS"]
    assert "IDLE" in details["personal: server"]
    assert details["personal: login"].endswith(", by LOGIN")
    for role in ("Drafts", "Sent", "Trash"):
        said = details[f"personal: {role.lower()} folder"]
        assert said == f"{role}, as the server marks it; 0 messages"
    assert details["personal: mail"] == "the INBOX is empty; followupd has not looked yet"


def test_check_says_that_a_password_was_refused(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user name and the key are named, the password is not."""
    monkeypatch.setenv(PASSWORD_VARIABLE, f"not-{PASSWORD}-hunter2")
    result = shell.run("check", "--json")
    assert result.code == 1
    assert (result.json[-1]["check"], result.json[-1]["state"]) == ("personal: login", "failed")
    assert "imap.password" in result.json[-1]["detail"]
    assert "followupd login personal" in result.json[-1]["advice"]
    assert "hunter2" not in result.out + result.err


def test_once_lays_the_due_draft_once_and_says_so(shell: Shell, mailbox: UserMailbox) -> None:
    """Run it three times, count one; then it is nothing new."""
    shell.add("--recruiter", "Dana Fox <dana@acme.example>", held="2026-12-01 07:00")
    first = shell.did("once")
    assert "laid into Drafts: thank-you to Dana Fox" in first.out
    assert "1 draft in Drafts" in first.out
    assert "check-in to Dana Fox" in first.out
    assert "Nothing new." in shell.did("once").out
    assert shell.did("once", "--json").json == {"failures": [], "events": []}
    assert mailbox.open().examine("Drafts").exists == 1
    listed = shell.did("list").out
    assert "thank-you to Dana Fox waits in Drafts" in " ".join(listed.split())
    assert "mail has not been looked at" not in listed


WITH_APPROVAL = """{config}
[accounts.smtp]
host = "localhost"
port = 9
security = "none"
[accounts.approval]
folder = "{folder}"
{more}
"""


def approval_check(shell: Shell, folder: str, more: str = "") -> tuple[str, str]:
    """What `check` says of an approval folder of that name: the state, and the words."""
    config = shell.config.read_text().split("\n[accounts.smtp]")[0]
    shell.configure(WITH_APPROVAL.format(config=config, folder=folder, more=more))
    checks = {each["check"]: each for each in shell.run("check", "--json").json}
    found = checks["personal: approval folder"]
    return found["state"], "; ".join(filter(None, (found["detail"], found["advice"])))


def test_check_says_that_an_approval_folder_is_missing_and_makes_none(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """The user makes it; one of a like name may be meant."""
    state, said = approval_check(shell, "Followups/Send")
    assert state == "failed"
    assert said == "there is no folder Followups/Send; create it in your mail program"
    mailbox.looking.create_folder("Followups")
    mailbox.looking.create_folder("Followups/Sent")
    state, said = approval_check(shell, "Followups/Send")
    assert state == "failed"
    assert said.endswith("did you mean Followups/Sent?")
    assert not mailbox.looking.folder_exists("Followups/Send")


def test_check_says_what_becomes_of_a_draft_in_the_approval_folder(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """And of the copy of it; nothing is sent to try it."""
    mailbox.looking.create_folder("Followups")
    mailbox.looking.create_folder("Followups/Send")
    sent = "a draft that you move into Followups/Send is sent within sending hours"
    state, said = approval_check(shell, "Followups/Send")
    assert (state, said) == ("ok", f"{sent}; a copy is laid into Sent")
    state, said = approval_check(shell, "Followups/Send", "copy_to_sent = false")
    assert (state, said) == ("ok", f"{sent}; no copy is laid into Sent")


@pytest.mark.parametrize("folder", ["Drafts", "Sent", "Trash"])
def test_check_refuses_an_approval_folder_that_serves_something_else(
    shell: Shell, folder: str
) -> None:
    """Whatever is laid into Drafts would be sent."""
    state, said = approval_check(shell, folder)
    assert state == "failed"
    assert folder in said
    assert "accounts[].approval.folder" in said


def test_check_tries_the_server_that_sends(shell: Shell) -> None:
    """There is none at that port; its check is there beside that of the folder."""
    approval_check(shell, "Followups/Send")
    checks = {each["check"]: each for each in shell.run("check", "--json").json}
    assert checks["personal: SMTP connection"]["state"] == "failed"
    assert "localhost:9" in checks["personal: SMTP connection"]["detail"]


def test_once_says_what_becomes_of_an_approved_draft(shell: Shell, mailbox: UserMailbox) -> None:
    """Moved into the folder on a Friday evening, it is seen there and waits for Monday."""
    mailbox.looking.create_folder("Followups")
    mailbox.looking.create_folder("Followups/Send")
    approval_check(shell, "Followups/Send")
    shell.add("--recruiter", "Dana Fox <dana@acme.example>", held="2026-12-04 14:00")
    shell.at("2026-12-04 16:30")
    shell.did("once")
    mailbox.looking.select_folder("Drafts")
    mailbox.looking.move(mailbox.looking.search(), "Followups/Send")
    shell.at("2026-12-04 18:00")
    out = " ".join(shell.did("once").out.split())
    assert "you approved thank-you to Dana Fox, moved into Followups/Send" in out
    assert "thank-you to Dana Fox is approved: it goes out on Mon 7 Dec, 09:00" in out
    assert "in Drafts: send, or delete" not in out
