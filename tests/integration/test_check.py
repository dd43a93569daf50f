"""`check` against real servers: what is wrong with one is told in words, with what to do."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from followupd.cli.checking import everything
from followupd.config import load
from tests.support.checked import checked
from tests.support.cli import Shell
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.fakeserver import PASSWORD as FAKE_PASSWORD
from tests.support.mailserver import Folders
from tests.support.smtpserver import SmtpServer
from tests.support.usermailbox import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.authority import Authority
    from tests.support.fakeserver import FakeServer
    from tests.support.usermailbox import UserMailbox

pytestmark = pytest.mark.dovecot

USER = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
holidays = "DE-BE"
"""

ACCOUNT = """
[[accounts]]
name = "{name}"
address = "robin@example.org"
[accounts.imap]
host = "{host}"
port = {port}
username = "{username}"
password = {{ env = "{variable}" }}
{more}
"""


def account(
    port: int,
    *,
    name: str = "personal",
    host: str = "localhost",
    username: str = "robin",
    variable: str = PASSWORD_VARIABLE,
    more: str = "",
) -> str:
    """The section of one account."""
    return ACCOUNT.format(
        name=name, host=host, port=port, username=username, variable=variable, more=more
    )


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line without an account yet."""
    return Shell.make(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Dovecot]]:
    """Servers whose certificate is for another host, or over."""
    with Dovecot(certificate="wrong_name") as elsewhere, Dovecot(certificate="expired") as over:
        yield {"wrong name": elsewhere, "expired": over}


def test_a_sound_account_is_ok_from_the_password_to_the_newest_mail(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """Each folder says how it was found and what is in it."""
    mailbox.deliver(b"From: dana@acme.example\r\nSubject: hello\r\n\r\nhello\r\n")
    more = f'ca_file = "{mailbox.imap.ca_file}"\ntrash = "Trash"'
    shell.configure(USER + account(mailbox.imap.port, username=mailbox.name, more=more))
    found = checked(shell)
    assert found.failed() == set()
    assert found["personal: password"].detail == f"it is in the variable ${PASSWORD_VARIABLE}"
    assert re.fullmatch(
        r"addresses of localhost: [12] by IPv[46].*, told within \d+ ms",
        found["personal: DNS"].detail,
    )
    where = f"localhost:{mailbox.imap.port}"
    assert found["personal: connection"].detail.startswith(f"{where} answers, over IPv")
    assert "trusted since imap.ca_file says so" in found["personal: TLS"].detail
    assert found["personal: login"].detail == f"{mailbox.name} at {where}, by LOGIN"
    assert found["personal: drafts folder"].detail.startswith("Drafts, as the server marks it; 0")
    assert found["personal: trash folder"].detail.startswith("Trash, as you configured it; 0")
    assert found["personal: watched folder INBOX"].detail.endswith("; 1 message")
    assert "the newest in the INBOX came " in found["personal: mail"].detail
    assert "followupd has not looked yet" in found["personal: mail"].detail
    assert "personal: draft" not in found


def test_when_followupd_looked_last_is_told_and_what_kept_it(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """After a pass it says when; after one that failed also why."""
    more = f'ca_file = "{mailbox.imap.ca_file}"'
    sound = USER + account(mailbox.imap.port, username=mailbox.name, more=more)
    shell.configure(sound)
    shell.did("once")
    assert "followupd last looked Tue 1 Dec, 10:00" in checked(shell)["personal: mail"].detail
    shell.configure(USER + account(1, username=mailbox.name, more=more))
    shell.at("2026-12-01 11:00")
    shell.run("once")
    shell.configure(sound)
    line = checked(shell)["personal: mail"]
    assert line.state == "warning"
    assert "followupd last looked Tue 1 Dec, 10:00" in line.detail
    assert "What kept it since Tue 1 Dec, 11:00: localhost:1" in line.detail


@pytest.mark.parametrize("trouble", ["wrong name", "expired"])
def test_a_certificate_that_is_not_valid_is_told_before_any_password_leaves(
    shell: Shell, troubled: dict[str, Dovecot], trouble: str
) -> None:
    """The server is there; the line about TLS says what is wrong with it."""
    server = troubled[trouble]
    shell.configure(USER + account(server.ports.imaps, more=f'ca_file = "{server.ca_file}"'))
    found = checked(shell)
    assert found.failed() == {"personal: TLS"}
    assert found["personal: connection"].state == "ok"
    says = {"wrong name": "mail.elsewhere.example", "expired": "expired"}[trouble]
    assert says in found["personal: TLS"].detail
    assert "personal: login" not in found


def test_a_certificate_nobody_known_has_signed_is_told_with_the_key_for_it(
    shell: Shell, dovecot: Dovecot
) -> None:
    """Without `ca_file` the server's own authority is unknown."""
    shell.configure(USER + account(dovecot.ports.imaps))
    found = checked(shell)
    assert found.failed() == {"personal: TLS"}
    assert "imap.ca_file" in found["personal: TLS"].detail
    shell.configure(USER + account(dovecot.ports.imaps, more='ca_file = "/no/such/file.pem"'))
    found = checked(shell)
    assert found.failed() == {"personal: TLS"}
    assert "/no/such/file.pem" in found["personal: TLS"].detail


def test_starttls_is_looked_at_as_well(shell: Shell, mailbox: UserMailbox) -> None:
    """Its certificate is told like that of a server that speaks TLS at once."""
    more = f'ca_file = "{mailbox.imap.ca_file}"\nsecurity = "starttls"'
    port = mailbox.server.ports.imap
    shell.configure(USER + account(port, username=mailbox.name, more=more))
    found = checked(shell)
    assert found.failed() == set()
    assert found["personal: TLS"].detail.startswith("TLSv1.")


def test_a_connection_in_clear_text_is_a_warning_though_it_is_to_this_machine(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """It is allowed to loopback and nowhere else."""
    port = mailbox.server.ports.imap
    shell.configure(
        USER + account(port, host="127.0.0.1", username=mailbox.name, more='security = "none"')
    )
    found = checked(shell)
    assert found.failed() == set()
    assert found["personal: TLS"].state == "warning"
    assert found["personal: DNS"].detail == "127.0.0.1 is an address; nothing is to be looked up"


def test_a_host_that_does_not_exist_and_a_port_nobody_listens_on_are_told_apart(
    shell: Shell,
) -> None:
    """Both accounts are tried, and each says what to look at."""
    shell.configure(USER + account(993, name="away", host="mail.invalid") + account(9, name="shut"))
    found = checked(shell)
    assert found.failed() == {"away: DNS", "shut: connection"}
    assert "mail.invalid" in found["away: DNS"].detail
    assert "localhost:9" in found["shut: connection"].detail
    assert found["shut: connection"].account == "shut"
    accounts = [row.account for row in found.rows.values() if row.account]
    assert accounts == sorted(accounts)  # as they are configured, whichever was done first


def test_a_wrong_password_fails_the_login_and_nothing_before_it(
    shell: Shell, mailbox: UserMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server that is well is told to be well; the password is not told."""
    monkeypatch.setenv("WRONG", "hunter2-and-more")
    more = f'ca_file = "{mailbox.imap.ca_file}"'
    port = mailbox.imap.port
    shell.configure(USER + account(port, username=mailbox.name, variable="WRONG", more=more))
    found = checked(shell, secrets=("hunter2-and-more", PASSWORD))
    assert found.failed() == {"personal: login"}
    assert mailbox.name in found["personal: login"].detail


def test_folders_that_cannot_be_found_are_named_with_those_there_are(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """A configured one that is missing fails; the rest of the account is tried all the same."""
    more = f'ca_file = "{mailbox.imap.ca_file}"\ndrafts = "Draughts"'
    shell.configure(USER + account(mailbox.imap.port, username=mailbox.name, more=more))
    found = checked(shell)
    assert found.failed() == {"personal: folders"}
    assert "Draughts" in found["personal: folders"].detail
    assert "imap.drafts" in found["personal: folders"].detail


def test_a_server_that_marks_nothing_has_its_folders_found_by_their_names(shell: Shell) -> None:
    """And what cannot be found at all is a warning that says what follows from it."""
    folders = Folders(drafts="Entwürfe", sent="Verschickt", trash="Papierkorb")
    with Dovecot(folders=folders, special_use=False) as server:
        shell.configure(USER + account(server.ports.imaps, more=f'ca_file = "{server.ca_file}"'))
        found = checked(shell)
    assert found.failed() == set()
    assert found["personal: drafts folder"].detail == "Entwürfe, by its name; 0 messages"
    assert found["personal: trash folder"].detail == "Papierkorb, by its name; 0 messages"
    missing = found["personal: sent folder"]
    assert missing.state == "warning"
    assert "what you send cannot be seen" in missing.detail
    assert "imap.sent" in missing.advice


def test_what_a_server_lacks_is_told_with_what_follows(
    shell: Shell, fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bare server works, with warnings."""
    monkeypatch.setenv("FAKE", FAKE_PASSWORD)
    fake_server.capabilities = "IMAP4rev1"
    settings = fake_server.imap
    shell.configure(
        USER
        + account(
            settings.port,
            host="127.0.0.1",
            username=settings.username,
            variable="FAKE",
            more='security = "none"',
        )
    )
    found = checked(shell, secrets=())
    lines = [each for each in shell.run("check", "--json").json if each["state"] == "warning"]
    lacking = [each["detail"] for each in lines if each["check"] == "personal: server"]
    assert [said.partition(":")[0] for said in lacking] == ["no IDLE", "no UIDPLUS"] + (
        ["no SPECIAL-USE"] if len(lacking) == 3 else []
    )
    assert "you have to delete it" in lacking[1]
    assert found["personal: server"].state == "warning"


def test_limits_that_were_set_are_told_and_the_usual_ones_are_not(shell: Shell) -> None:
    """What followupd keeps to by itself needs no line."""
    limits = '[accounts.limits]\nconnections = 1\nlook_every = "2 minutes"\n'
    shell.configure(USER + account(9, name="plain") + account(9, name="slow") + limits)
    found = checked(shell)
    assert "plain: limits" not in found
    assert "at most 1 connection at once" in found["slow: limits"].detail
    assert "a look every 120 seconds" in found["slow: limits"].detail


def test_an_unknown_account_is_a_usage_error_that_names_those_there_are(shell: Shell) -> None:
    """Nothing is tried; a known one is tried alone."""
    shell.configure(USER + account(9, name="first") + account(9, name="second"))
    result = shell.run("check", "frist")
    assert result.code == 2
    assert 'did you mean "first"?' in result.err
    assert result.out == ""
    found = checked(shell, "second")
    assert {row.account for row in found.rows.values()} == {"", "second"}


WITH_SMTP = """
[accounts.smtp]
host = "localhost"
port = {port}
security = "{security}"
{more}
"""


def with_smtp(mailbox: UserMailbox, port: int, security: str = "tls", more: str = "") -> str:
    """A sound account that sends by a server of ours."""
    imap = account(
        mailbox.imap.port, username=mailbox.name, more=f'ca_file = "{mailbox.imap.ca_file}"'
    )
    return USER + imap + WITH_SMTP.format(port=port, security=security, more=more)


def test_the_server_that_sends_is_tried_without_sending(
    shell: Shell, mailbox: UserMailbox, authority: Authority
) -> None:
    """Sign-in and size are told, and nothing was handed over."""
    with SmtpServer(authority.localhost(), from_the_start=True, size=300_000) as server:
        shell.configure(with_smtp(mailbox, server.port, more=f'ca_file = "{authority.ca_file}"'))
        found = checked(shell)
        assert (server.envelopes, "MAIL" in server.commands) == ([], False)
    assert found.failed() == set()
    assert "trusted since smtp.ca_file says so" in found["personal: SMTP TLS"].detail
    line = found["personal: SMTP"]
    assert (line.state, "up to 293 kB" in line.detail) == ("warning", True)
    assert "nothing was sent" in line.detail


@pytest.mark.parametrize(
    ("trouble", "failing", "says"),
    [
        ("wrong_name", "personal: SMTP TLS", "mail.elsewhere.example"),
        ("expired", "personal: SMTP TLS", "expired"),
        ("unknown", "personal: SMTP TLS", "smtp.ca_file"),
        ("refused", "personal: SMTP", "smtp.password"),
        ("no starttls", "personal: SMTP TLS", "STARTTLS"),
    ],
)
def test_each_trouble_with_the_server_that_sends_has_its_line(
    shell: Shell,
    mailbox: UserMailbox,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    failing: str,
    says: str,
) -> None:
    """The mailbox is as well as before, and everything about it was tried."""
    monkeypatch.setenv("WRONG", "hunter2-and-more")
    pair = getattr(authority, trouble)() if hasattr(authority, trouble) else authority.localhost()
    more = "" if trouble == "unknown" else f'ca_file = "{authority.ca_file}"'
    if trouble == "refused":
        more += '\npassword = { env = "WRONG" }'
    is_plain = trouble == "no starttls"
    with SmtpServer(None if is_plain else pair, from_the_start=True) as server:
        security = "starttls" if is_plain else "tls"
        shell.configure(with_smtp(mailbox, server.port, security, more))
        found = checked(shell, secrets=(PASSWORD, "hunter2-and-more"))
    assert found.failed() == {failing}
    assert says in found[failing].detail
    assert found["personal: mail"].state == "ok"


def test_a_server_that_never_says_a_word_keeps_no_line_of_another_account_back(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """The other account's last line is there while that server is still silent."""
    more = f'ca_file = "{mailbox.imap.ca_file}"'
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        shell.configure(
            USER
            + account(port, name="deaf", host="127.0.0.1", more='security = "none"')
            + account(mailbox.imap.port, username=mailbox.name, more=more)
        )
        settings = load(shell.config)
        waited: list[str] = []
        lines = everything(
            settings,
            shell.database.parent,
            shell.clock,
            settings.accounts,
            writes=False,
            waiting=waited.append,
        )
        assert "personal: mail" in (each.name for each in lines)
        accepted, _ = deaf.accept()
        accepted.close()
        rest = {each.name: each.state.value for each in lines}
    assert rest.get("deaf: connection", "failed") == "failed"
    assert any(each.startswith("Trying deaf") for each in waited)


def test_a_narrow_terminal_breaks_the_lines_and_cuts_none(
    tmp_path: Path, mailbox: UserMailbox
) -> None:
    """Forty columns are enough to read every word of it."""
    config = tmp_path / "config.toml"
    config.write_text(USER + account(9))
    environment = {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "TERM": "xterm",
        "NO_COLOR": "1",
    }
    environment.pop("COLUMNS", None)
    program = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    sized = f"stty cols 40; exec {sys.executable} -m followupd --config {config} check"
    done = subprocess.run(
        [sys.executable, "-c", program, "sh", "-c", sized],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )
    lines = done.stdout.replace("\r", "").splitlines()
    assert lines
    assert max(map(len, lines)) <= 40
    words = " ".join(" ".join(lines).split())
    assert "failed: personal: connection: localhost:9" in words
    assert "to do: set user" not in words  # the holidays are set
    assert "There is no password or token in these lines" in words


def test_the_page_about_check_names_every_key_and_every_line(
    shell: Shell, mailbox: UserMailbox
) -> None:
    """Whoever reads the JSON finds its keys there, and each line that a check may have."""
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")
    more = f'ca_file = "{mailbox.imap.ca_file}"'
    shell.configure(USER + account(mailbox.imap.port, username=mailbox.name, more=more))
    result = shell.run("check", "--json", "--write")
    for each in result.json:
        name = each["check"].removeprefix("personal: ").replace("folder INBOX", "folder NAME")
        name = re.sub(r"watched folder \S+", "watched folder NAME", name)
        name = re.sub(r"service .*", "service", name)
        assert f"`{name}`" in page
        for key in each:
            assert f"`{key}`" in page
